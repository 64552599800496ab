/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_SECRET_H
#define TOOLS_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "onelink/base/str.h"

/* Keeps secrets out of core dumps and away from debuggers of other processes. Call first.
 */
void cli_secret_harden(void);

/* Overwrites memory; the compiler may not leave it out. */
void cli_secret_wipe(void *data, size_t len);

#define CLI_SECRET_MAX 1024

/* The text of a key or token file without white space around it. Wipe it after use. */
struct cli_secret {
    char text[CLI_SECRET_MAX + 1]; /* NUL-terminated */
    size_t len;
};

/* Reads a secret from a file, or from standard input when path is "-". A file that others
 * than its owner may read or write is refused. true: *out is set and not empty. false:
 * why stands in why[cap], without capital and full stop, and holds no part of the secret.
 */
bool cli_secret_read(const char *path, struct cli_secret *out, char *why, size_t cap);

#endif
