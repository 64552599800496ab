/* SPDX-License-Identifier: MIT */
#include "tools/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/secret.h"

/* Reads until the end or until buf is full. Returns the bytes, -1 with errno. */
static ssize_t read_up_to(int fd, char *buf, size_t cap)
{
    size_t len = 0;
    while (len < cap) {
        ssize_t n = read(fd, buf + len, cap - len);
        if (n == 0) {
            break;
        }
        if (n < 0 && errno != EINTR) {
            return -1;
        }
        len += n > 0 ? (size_t)n : 0;
    }
    return (ssize_t)len;
}

bool cli_file_read(const char *path, size_t max, struct cli_file *out, char *why,
                   size_t cap)
{
    struct stat st;
    out->data = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        snprintf(why, cap, "cannot read %s: %s", path, strerror(errno));
        return false;
    }
    out->mode = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? st.st_mode & 0777U : 0;
    out->data = malloc(max + 2);
    ssize_t n = out->data ? read_up_to(fd, out->data, max + 1) : -1;
    int error = out->data ? errno : ENOMEM;
    close(fd);
    if (n < 0 || (size_t)n > max) {
        if (n < 0) {
            snprintf(why, cap, "cannot read %s: %s", path, strerror(error));
        } else {
            snprintf(why, cap, "%s is larger than %zu bytes", path, max);
        }
        free(out->data);
        out->data = NULL;
        return false;
    }
    out->len = (size_t)n;
    out->data[n] = '\0';
    return true;
}

int cli_file_peek(const char *path, char *buf, size_t cap)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        return -1;
    }
    ssize_t n = read_up_to(fd, buf, cap);
    int error = errno;
    close(fd);
    errno = error;
    return (int)n;
}

void cli_file_free(struct cli_file *f)
{
    if (f->data) {
        cli_secret_wipe(f->data, f->len);
    }
    free(f->data);
    f->data = NULL;
    f->len = 0;
}
