/* SPDX-License-Identifier: MIT */
#include "onelink/wiznet/w5500_private.h"

/* Ends the stream for its user; `command` is the last that the chip's socket gets. */
static void end(struct ol_w5500_socket *s, int32_t why, unsigned command)
{
    s->why = (int8_t)why;
    ol_w5500_socket_release(s, command);
}

/* The peer or the network ended it. What came before can still be read. */
static OL_NOINLINE void done(struct ol_w5500_socket *s, int32_t why)
{
    s->why = (int8_t)why;
    s->phase = PHASE_DONE;
    s->has_news = true;
    s->until = 0;
}

/* The last command for a connection as it is: a goodbye where one can be said. */
static unsigned last_command(const struct ol_w5500_socket *s)
{
    bool is_connected = s->phase == PHASE_OPEN || s->phase == PHASE_CLOSING ||
                        (s->phase == PHASE_DONE && s->why == OL_E_CLOSED);
    return is_connected && !s->is_sending && !ol_w5500_is_busy(s) ? CR_DISCON : CR_CLOSE;
}

/* ---- What the chip tells ---- */

static void push(struct ol_w5500_socket *s)
{
    struct ol_w5500 *c = s->chip;

    /* SENDOK lost: has all been acknowledged? */
    if (s->is_sending && ol_w5500_is_due(c, s->late_at) &&
        ol_w5500_socket_count(s, false) &&
        (uint16_t)(s->tx_free + s->tx_wr - s->tx_sent) == ol_w5500_tx_size(s)) {
        s->is_sending = false;
    }
    ol_w5500_socket_flush(s);
    if (s->tx_wr != s->tx_sent) {
        ol_w5500_socket_wait(s);
    }
}

static struct ol_w5500_tcp *tcp_of(struct ol_w5500_socket *s)
{
    return (struct ol_w5500_tcp *)s;
}

static void on_init(struct ol_w5500_socket *s)
{
    const uint8_t *peer = tcp_of(s)->peer;

    if (ol_w5500_get16(peer + 4) == 0) {
        ol_w5500_command(s, CR_LISTEN);
        s->phase = PHASE_LISTEN;
        return;
    }
    (void)ol_w5500_put_regs(s, SN_DIPR, peer, 6);
    ol_w5500_command(s, CR_CONNECT);
    s->phase = PHASE_SYN;
    ol_w5500_socket_wait(s);
}

/* SYN, LISTEN. */
static void on_connecting(struct ol_w5500_socket *s, unsigned ir, unsigned sr)
{
    if ((sr == SR_ESTABLISHED || sr == SR_CLOSE_WAIT) && !ol_w5500_is_busy(s)) {
        if (ol_w5500_socket_count(s, true)) {
            s->phase = PHASE_OPEN;
            s->until = 0;
        }
    } else if ((ir & IR_TIMEOUT) != 0) {
        end(s, OL_E_TIMEOUT, CR_CLOSE);
    } else if (sr == SR_CLOSED && !ol_w5500_is_busy(s)) {
        end(s, OL_E_IO, CR_CLOSE); /* refused: no reason is given */
    } else if (s->phase == PHASE_SYN) {
        ol_w5500_socket_wait(s); /* a refusal need not interrupt */
    }
}

static void on_open(struct ol_w5500_socket *s, unsigned ir, unsigned sr)
{
    if ((ir & IR_TIMEOUT) != 0) {
        done(s, OL_E_TIMEOUT);
    } else if (sr == SR_ESTABLISHED) {
        ol_w5500_socket_tell(s);
        push(s);
    } else if (sr == SR_CLOSED) {
        ol_w5500_check_now(s->chip); /* by the peer's reset, or the chip's? */
        done(s, OL_E_IO);
    } else {
        done(s, OL_E_CLOSED);
    }
}

static void on_closing(struct ol_w5500_socket *s, unsigned ir, unsigned sr)
{
    if (sr == SR_CLOSED || sr == SR_TIME_WAIT || (ir & IR_TIMEOUT) != 0) {
        end(s, OL_E_CLOSED, CR_CLOSE);
        return;
    }
    if (s->phase == PHASE_CLOSING) {
        push(s);
        if (s->tx_wr == s->tx_sent && !s->is_sending && !ol_w5500_is_busy(s)) {
            ol_w5500_command(s, CR_DISCON);
            s->phase = PHASE_FIN;
        }
    }
    ol_w5500_socket_wait(s);
}

