/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L

#include "platform/datadir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DATABASE "onelink.db"

static bool fail(char *why, size_t cap, const char *what, const char *path)
{
    int e = errno;
    snprintf(why, cap, "%s %s: %s", what, path, strerror(e));
    return false;
}

/* Holds our database, or nothing at all. */
static bool is_ours_to_close(const char *path)
{
    DIR *dir = opendir(path);
    if (dir == NULL) {
        return false;
    }
    bool empty = true;
    bool database = false;
    for (struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) {
            continue;
        }
        empty = false;
        database = database || strcmp(e->d_name, DATABASE) == 0;
    }
    closedir(dir);
    return empty || database;
}

/* The folder is there: nobody else may look into it. */
static bool take(const char *path, char *why, size_t cap)
{
    struct stat st;
    if (stat(path, &st) != 0) {
        return fail(why, cap, "cannot open the data folder", path);
    }
    if (!S_ISDIR(st.st_mode)) {
        snprintf(why, cap, "%s is not a folder", path);
        return false;
    }
    if (st.st_uid != geteuid()) {
        snprintf(why, cap, "the data folder %s belongs to another user", path);
        return false;
    }
    if ((st.st_mode & 077) == 0) {
        return true;
    }
    if (!is_ours_to_close(path)) {
        snprintf(
            why, cap,
            "%s is open to other users and holds other files; give a folder of its own",
            path);
        return false;
    }
    if (chmod(path, 0700) != 0) {
        return fail(why, cap, "cannot close to other users the data folder", path);
    }
    return true;
}

bool ol_datadir_make(struct ol_datadir *d, const char *path, char *why, size_t cap)
{
    *d = (struct ol_datadir){.path = path, .lock_fd = -1};
    umask(077);
    if (mkdir(path, 0700) != 0 && errno != EEXIST) {
        return fail(why, cap, "cannot make the data folder", path);
    }
    return take(path, why, cap);
}

bool ol_datadir_open(struct ol_datadir *d, const char *path, char *why, size_t cap)
{
    struct stat st;
    char database[OL_DATADIR_PATH_CAP];
    *d = (struct ol_datadir){.path = path, .lock_fd = -1};
    umask(077);
    if (!ol_datadir_file(d, DATABASE, database, sizeof database)) {
        snprintf(why, cap, "the path of the data folder is too long");
        return false;
    }
    if (stat(path, &st) != 0) {
        return fail(why, cap, "there is no data folder", path);
    }
    if (stat(database, &st) != 0) {
        snprintf(why, cap, "%s is no data folder: no %s in it", path, DATABASE);
        return false;
    }
    return take(path, why, cap);
}

bool ol_datadir_lock(struct ol_datadir *d, char *why, size_t cap)
{
    char path[OL_DATADIR_PATH_CAP];
    if (!ol_datadir_file(d, "lock", path, sizeof path)) {
        snprintf(why, cap, "the path of the data folder is too long");
        return false;
    }
    d->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (d->lock_fd < 0) {
        return fail(why, cap, "cannot open", path);
    }
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(d->lock_fd, F_SETLK, &lock) == 0) {
        return true;
    }
    struct flock holder = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    long pid = 0;
    if (fcntl(d->lock_fd, F_GETLK, &holder) == 0 && holder.l_type != F_UNLCK) {
        pid = (long)holder.l_pid;
    }
    snprintf(why, cap, "another onelink-platform (process %ld) is serving %s", pid,
             d->path);
    ol_datadir_close(d);
    return false;
}

void ol_datadir_close(struct ol_datadir *d)
{
    if (d->lock_fd >= 0) {
        close(d->lock_fd);
        d->lock_fd = -1;
    }
}

bool ol_datadir_file(const struct ol_datadir *d, const char *name, char *out, size_t cap)
{
    int n = snprintf(out, cap, "%s/%s", d->path, name);
    return n > 0 && (size_t)n < cap;
}

static bool write_all(int fd, const char *text, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, text, len);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return false;
        }
        text += n;
        len -= (size_t)n;
    }
    return true;
}

bool ol_datadir_write(const struct ol_datadir *d, const char *name, const char *text,
                      char *why, size_t cap)
{
    char path[OL_DATADIR_PATH_CAP];
    char fresh[OL_DATADIR_PATH_CAP + 8];
    if (!ol_datadir_file(d, name, path, sizeof path)) {
        snprintf(why, cap, "the path of the data folder is too long");
        return false;
    }
    snprintf(fresh, sizeof fresh, "%s.new", path);
    int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        return fail(why, cap, "cannot write", fresh);
    }
    bool ok =
        write_all(fd, text, strlen(text)) && write_all(fd, "\n", 1) && fsync(fd) == 0;
    if (close(fd) != 0 || !ok || rename(fresh, path) != 0) {
        fail(why, cap, "cannot write", path);
        unlink(fresh);
        return false;
    }
    return true;
}
