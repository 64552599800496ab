/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "sim/chip/w5500.h"

/* The chip model on a TAP interface, so that a kernel's TCP/IP is its peer (sim_chip_kernel.sh).
 *   sim_chip_kernel TAP DROP BYTES   drops every DROP-th frame (0: none) in both directions
 * The chip is 10.9.0.2/24. Socket 0 echoes TCP and socket 1 UDP, both on port 7; socket 2 sends
 * BYTES of a pattern to 10.9.0.1:9000 and closes. Runs until standard input ends. */

enum { BUFFER = 2048 };

struct world {
    struct sim_w5500 *chip;
    int tap;
    unsigned drop, frames;
    struct timespec start;
    uint64_t ahead; /* of the clock: time before the start, and that of commands */
    uint32_t to_send;
    uint32_t sent;
    bool is_sending[3];
    bool is_done;
};

static void check(int ok, const char *what)
{
    if (!ok) {
        perror(what);
        exit(1);
    }
}

static uint64_t now(const struct world *w)
{
    struct timespec t;
    check(clock_gettime(CLOCK_MONOTONIC, &t) == 0, "clock");
    int64_t ns = (int64_t)(t.tv_sec - w->start.tv_sec) * 1000000000 +
                 (t.tv_nsec - w->start.tv_nsec);
    return (uint64_t)ns + w->ahead;
}

static bool is_lost(struct world *w)
{
    return w->drop != 0 && ++w->frames % w->drop == 0;
}

static void frame_out(void *ctx, const uint8_t *frame, size_t len, uint64_t at_ns)
{
    struct world *w = ctx;
    (void)at_ns;
    if (!is_lost(w)) {
        check(write(w->tap, frame, len) == (ssize_t)len, "write to TAP");
    }
}

static void transfer(struct world *w, unsigned block, unsigned addr, uint8_t *data,
                     size_t len, bool is_write)
{
    const uint8_t head[3] = {(uint8_t)(addr >> 8), (uint8_t)addr,
                             (uint8_t)(block << 3 | (is_write ? 4U : 0U))};
    uint64_t t = now(w);
    sim_w5500_select(w->chip, 0, t);
    for (size_t i = 0; i < 3; i++) {
        sim_w5500_exchange(w->chip, head[i], t);
    }
    for (size_t i = 0; i < len; i++) {
        uint8_t byte = sim_w5500_exchange(w->chip, is_write ? data[i] : 0, t);
        data[i] = is_write ? data[i] : byte;
    }
    sim_w5500_select(w->chip, 1, t);
}

static unsigned rd8(struct world *w, unsigned s, unsigned addr)
{
    uint8_t b;
    transfer(w, 4 * s + 1, addr, &b, 1, false);
    return b;
}

static unsigned rd16(struct world *w, unsigned s, unsigned addr)
{
    uint8_t b[2];
    transfer(w, 4 * s + 1, addr, b, 2, false);
    return (unsigned)b[0] << 8 | b[1];
}

static void wr8(struct world *w, unsigned s, unsigned addr, unsigned v)
{
    uint8_t b = (uint8_t)v;
    transfer(w, 4 * s + 1, addr, &b, 1, true);
}

static void wr16(struct world *w, unsigned s, unsigned addr, unsigned v)
{
    uint8_t b[2] = {(uint8_t)(v >> 8), (uint8_t)v};
    transfer(w, 4 * s + 1, addr, b, 2, true);
}

static void command(struct world *w, unsigned s, unsigned code)
{
    wr8(w, s, 0x01, code);
    w->ahead += 10000;
    sim_w5500_step(w->chip, now(w));
}

static void give(struct world *w, unsigned s, uint8_t *data, size_t len)
{
    unsigned at = rd16(w, s, 0x24);
    transfer(w, 4 * s + 2, at, data, len, true);
    wr16(w, s, 0x24, (at + (unsigned)len) & 0xFFFF);
    command(w, s, 0x20);
    w->is_sending[s] = true;
}

static void take(struct world *w, unsigned s, uint8_t *data, size_t len)
{
    unsigned at = rd16(w, s, 0x28);
    transfer(w, 4 * s + 3, at, data, len, false);
    wr16(w, s, 0x28, (at + (unsigned)len) & 0xFFFF);
    command(w, s, 0x40);
}

static void see_sendok(struct world *w, unsigned s)
{
    if (w->is_sending[s] && (rd8(w, s, 0x02) & 0x18) != 0) {
        wr8(w, s, 0x02, 0x18);
        w->is_sending[s] = false;
    }
}

static void open_as(struct world *w, unsigned s, unsigned mode, unsigned port)
{
    wr8(w, s, 0x00, mode);
    wr16(w, s, 0x04, port);
    wr8(w, s, 0x02, 0x1F);
    command(w, s, 0x01);
    w->is_sending[s] = false;
}

