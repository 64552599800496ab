/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* SOCK_NONBLOCK, SOCK_CLOEXEC */

#include "platform/access/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* As many as the kernel lets wait: after a restart all devices come back at once. */
#define BACKLOG 4096

/* A socket that listens at [::] takes IPv4 too, as ::ffff:1.2.3.4: an address of 16 bytes
 * of which only the last four tell one host from another. */
static void set_six(struct ol_peer *peer, const struct in6_addr *address)
{
    if (IN6_IS_ADDR_V4MAPPED(address)) {
        memcpy(peer->address, &address->s6_addr[12], 4);
        peer->family = AF_INET;
    } else {
        memcpy(peer->address, address, sizeof *address);
        peer->family = AF_INET6;
    }
}

struct ol_peer ol_peer_make(const struct sockaddr *sa)
{
    struct ol_peer peer = {.family = 0};
    if (sa->sa_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const void *)sa;
        set_six(&peer, &in6->sin6_addr);
        peer.port = in6->sin6_port;
    } else if (sa->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const void *)sa;
        memcpy(peer.address, &in->sin_addr, sizeof in->sin_addr);
        peer.port = in->sin_port;
        peer.family = AF_INET;
    }
    return peer;
}

void ol_peer_str(const struct ol_peer *peer, char out[OL_LISTEN_TEXT_CAP])
{
    char host[INET6_ADDRSTRLEN] = "";
    if (peer->family == 0) {
        snprintf(out, OL_LISTEN_TEXT_CAP, "?");
        return;
    }
    inet_ntop(peer->family, peer->address, host, sizeof host);
    snprintf(out, OL_LISTEN_TEXT_CAP, peer->family == AF_INET6 ? "[%s]:%u" : "%s:%u",
             host, ntohs(peer->port));
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

/* "ADDR:PORT", "localhost:PORT" or "[ADDR]:PORT". (evutil_parse_sockaddr_port would refuse port 0.) */
static bool parse(const char *address, struct sockaddr_storage *sa, socklen_t *len)
{
    char host[INET6_ADDRSTRLEN + 1];
    struct sockaddr_in *in = (void *)sa;
    struct sockaddr_in6 *in6 = (void *)sa;
    const char *colon = strrchr(address, ':');
    if (colon == NULL || colon[1] < '0' || colon[1] > '9') {
        return false;
    }
    char *end = NULL;
    unsigned long port = strtoul(colon + 1, &end, 10);
    size_t host_len = (size_t)(colon - address);
    bool six = host_len > 2 && address[0] == '[' && colon[-1] == ']';
    size_t skip = six ? 1 : 0;
    host_len -= 2 * skip;
    if (*end != '\0' || port > 65535 || host_len >= sizeof host) {
        return false;
    }
    memcpy(host, address + skip, host_len);
    host[host_len] = '\0';
    if (six) {
        in6->sin6_family = AF_INET6;
        in6->sin6_port = htons((uint16_t)port);
        *len = sizeof *in6;
        return inet_pton(AF_INET6, host, &in6->sin6_addr) == 1;
    }
    in->sin_family = AF_INET;
    in->sin_port = htons((uint16_t)port);
    *len = sizeof *in;
    if (strcmp(host, "localhost") == 0) {
        in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return true;
    }
    return inet_pton(AF_INET, host, &in->sin_addr) == 1;
}

int ol_listen_open(const char *address, char bound[OL_LISTEN_TEXT_CAP], char *why,
                   size_t cap)
{
    struct sockaddr_storage sa = {0};
    socklen_t len = 0;
    if (!parse(address, &sa, &len)) {
        snprintf(why, cap, "%s is not ADDR:PORT, such as 127.0.0.1:1883", address);
        return -2;
    }
    int fd = socket(sa.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int on = 1;
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(fd, (struct sockaddr *)&sa, len) != 0 || listen(fd, BACKLOG) != 0) {
        explain(address, errno, why, cap);
        if (fd >= 0) {
            close(fd);
        }
        return -1;
    }
    len = sizeof sa;
    if (getsockname(fd, (struct sockaddr *)&sa, &len) != 0) {
        sa.ss_family = AF_UNSPEC;
    }
    struct ol_peer own = ol_peer_make((struct sockaddr *)&sa);
    ol_peer_str(&own, bound);
    return fd;
}
