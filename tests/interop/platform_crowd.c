/* SPDX-License-Identifier: MIT */
/* A crowd of bad clients against onelink-platform.
 *
 *     platform_crowd hold PORT COUNT SECONDS TEXT
 *         opens COUNT connections, says TEXT on each, waits, prints how many were closed
 *     platform_crowd trickle PORT COUNT SECONDS TEXT
 *         the same, but says one byte of TEXT a second, over and over
 *     platform_crowd noise PORT SECONDS SEED
 *         sends random bytes on short connections
 * / */
#define _POSIX_C_SOURCE 200809L

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/support/rng.h"

static int dial(int port)
{
    struct sockaddr_in sa = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    inet_pton(AF_INET, "127.0.0.1", &sa.sin_addr);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&sa, sizeof sa) != 0) {
        perror("connect");
        exit(1);
    }
    return fd;
}

static bool is_closed(int fd)
{
    char buf[4096];
    struct pollfd p = {.fd = fd, .events = POLLIN};
    while (poll(&p, 1, 0) > 0) {
        if (recv(fd, buf, sizeof buf, 0) <= 0) {
            return true;
        }
    }
    return false;
}

/* slowly: a byte a second. */
static int hold(int port, int count, int seconds, const char *text, bool slowly)
{
    int closed = 0;
    int *fds = calloc((size_t)count, sizeof *fds);
    struct timespec second = {1, 0};
    for (int i = 0; fds != NULL && i < count; i++) {
        fds[i] = dial(port);
        (void)!send(fds[i], text, slowly ? 0 : strlen(text), MSG_NOSIGNAL);
    }
    for (int s = 0; fds != NULL && s < seconds; s++) {
        for (int i = 0; slowly && i < count; i++) {
            (void)!send(fds[i], text + (size_t)s % strlen(text), 1, MSG_NOSIGNAL);
        }
        nanosleep(&second, NULL);
    }
    for (int i = 0; fds != NULL && i < count; i++) {
        closed += is_closed(fds[i]) ? 1 : 0;
        close(fds[i]);
    }
    free(fds);
    printf("%d\n", closed);
    return 0;
}

static int noise(int port, int seconds, uint64_t seed)
{
    struct ol_rng rng = ol_rng_make(seed);
    uint8_t buf[3000];
    time_t end = time(NULL) + seconds;
    int count = 0;
    for (; time(NULL) < end; count++) {
        int fd = dial(port);
        for (uint64_t n = ol_rng_below(&rng, 4); n > 0; n--) {
            size_t len = (size_t)ol_rng_below(&rng, sizeof buf);
            ol_rng_fill(&rng, buf, len);
            if (len > 2 && ol_rng_below(&rng, 2) == 0) {
                buf[0] = 0x10; /* looks like CONNECT */
                buf[1] = (uint8_t)(len - 2) & 0x7f;
            }
            if (send(fd, buf, len, MSG_NOSIGNAL) < 0) {
                break;
            }
        }
        close(fd);
    }
    printf("%d\n", count);
    return 0;
}

int main(int argc, char **argv)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    if (argc == 6 && strcmp(argv[1], "hold") == 0) {
        return hold(atoi(argv[2]), atoi(argv[3]), atoi(argv[4]), argv[5], false);
    }
    if (argc == 6 && strcmp(argv[1], "trickle") == 0 && argv[5][0] != '\0') {
        return hold(atoi(argv[2]), atoi(argv[3]), atoi(argv[4]), argv[5], true);
    }
    if (argc == 5 && strcmp(argv[1], "noise") == 0) {
        return noise(atoi(argv[2]), atoi(argv[3]), strtoull(argv[4], NULL, 0));
    }
    fprintf(stderr, "usage: platform_crowd hold|trickle PORT COUNT SECONDS TEXT | noise "
                    "PORT SECONDS SEED\n");
    return 2;
}
