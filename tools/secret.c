/* SPDX-License-Identifier: MIT */
#include "tools/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

void cli_secret_harden(void)
{
    const struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    if (!SANITIZED) {
        /* The leak checker attaches to its own process, which this would forbid. */
        prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    }
}

void cli_secret_wipe(void *data, size_t len)
{
    explicit_bzero(data, len);
}

static bool is_private(int fd, const char *path, char *why, size_t cap)
{
    struct stat st;
    if (fstat(fd, &st) != 0) {
        snprintf(why, cap, "cannot examine %s: %s", path, strerror(errno));
        return false;
    }
    if (S_ISREG(st.st_mode) && (st.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        snprintf(why, cap, "%s is open to other users (mode %03o); run: chmod 600 %s",
                 path, (unsigned)(st.st_mode & 0777), path);
        return false;
    }
    return true;
}

static bool read_all(int fd, struct cli_secret *out)
{
    out->len = 0;
    while (out->len < sizeof(out->text)) {
        ssize_t n = read(fd, out->text + out->len, sizeof(out->text) - out->len);
        if (n == 0) {
            return true;
        }
        if (n < 0 && errno != EINTR) {
            return false;
        }
        out->len += n > 0 ? (size_t)n : 0;
    }
    return true;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void trim(struct cli_secret *s)
{
    size_t from = 0;
    while (s->len > 0 && is_space(s->text[s->len - 1])) {
        s->len--;
    }
    while (from < s->len && is_space(s->text[from])) {
        from++;
    }
    s->len -= from;
    memmove(s->text, s->text + from, s->len);
    memset(s->text + s->len, 0, sizeof(s->text) - s->len);
}

bool cli_secret_read(const char *path, struct cli_secret *out, char *why, size_t cap)
{
    bool from_stdin = strcmp(path, "-") == 0;
    int fd = from_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    bool ok = false;
    if (fd < 0) {
        snprintf(why, cap, "cannot read %s: %s", path, strerror(errno));
        return false;
    }
    if (from_stdin || is_private(fd, path, why, cap)) {
        ok = read_all(fd, out);
        if (!ok) {
            snprintf(why, cap, "cannot read %s: %s", path, strerror(errno));
        } else if (out->len > CLI_SECRET_MAX) {
            snprintf(why, cap, "%s is longer than any key or token (%d bytes)", path,
                     CLI_SECRET_MAX);
            ok = false;
        } else {
            trim(out);
            ok = out->len > 0;
            if (!ok) {
                snprintf(why, cap, "%s is empty", from_stdin ? "standard input" : path);
            }
        }
    }
    if (!from_stdin) {
        close(fd);
    }
    if (!ok) {
        cli_secret_wipe(out, sizeof(*out));
    }
    return ok;
}
