/* SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE /* flock */

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "onelink/json/writer.h"
#include "platform/maintain.h"
#include "platform/store/db.h"

/* The copy grows in FILE.part and gets its name when it is whole: a backup that is
 * interrupted, however, leaves no FILE that looks like one. */
struct backup {
    const char *to;
    char part[OL_DATADIR_PATH_CAP];
    int fd; /* of the part: holds the lock against a second backup to the same file */
    int64_t bytes;
    char why[OL_DATADIR_PATH_CAP + 256];
};

static bool fail(struct backup *b, const char *what, const char *path)
{
    int e = errno;
    snprintf(b->why, sizeof b->why, "%s %s: %s", what, path, strerror(e));
    return false;
}

/* ---- the part ---- */

/* Ours alone: one that another backup holds, or has given its name meanwhile, is not. */
static bool part_lock(struct backup *b)
{
    struct stat open_one;
    struct stat named;
    if (flock(b->fd, LOCK_EX | LOCK_NB) != 0 || fstat(b->fd, &open_one) != 0 ||
        stat(b->part, &named) != 0 || open_one.st_ino != named.st_ino ||
        open_one.st_dev != named.st_dev) {
        snprintf(b->why, sizeof b->why, "another backup is writing %s", b->part);
        return false;
    }
    if (!S_ISREG(open_one.st_mode) || fchmod(b->fd, 0600) != 0 ||
        ftruncate(b->fd, 0) != 0) {
        return fail(b, "cannot write", b->part);
    }
    return true;
}

/* A FILE in the data folder could be the database itself, under the feet of serve. */
static bool is_elsewhere(struct backup *b, const char *data)
{
    char copy[OL_DATADIR_PATH_CAP];
    struct stat there;
    struct stat here;
    snprintf(copy, sizeof copy, "%s", b->to);
    const char *folder = dirname(copy);
    if (stat(folder, &there) != 0 || stat(data, &here) != 0) {
        return fail(b, "cannot open the folder of", b->to);
    }
    if (there.st_ino == here.st_ino && there.st_dev == here.st_dev) {
        snprintf(b->why, sizeof b->why, "%s is in the data folder; put it elsewhere",
                 b->to);
        return false;
    }
    return true;
}

static bool part_open(struct backup *b, bool force)
{
    struct stat st;
    int n = snprintf(b->part, sizeof b->part, "%s.part", b->to);
    if (n < 0 || (size_t)n >= sizeof b->part) {
        snprintf(b->why, sizeof b->why, "the path of the backup is too long");
        return false;
    }
    if (lstat(b->to, &st) == 0 && (!force || !S_ISREG(st.st_mode))) {
        snprintf(b->why, sizeof b->why, "%s is there already%s", b->to,
                 S_ISREG(st.st_mode) ? "; --force overwrites it" : ", and no file");
        return false;
    }
    b->fd = open(b->part, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (b->fd < 0) {
        return fail(b, "cannot write", b->part);
    }
    return part_lock(b);
}

static bool sync_folder(const char *path)
{
    char copy[OL_DATADIR_PATH_CAP];
    snprintf(copy, sizeof copy, "%s", path);
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0) {
        close(fd);
    }
    return ok;
}

/* link() never replaces a file that came meanwhile. */
static bool part_name(struct backup *b, bool force)
{
    struct stat st;
    if (fsync(b->fd) != 0 || fstat(b->fd, &st) != 0) {
        return fail(b, "cannot write", b->part);
    }
    b->bytes = st.st_size;
    if (force ? rename(b->part, b->to) != 0
              : link(b->part, b->to) != 0 || unlink(b->part) != 0) {
        return fail(b, "cannot make", b->to);
    }
    return sync_folder(b->to) || fail(b, "cannot make durable", b->to);
}

/* ---- the copy ---- */

/* In one read transaction, which holds no writer back. In several steps the copy would
 * begin anew whenever serve has written. */
static bool copy_pages(struct backup *b, sqlite3 *from, sqlite3 *to)
{
    sqlite3_backup *copy = sqlite3_backup_init(to, "main", from, "main");
    int rc = copy == NULL ? sqlite3_errcode(to) : sqlite3_backup_step(copy, -1);
    (void)sqlite3_backup_finish(copy);
    if (rc != SQLITE_DONE) {
        snprintf(b->why, sizeof b->why, "cannot copy the database: %s",
                 sqlite3_errstr(rc));
    }
    return rc == SQLITE_DONE;
}

/* Durable by fsync at its end, and worthless before: no journal. */
static bool copy_database(struct backup *b, sqlite3 *from)
{
    sqlite3 *to = NULL;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    bool ok = sqlite3_open_v2(b->part, &to, flags, NULL) == SQLITE_OK &&
              sqlite3_exec(to, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF", NULL,
                           NULL, NULL) == SQLITE_OK;
    if (!ok) {
        snprintf(b->why, sizeof b->why, "cannot write %s: %s", b->part,
                 to == NULL ? "no memory" : sqlite3_errmsg(to));
    }
    ok = ok && copy_pages(b, from, to);
    sqlite3_close(to);
    return ok;
}

static bool back_up(struct backup *b, const char *data, const char *path, bool force)
{
    sqlite3 *from = NULL;
    int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX;
    bool ok = sqlite3_open_v2(path, &from, flags, NULL) == SQLITE_OK &&
              sqlite3_busy_timeout(from, OL_DB_BUSY_MS) == SQLITE_OK;
    if (!ok) {
        snprintf(b->why, sizeof b->why, "cannot open the database %s: %s", path,
                 from == NULL ? "no memory" : sqlite3_errmsg(from));
    }
    ok = ok && is_elsewhere(b, data) && part_open(b, force);
    if (ok) {
        ok = copy_database(b, from) && part_name(b, force);
        if (!ok) {
            unlink(b->part);
        }
    }
    sqlite3_close(from);
    if (b->fd >= 0) {
        close(b->fd);
    }
    return ok;
}

static bool print_backup(const struct backup *b)
{
    char line[2 * OL_DATADIR_PATH_CAP];
    struct ol_json_writer w = ol_json_writer_make(line, sizeof line);
    ol_json_object_begin(&w);
    ol_json_key(&w, OL_STR("file"));
    ol_json_str(&w, ol_str_from(b->to));
    ol_json_key(&w, OL_STR("bytes"));
    ol_json_int(&w, b->bytes);
    ol_json_object_end(&w);
    return ol_json_writer_status(&w) == OL_OK &&
           printf("%.*s\n", (int)w.out.len, line) > 0 && fflush(stdout) == 0;
}

int ol_maintain_backup(const struct ol_datadir *dir, const struct ol_options *o)
{
    static struct backup b;
    char path[OL_DATADIR_PATH_CAP];
    b = (struct backup){.to = o->to, .fd = -1};
    if (!ol_datadir_file(dir, "onelink.db", path, sizeof path)) {
        fputs("onelink-platform: the path of the data folder is too long\n", stderr);
        return OL_EXIT_FAILED;
    }
    if (!back_up(&b, dir->path, path, o->force)) {
        fprintf(stderr, "onelink-platform: %s\n", b.why);
        return OL_EXIT_FAILED;
    }
    return print_backup(&b) ? OL_EXIT_OK : OL_EXIT_FAILED;
}