static void on_status(struct ol_w5500_socket *s, unsigned ir, unsigned sr)
{
    if (sr == SR_LOST) {
        if (s->phase != PHASE_DONE) {
            s->why = OL_E_IO;
        }
        ol_w5500_socket_release(s, CR_CLOSE);
        return;
    }
    if (s->phase <= PHASE_INIT) {
        if (ol_w5500_socket_opening(s, sr, SR_INIT)) {
            on_init(s);
        }
    } else if (s->phase < PHASE_OPEN) {
        on_connecting(s, ir, sr);
    } else if (s->phase == PHASE_OPEN) {
        on_open(s, ir, sr);
    } else if (s->phase > PHASE_DONE) {
        on_closing(s, ir, sr);
    }
    if (ol_w5500_is_due(s->chip, s->until)) {
        end(s, s->phase < PHASE_OPEN ? OL_E_TIMEOUT : OL_E_CLOSED, last_command(s));
    }
}

/* ---- The stream ---- */

/* One after the other from a random one on: none comes again for a long time, so that a
 * connection that the peer has not forgotten yet is never met. */
static int32_t set_port(struct ol_w5500_socket *s)
{
    struct ol_w5500 *c = s->chip;

    if (c->tcp_port == 0) {
        int32_t rc = ol_w5500_random(c, &c->tcp_port);
        if (rc != OL_OK) {
            c->tcp_port = 0;
            return rc;
        }
    }
    s->port = (uint16_t)(OL_W5500_PORT_FIRST | c->tcp_port++);
    return OL_OK;
}

static bool is_peer(const struct ol_addr *peer)
{
    return peer->family == OL_ADDR_IPV4 && peer->port != 0 && peer->bytes[0] != 0 &&
           peer->bytes[0] < 224;
}

static int32_t stream_open(void *ctx, const struct ol_addr *peer, struct ol_str host,
                           ol_ms now, ol_ms give_up_at)
{
    struct ol_w5500_tcp *tcp = ctx;
    struct ol_w5500_socket *s = &tcp->socket;

    (void)host;
    s->chip->now = now;
    if (s->phase == PHASE_CLOSING || s->phase == PHASE_FIN) {
        return OL_E_AGAIN;
    }
    if (!is_peer(peer)) {
        return OL_E_ARG;
    }
    if (s->phase != PHASE_CLOSED && s->phase != PHASE_DONE) {
        return s->phase != PHASE_LISTEN ? OL_OK : OL_E_ARG;
    }
    ol_w5500_socket_release(s, last_command(s));
    int32_t rc = set_port(s);
    if (rc != OL_OK) {
        return rc;
    }
    memcpy(tcp->peer, peer->bytes, 4);
    ol_w5500_set16(tcp->peer + 4, peer->port);
    s->until = ol_w5500_time(s->chip, give_up_at);
    rc = ol_w5500_socket_open(s);
    if (rc != OL_OK) {
        s->until = 0;
    }
    return rc;
}

static void stream_step(void *ctx, ol_ms now)
{
    struct ol_w5500_socket *s = ctx;

    s->chip->now = now;
    if (ol_w5500_socket_left(s, 1) == 0) {
        (void)ol_w5500_look(s->chip, s->n);
    }
}

static int32_t stream_state(const void *ctx)
{
    const struct ol_w5500_socket *s = ctx;

    if (s->phase == PHASE_OPEN) {
        return OL_OK;
    }
    if (s->phase == PHASE_CLOSED || s->phase == PHASE_DONE) {
        return s->why != OL_OK ? s->why : OL_E_CLOSED;
    }
    return OL_E_AGAIN;
}

static bool is_opening(const struct ol_w5500_socket *s)
{
    return s->phase > PHASE_CLOSED && s->phase < PHASE_OPEN;
}

