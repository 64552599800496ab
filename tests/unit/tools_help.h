/* SPDX-License-Identifier: MIT */
#ifndef TESTS_TOOLS_HELP_H
#define TESTS_TOOLS_HELP_H

#include <stddef.h>
#include <sys/stat.h>

#include "onelink/json/number.h"

/* A folder for the files of a test: set-up and tear-down of a group. */

#define FOLDER_CAP 64

extern char folder[FOLDER_CAP];

int folder_open(void **state);

/* Takes the files a, b, key, out and model.json away, too. */
int folder_close(void **state);

/* Writes a file into the folder. Its path, until the next call. */
const char *put_file(const char *name, const char *text, size_t len, mode_t mode);

/* ---- decimals ---- */

struct ol_dec dec(const char *text);
void check_dec(struct ol_dec d, const char *expected);

#endif
