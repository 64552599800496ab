/* SPDX-License-Identifier: MIT */
#include "onelink/wiznet/w5500_private.h"

#define RECORD_LEN 8 /* address, port, length before each datagram in the chip's memory */

static void on_open(struct ol_w5500_socket *s, unsigned ir, unsigned sr)
{
    struct ol_w5500 *c = s->chip;

    if (sr != SR_UDP) {
        ol_w5500_check_now(c); /* was the chip reset? */
        c->stats.reopened++;
        ol_w5500_socket_reopen(s);
        return;
    }
    if (s->is_sending && ((ir & IR_TIMEOUT) != 0 || ol_w5500_is_due(c, s->late_at))) {
        /* Nobody has the address, or SENDOK was lost. Whether the datagram is still in the
         * chip's memory is not said: opening anew makes sure that the next one does not go
         * out behind it. */
        c->stats.send_timeouts++;
        ol_w5500_socket_reopen(s);
        return;
    }
    ol_w5500_socket_tell(s);
}

static void on_status(struct ol_w5500_socket *s, unsigned ir, unsigned sr)
{
    if (sr == SR_LOST) {
        ol_w5500_socket_reopen(s); /* as soon as the chip is back */
    } else if (s->phase == PHASE_OPEN) {
        on_open(s, ir, sr);
    } else if (ol_w5500_socket_opening(s, sr, SR_UDP) && ol_w5500_socket_count(s, true)) {
        s->phase = PHASE_OPEN;
    }
}

/* RFC 1112 section 6.4. The chip joins at OPEN. */
static void on_group_status(struct ol_w5500_socket *s, unsigned ir, unsigned sr)
{
    const struct ol_addr *group = &((const struct ol_w5500_udp *)s)->group;
    const uint8_t *ip = group->bytes;
    uint8_t r[SN_DPORT + 2 - SN_DHAR] = {0x01,  0x00,  0x5E,  ip[1] & 0x7F, ip[2],
                                         ip[3], ip[0], ip[1], ip[2],        ip[3]};

    if (s->phase == PHASE_START && sr == SR_CLOSED) {
        ol_w5500_set16(r + (SN_DPORT - SN_DHAR), group->port);
        (void)ol_w5500_put_regs(s, SN_DHAR, r, sizeof r);
    }
    on_status(s, ir, sr);
}

static bool is_port_taken(const struct ol_w5500 *c, uint16_t port)
{
    for (unsigned n = 0; n < OL_W5500_SOCKETS; n++) {
        if (c->owner[n] != NULL && c->owner[n]->port == port &&
            (c->owner[n]->mode & SN_MR_UDP) != 0) {
            return true;
        }
    }
    return false;
}

static void datagram_close(void *ctx)
{
    ol_w5500_socket_release(ctx, CR_CLOSE);
}

static int32_t datagram_open(void *ctx, uint16_t local_port)
{
    struct ol_w5500_socket *s = ctx;

    datagram_close(ctx);
    if (local_port == 0) {
        int32_t rc = ol_w5500_random(s->chip, &local_port);
        if (rc != OL_OK) {
            return rc;
        }
        local_port |= OL_W5500_PORT_FIRST;
    }
    if (is_port_taken(s->chip, local_port)) {
        return OL_E_NOSPC;
    }
    s->port = local_port;
    return ol_w5500_socket_open(s);
}

static int32_t datagram_send(void *ctx, const struct ol_addr *to, const void *data,
                             size_t len)
{
    struct ol_w5500_socket *s = ctx;

    if (s->phase == PHASE_CLOSED) {
        return OL_E_CLOSED;
    }
    if (to->family != OL_ADDR_IPV4 || to->port == 0 || len == 0 ||
        len > OL_W5500_UDP_MAX || len > ol_w5500_tx_size(s)) {
        return OL_E_ARG;
    }
    if (s->phase == PHASE_OPEN && (s->is_sending || ol_w5500_is_busy(s))) {
        (void)ol_w5500_look(s->chip, s->n);
    }
    if (s->phase != PHASE_OPEN || s->is_sending || ol_w5500_is_busy(s)) {
        if (s->look_at == 0) {
            ol_w5500_socket_wait(s);
        }
        return OL_E_AGAIN;
    }
    ol_w5500_socket_send_to(s, to, data, len);
    return OL_OK;
}

/* The record at the front, and how long its datagram is. OL_E_AGAIN when there is none. */
static int32_t read_record(struct ol_w5500_socket *s, struct ol_addr *from)
{
    uint8_t r[RECORD_LEN];

    if (s->rx_left == 0 && s->has_news) {
        (void)ol_w5500_socket_count(s, false);
    }
    if (s->rx_left == 0 || !ol_w5500_peek(s, 0, r, sizeof r)) {
        return OL_E_AGAIN;
    }
    int32_t len = ol_w5500_get16(r + 6);
    if (s->rx_left < RECORD_LEN || len > s->rx_left - RECORD_LEN) {
        ol_w5500_fault(s->chip, OL_W5500_REASON_POINTER);
        return OL_E_AGAIN;
    }
    memset(from, 0, sizeof *from);
    from->family = OL_ADDR_IPV4;
    memcpy(from->bytes, r, 4);
    from->port = ol_w5500_get16(r + 4);
    return len;
}

static int32_t datagram_recv(void *ctx, void *buf, size_t cap, struct ol_addr *from)
{
    struct ol_w5500_socket *s = ctx;

    if (s->phase == PHASE_CLOSED) {
        return OL_E_CLOSED;
    }
    if (s->phase != PHASE_OPEN) {
        return OL_E_AGAIN;
    }
    int32_t len = read_record(s, from);
    if (len < 0) {
        return len;
    }
    size_t part = (size_t)len < cap ? (size_t)len : cap;
    if (part > 0 && !ol_w5500_peek(s, RECORD_LEN, buf, part)) {
        return OL_E_AGAIN;
    }
    ol_w5500_socket_skip(s, RECORD_LEN + (size_t)len);
    return len;
}

void ol_w5500_udp_init(struct ol_w5500_udp *udp, struct ol_w5500 *chip)
{
    *udp = (struct ol_w5500_udp){.group = {.family = OL_ADDR_NONE}};
    ol_w5500_socket_init(&udp->socket, chip, on_status, SN_MR_UDP);
}

struct ol_datagram ol_w5500_udp_datagram(struct ol_w5500_udp *udp)
{
    static const struct ol_datagram_ops ops = {
        .open = datagram_open,
        .send = datagram_send,
        .recv = datagram_recv,
        .close = datagram_close,
    };
    return (struct ol_datagram){.ctx = udp, .ops = &ops};
}

int32_t ol_w5500_udp_join(struct ol_w5500_udp *udp, const struct ol_addr *group)
{
    if (group == NULL) {
        udp->socket.mode = SN_MR_UDP;
        udp->socket.on_status = on_status;
        return OL_OK;
    }
    if (group->family != OL_ADDR_IPV4 || (group->bytes[0] & 0xF0) != 0xE0 ||
        group->port == 0) {
        return OL_E_ARG;
    }
    udp->socket.mode = SN_MR_UDP | SN_MR_MULTI;
    udp->socket.on_status = on_group_status;
    udp->group = *group;
    return OL_OK;
}
