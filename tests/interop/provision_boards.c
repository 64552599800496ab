/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#include "tests/unit/firmware_rig.h"

/* Boards that are plugged in one after the other at one port, each the firmware's application
 * with an empty flash.
 *
 *   provision_boards socket|pty PATH DIR [BEHAVIOUR]...
 *
 * BEHAVIOUR of each board: good; mute (says nothing); vanish (is unplugged in the midst of it);
 * used (good, with a product_key from before); same (the board of before, with nothing
 * stored, unplugged when it was asked for its status).
 * A good board is unplugged when it was asked for its status after a save, and its stored settings
 * are in DIR/N.conf then. */

static struct rig r;

static int open_pty(const char *path, int *slave)
{
    struct termios t;
    char name[64];
    int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd < 0 || grantpt(fd) != 0 || unlockpt(fd) != 0 ||
        ptsname_r(fd, name, sizeof(name)) != 0) {
        return -1;
    }
    *slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    tcgetattr(*slave, &t);
    cfmakeraw(&t);
    tcsetattr(*slave, TCSANOW, &t);
    unlink(path);
    return symlink(name, path) == 0 ? fd : -1;
}

static int open_socket(const char *path)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    strncpy(a.sun_path, path, sizeof(a.sun_path) - 1);
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    unlink(path);
    if (bind(listener, (struct sockaddr *)&a, sizeof(a)) != 0 ||
        listen(listener, 1) != 0) {
        return -1;
    }
    int fd = accept(listener, NULL, NULL);
    close(listener);
    return fd;
}

static void store_settings(const char *dir, int number)
{
    char path[4096];
    snprintf(path, sizeof(path), "%s/%d.conf", dir, number);
    FILE *f = fopen(path, "w");
    fwrite(r.app.settings.used.ptr, 1, r.app.settings.used.len, f);
    fclose(f);
}

/* Moves bytes both ways. false: the other side is gone. */
static bool move(int fd, bool is_mute)
{
    char bytes[256];
    struct rig_terminal *t = &r.terminal[APP_CONSOLE_USB];
    struct pollfd p = {.fd = fd, .events = POLLIN};
    if (poll(&p, 1, 2) > 0) {
        ssize_t n = read(fd, bytes, sizeof(bytes) - 1);
        if (n == 0 || (n < 0 && errno != EIO && errno != EAGAIN)) {
            return false;
        }
        bytes[n > 0 ? n : 0] = '\0';
        if (n > 0 && !is_mute) {
            rig_type_on(&r, APP_CONSOLE_USB, bytes);
        }
    }
    for (size_t at = 0; at < t->out_len;) {
        ssize_t n = write(fd, t->out + at, t->out_len - at);
        if (n < 0) {
            return false;
        }
        at += (size_t)n;
    }
    rig_clear(&r);
    return true;
}

static void be_board(int fd, const char *behaviour, const char *dir, int number)
{
    const bool is_same = strcmp(behaviour, "same") == 0;
    bool is_saved = is_same, is_asked = false;
    unsigned turns = 0;
    rig_open(&r, (uint64_t)number);
    r.unique_id[7] = (uint8_t)(is_same ? number - 1 : number);
    r.has_no_chip = true; /* so that there are log lines between the answers */
    rig_start(&r);
    if (strcmp(behaviour, "used") == 0) {
        rig_type(&r, "set product_key T2xkT2xkT2xk\rsave\r", 3000);
        rig_clear(&r);
    }
    while (move(fd, strcmp(behaviour, "mute") == 0)) {
        rig_run(&r, 20);
        const char *out = r.terminal[APP_CONSOLE_USB].out;
        is_saved = is_saved || strstr(out, "in use from now on");
        is_asked = is_asked || (is_saved && strstr(out, "running for "));
        if (strcmp(behaviour, "vanish") == 0 && strstr(out, "device_key is changed")) {
            break;
        }
        if (is_asked && ++turns == 20) {
            rig_run(&r, 5000); /* the settings come into use */
            store_settings(dir, number);
            break;
        }
    }
    rig_close(&r);
}

int main(int argc, char **argv)
{
    if (argc < 5) {
        return 2;
    }
    for (int i = 4; i < argc; i++) {
        int slave = -1;
        int fd = strcmp(argv[1], "pty") == 0 ? open_pty(argv[2], &slave)
                                             : open_socket(argv[2]);
        if (fd < 0) {
            perror(argv[2]);
            return 1;
        }
        be_board(fd, argv[i], argv[3], i - 3);
        unlink(argv[2]);
        close(fd);
        if (slave >= 0) {
            close(slave);
        }
    }
    return 0;
}
