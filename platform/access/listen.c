/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* SOCK_NONBLOCK, SOCK_CLOEXEC */

#include "platform/access/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/util.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* As many as the kernel lets wait: after a restart all devices come back at once. */
#define BACKLOG 4096

static void describe(const struct sockaddr *sa, char bound[OL_LISTEN_TEXT_CAP])
{
    char host[INET6_ADDRSTRLEN] = "";
    if (sa->sa_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const void *)sa;
        inet_ntop(AF_INET6, &in6->sin6_addr, host, sizeof host);
        snprintf(bound, OL_LISTEN_TEXT_CAP, "[%s]:%u", host, ntohs(in6->sin6_port));
        return;
    }
    const struct sockaddr_in *in = (const void *)sa;
    inet_ntop(AF_INET, &in->sin_addr, host, sizeof host);
    snprintf(bound, OL_LISTEN_TEXT_CAP, "%s:%u", host, ntohs(in->sin_port));
}

static void explain(const char *address, int error, char *why, size_t cap)
{
    if (error == EADDRINUSE) {
        snprintf(why, cap, "port already in use: another program listens at %s", address);
    } else if (error == EADDRNOTAVAIL) {
        snprintf(why, cap, "%s is not an address of this machine", address);
    } else {
        snprintf(why, cap, "cannot listen at %s: %s", address, strerror(error));
    }
}

int ol_listen_open(const char *address, char bound[OL_LISTEN_TEXT_CAP], char *why,
                   size_t cap)
{
    struct sockaddr_storage sa = {0};
    int len = (int)sizeof sa;
    const char *colon = strrchr(address, ':');
    /* Without its port evutil would take port 0. */
    if (colon == NULL || colon[1] == '\0' || strchr(colon, ']') != NULL ||
        evutil_parse_sockaddr_port(address, (struct sockaddr *)&sa, &len) != 0) {
        snprintf(why, cap, "%s is not ADDR:PORT, such as 127.0.0.1:1883", address);
        return -2;
    }
    int fd = socket(sa.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int on = 1;
    socklen_t bound_len = sizeof sa;
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(fd, (struct sockaddr *)&sa, (socklen_t)len) != 0 ||
        listen(fd, BACKLOG) != 0 ||
        getsockname(fd, (struct sockaddr *)&sa, &bound_len) != 0) {
        explain(address, errno, why, cap);
        if (fd >= 0) {
            close(fd);
        }
        return -1;
    }
    describe((struct sockaddr *)&sa, bound);
    return fd;
}
