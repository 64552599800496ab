/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_FILE_H
#define TOOLS_FILE_H

#include <stdbool.h>
#include <stddef.h>

/* A whole file in memory of its own. */
struct cli_file {
    char *data; /* NUL-terminated */
    size_t len;
    unsigned mode; /* permission bits of a regular file; 0 for a pipe or a device */
};

/* Reads a file of at most max bytes. true: free it with cli_file_free. false: why stands
 * in why[cap], without capital and full stop. */
bool cli_file_read(const char *path, size_t max, struct cli_file *out, char *why,
                   size_t cap);

/* The first bytes of a file, at most cap, for files that are read again and again.
 * Returns how many, or -1 with errno. */
int cli_file_peek(const char *path, char *buf, size_t cap);

/* Wipes and frees. */
void cli_file_free(struct cli_file *f);

#endif
