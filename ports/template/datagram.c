/* SPDX-License-Identifier: MIT */
#include "ports/template/datagram.h"

/* Supply: take a socket, bind it, set is_open. For local_port 0 draw a port of 49152 to
 * 65535 from the entropy source, not the next one in a row. */
static int32_t datagram_open(void *ctx, uint16_t local_port)
{
    (void)ctx;
    (void)local_port;
    return OL_E_NOSPC;
}

/* Supply: hand the whole datagram to the medium, or none of it. A medium that must look
 * up the neighbour first answers OL_E_AGAIN meanwhile, or takes the datagram and sends it
 * then. */
static int32_t datagram_send(void *ctx, const struct ol_addr *to, const void *data,
                             size_t len)
{
    const struct my_datagram *d = ctx;
    (void)data;
    (void)len;
    if (!d->is_open) {
        return OL_E_CLOSED;
    }
    return to->family == OL_ADDR_IPV4 ? OL_E_IO : OL_E_ARG;
}

/* Supply: the oldest datagram. Copy at most cap bytes, drop the rest of it, answer its
 * full length. A record whose length makes no sense means that the medium lost count:
 * close. */
static int32_t datagram_recv(void *ctx, void *buf, size_t cap, struct ol_addr *from)
{
    const struct my_datagram *d = ctx;
    (void)buf;
    (void)cap;
    (void)from;
    return d->is_open ? OL_E_AGAIN : OL_E_CLOSED;
}

/* Supply: give the socket back. */
static void datagram_close(void *ctx)
{
    struct my_datagram *d = ctx;
    d->is_open = false;
}

void my_datagram_init(struct my_datagram *d)
{
    d->is_open = false;
}

struct ol_datagram my_datagram_link(struct my_datagram *d)
{
    static const struct ol_datagram_ops ops = {
        .open = datagram_open,
        .send = datagram_send,
        .recv = datagram_recv,
        .close = datagram_close,
    };
    return (struct ol_datagram){.ctx = d, .ops = &ops};
}