static void echo_tcp(struct world *w)
{
    unsigned sr = rd8(w, 0, 0x03);
    if (sr == 0x00) {
        open_as(w, 0, 0x21, 7);
        command(w, 0, 0x02);
    }
    see_sendok(w, 0);
    if ((sr != 0x17 && sr != 0x1C) || w->is_sending[0]) {
        return;
    }
    unsigned have = rd16(w, 0, 0x26);
    unsigned room = rd16(w, 0, 0x20);
    unsigned len = have < room ? have : room;
    uint8_t data[BUFFER];
    if (len > 0) {
        take(w, 0, data, len);
        give(w, 0, data, len);
    } else if (have == 0 && sr == 0x1C) {
        command(w, 0, 0x08);
    }
}

static void echo_udp(struct world *w)
{
    uint8_t data[BUFFER];
    see_sendok(w, 1);
    if (w->is_sending[1] || rd16(w, 1, 0x26) == 0) {
        return;
    }
    take(w, 1, data, 8);
    transfer(w, 5, 0x0C, data, 4, true);
    transfer(w, 5, 0x10, data + 4, 2, true);
    unsigned len = (unsigned)data[6] << 8 | data[7];
    take(w, 1, data, len);
    give(w, 1, data, len);
}

static void client(struct world *w)
{
    uint8_t data[BUFFER];
    unsigned sr = rd8(w, 2, 0x03);
    see_sendok(w, 2);
    if (sr != 0x17 || w->is_sending[2] || w->is_done) {
        return;
    }
    unsigned room = rd16(w, 2, 0x20);
    uint32_t len = w->to_send - w->sent < room ? w->to_send - w->sent : room;
    for (uint32_t i = 0; i < len; i++) {
        data[i] = (uint8_t)((w->sent + i) * 7 >> 3);
    }
    if (len > 0) {
        give(w, 2, data, len);
        w->sent += len;
    } else if (w->sent == w->to_send) {
        w->is_done = true;
        command(w, 2, 0x08);
    }
}

static int open_tap(const char *name)
{
    struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};
    int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
    check(fd >= 0, "/dev/net/tun");
    check(strlen(name) < IFNAMSIZ, "name of the TAP");
    memcpy(request.ifr_name, name, strlen(name));
    check(ioctl(fd, TUNSETIFF, &request) == 0, "TUNSETIFF");
    return fd;
}

static void start_chip(struct world *w)
{
    const struct sim_w5500_host host = {.ctx = w, .frame_out = frame_out};
    uint8_t addresses[] = {10, 9, 0, 254, 255, 255, 255, 0, 2,
                           0,  0, 9, 0,   2,   10,  9,   0, 2};
    uint8_t peer[] = {10, 9, 0, 1, 9000 >> 8, 9000 & 0xFF};
    w->chip = malloc(sim_w5500_size());
    check(w->chip != NULL, "memory");
    check(clock_gettime(CLOCK_MONOTONIC, &w->start) == 0, "clock");
    sim_w5500_init(w->chip, &host, (uint64_t)w->start.tv_nsec);
    sim_w5500_link(w->chip, true, 0);
    w->ahead = UINT64_C(4000000000); /* the link is up by then */
    transfer(w, 0, 0x01, addresses, sizeof addresses, true);
    open_as(w, 1, 0x02, 7);
    if (w->to_send > 0) {
        open_as(w, 2, 0x21, 40000);
        transfer(w, 9, 0x0C, peer, sizeof peer, true);
        command(w, 2, 0x04);
    }
}

static void read_frames(struct world *w)
{
    uint8_t frame[2048];
    ssize_t len;
    while ((len = read(w->tap, frame, sizeof frame)) > 0) {
        if (len <= SIM_FRAME_MAX && !is_lost(w)) {
            sim_w5500_frame_in(w->chip, frame, (size_t)len, now(w));
        }
    }
    check(errno == EAGAIN, "read from TAP");
}

int main(int argc, char **argv)
{
    struct world w = {0};
    if (argc != 4) {
        fputs("usage: sim_chip_kernel TAP DROP BYTES\n", stderr);
        return 2;
    }
    w.drop = (unsigned)strtoul(argv[2], NULL, 10);
    w.to_send = (uint32_t)strtoul(argv[3], NULL, 10);
    w.tap = open_tap(argv[1]);
    start_chip(&w);
    for (;;) {
        struct pollfd fds[2] = {{.fd = w.tap, .events = POLLIN},
                                {.fd = STDIN_FILENO, .events = POLLIN}};
        check(poll(fds, 2, 1) >= 0, "poll");
        if (fds[1].revents != 0) {
            break;
        }
        read_frames(&w);
        sim_w5500_step(w.chip, now(&w));
        echo_tcp(&w);
        echo_udp(&w);
        client(&w);
    }
    const struct sim_w5500_stats *s = sim_w5500_get_stats(w.chip);
    printf("frames out %llu, in %llu, misuse %llu %s\n",
           (unsigned long long)s->frames_out, (unsigned long long)s->frames_in,
           (unsigned long long)s->misuse, s->misuse_text != NULL ? s->misuse_text : "");
    int rc = s->misuse == 0 ? 0 : 1;
    free(w.chip);
    return rc;
}