static int32_t stream_send(void *ctx, const void *data, size_t len)
{
    struct ol_w5500_socket *s = ctx;

    if (s->phase != PHASE_OPEN) {
        return is_opening(s) ? OL_E_AGAIN : OL_E_CLOSED;
    }
    /* Twice, for the first may be half of one value and half of the next. */
    for (unsigned i = 0; i < 2 && s->tx_free < len; i++) {
        (void)ol_w5500_socket_count(s, false);
    }
    if (len > s->tx_free) {
        len = s->tx_free;
    }
    if (len > 0) {
        ol_w5500_socket_write(s, data, len);
        s->wait_ms = 1;
    }
    if (s->is_sending || ol_w5500_is_busy(s)) {
        (void)ol_w5500_look(s->chip, s->n); /* pushes */
    } else {
        push(s);
    }
    if (len == 0 && s->phase == PHASE_OPEN && s->look_at == 0) {
        ol_w5500_socket_wait(s); /* acknowledgements do not interrupt */
    }
    return len > 0 ? (int32_t)len : OL_E_AGAIN;
}

static int32_t stream_recv(void *ctx, void *buf, size_t cap)
{
    struct ol_w5500_socket *s = ctx;

    if (s->phase != PHASE_OPEN && s->phase != PHASE_DONE) {
        return is_opening(s) ? OL_E_AGAIN : OL_E_CLOSED;
    }
    if (s->rx_left == 0 && s->has_news) {
        (void)ol_w5500_socket_count(s, false);
    }
    if (s->rx_left == 0) {
        if (s->phase == PHASE_OPEN || s->has_news) {
            return OL_E_AGAIN;
        }
        ol_w5500_socket_release(s, last_command(s));
        return OL_E_CLOSED;
    }
    size_t len = cap < s->rx_left ? cap : s->rx_left;
    if (!ol_w5500_peek(s, 0, buf, len)) {
        return OL_E_AGAIN; /* the next step ends it */
    }
    ol_w5500_socket_skip(s, len);
    return (int32_t)len;
}

static void stream_close(void *ctx, ol_ms now, ol_ms give_up_at)
{
    struct ol_w5500_socket *s = ctx;

    s->chip->now = now;
    s->is_given = false;
    if (s->phase == PHASE_CLOSED) {
        return;
    }
    if (give_up_at <= now || s->phase == PHASE_DONE || is_opening(s)) {
        end(s, OL_E_CLOSED, last_command(s));
        return;
    }
    if (s->phase == PHASE_OPEN) {
        s->phase = PHASE_CLOSING;
        s->wait_ms = 1;
    }
    s->until = ol_w5500_time(s->chip, give_up_at);
    (void)ol_w5500_look(s->chip, s->n);
}

static ol_ms stream_deadline(const void *ctx)
{
    const struct ol_w5500_socket *s = ctx;
    uint32_t left = ol_w5500_socket_left(s, OL_W5500_LEFT_MAX);
    return left < OL_W5500_LEFT_MAX ? s->chip->now + left : OL_NEVER;
}

void ol_w5500_tcp_init(struct ol_w5500_tcp *tcp, struct ol_w5500 *chip)
{
    ol_w5500_socket_init(&tcp->socket, chip, on_status, SN_MR_TCP | SN_MR_NO_DELAYED_ACK);
}

struct ol_stream ol_w5500_tcp_stream(struct ol_w5500_tcp *tcp)
{
    static const struct ol_stream_ops ops = {
        .open = stream_open,
        .step = stream_step,
        .state = stream_state,
        .send = stream_send,
        .recv = stream_recv,
        .close = stream_close,
        .deadline = stream_deadline,
    };
    return (struct ol_stream){.ctx = tcp, .ops = &ops};
}

int32_t ol_w5500_tcp_get_peer(struct ol_w5500_tcp *tcp, struct ol_addr *peer)
{
    struct ol_w5500_socket *s = &tcp->socket;
    uint8_t r[6];

    if (s->phase != PHASE_OPEN) {
        return OL_E_CLOSED;
    }
    if (!ol_w5500_get_regs(s, SN_DIPR, r, sizeof r)) {
        return OL_E_IO;
    }
    *peer = ol_addr_ipv4(r[0], r[1], r[2], r[3], ol_w5500_get16(r + 4));
    return OL_OK;
}

int32_t ol_w5500_tcp_listen(struct ol_w5500_tcp *tcp, uint16_t port)
{
    struct ol_w5500_socket *s = &tcp->socket;

    memset(tcp->peer, 0, sizeof tcp->peer);
    s->port = port;
    s->until = 0;
    return ol_w5500_socket_open(s);
}

void ol_w5500_tcp_drop(struct ol_w5500_tcp *tcp)
{
    end(&tcp->socket, OL_E_CLOSED, last_command(&tcp->socket));
}
