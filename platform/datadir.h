/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_DATADIR_H
#define PLATFORM_DATADIR_H

#include <stdbool.h>
#include <stddef.h>

/* The folder that holds everything the platform keeps. It is its owner's alone (0700),
 * and so is every file in it (0600). */
struct ol_datadir {
    const char *path; /* the caller's */
    int lock_fd;      /* -1 until ol_datadir_lock */
};

#define OL_DATADIR_PATH_CAP 4096

/* Opens the folder, made when it is missing. A folder of ours that others may look into
 * is closed to them; one that is not ours, or that holds other things and is open to
 * others, is refused. false after one sentence in why[cap]. Sets the umask to 077. */
bool ol_datadir_make(struct ol_datadir *d, const char *path, char *why, size_t cap);

/* The same for a folder that must be there with our database in it: nothing is made. */
bool ol_datadir_open(struct ol_datadir *d, const char *path, char *why, size_t cap);

/* Takes the folder for one `serve`. The lock ends with the process, however it ends.
 * false after one sentence that names the process that has it. */
bool ol_datadir_lock(struct ol_datadir *d, char *why, size_t cap);

void ol_datadir_close(struct ol_datadir *d);

/* DIR/name into out[cap]. false when it does not fit. */
bool ol_datadir_file(const struct ol_datadir *d, const char *name, char *out, size_t cap);

/* Writes text and a newline as DIR/name, mode 0600, in one step: a reader sees the old
 * file or the new one, never half of it. false after one sentence in why[cap]. */
bool ol_datadir_write(const struct ol_datadir *d, const char *name, const char *text,
                      char *why, size_t cap);

#endif
