/* SPDX-License-Identifier: MIT */
#include "ports/posix/sockaddr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

bool ol_posix_sockaddr_encode(const struct ol_addr *addr, struct sockaddr_in *out)
{
    if (addr->family != OL_ADDR_IPV4) {
        return false;
    }
    memset(out, 0, sizeof *out);
    out->sin_family = AF_INET;
    out->sin_port = htons(addr->port);
    memcpy(&out->sin_addr, addr->bytes, 4);
    return true;
}

struct ol_addr ol_posix_sockaddr_decode(const struct sockaddr_in *in)
{
    struct ol_addr addr = {.family = OL_ADDR_IPV4, .port = ntohs(in->sin_port)};
    memcpy(addr.bytes, &in->sin_addr, 4);
    return addr;
}

int32_t ol_posix_socket_open(int type)
{
    int fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    return fd >= 0 ? fd : ol_posix_status(errno);
}

int32_t ol_posix_status(int error)
{
    switch (error) {
    case EAGAIN:
    case EINTR:
    case EINPROGRESS:
    case EALREADY:
        return OL_E_AGAIN;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
    case EADDRINUSE:
    case EADDRNOTAVAIL:
        return OL_E_NOSPC;
    case ETIMEDOUT:
        return OL_E_TIMEOUT;
    default:
        return OL_E_IO;
    }
}
