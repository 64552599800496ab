/* SPDX-License-Identifier: MIT */
#include "onelink/wiznet/w5500_private.h"

#define NO_SOCKET  0xFF
#define WAIT_MS    1
#define WAIT_MAX   64
#define SENDOK_MS  1000 /* then it is asked whether all has been acknowledged instead */
#define DOUBTS_MAX 8

void ol_w5500_socket_init(struct ol_w5500_socket *s, struct ol_w5500 *chip,
                          void (*on_status)(struct ol_w5500_socket *, unsigned, unsigned),
                          unsigned mode)
{
    *s = (struct ol_w5500_socket){
        .chip = chip, .on_status = on_status, .n = NO_SOCKET, .mode = (uint8_t)mode};
}

int32_t ol_w5500_random(struct ol_w5500 *c, uint16_t *out)
{
    return c->config.entropy.fill(c->config.entropy.ctx, out, sizeof *out);
}

void ol_w5500_socket_wait(struct ol_w5500_socket *s)
{
    s->look_at = ol_w5500_after(s->chip, s->wait_ms);
    if (s->wait_ms < WAIT_MAX) {
        s->wait_ms = (uint8_t)(2 * s->wait_ms);
    }
}

void ol_w5500_command(struct ol_w5500_socket *s, unsigned command)
{
    s->chip->busy |= ol_w5500_bit(s->n);
    (void)ol_w5500_put8(s, SN_CR, command);
}

unsigned ol_w5500_rx_size(const struct ol_w5500_socket *s)
{
    return 1024u * s->chip->config.rx_kb[s->n];
}

unsigned ol_w5500_tx_size(const struct ol_w5500_socket *s)
{
    return 1024u * s->chip->config.tx_kb[s->n];
}

bool ol_w5500_is_busy(const struct ol_w5500_socket *s)
{
    return (s->chip->busy >> s->n & 1) != 0;
}

uint32_t ol_w5500_socket_left(const struct ol_w5500_socket *s, uint32_t left)
{
    return ol_w5500_left(s->chip, s->look_at, ol_w5500_left(s->chip, s->until, left));
}

/* ---- Looking ---- */

static bool is_state(unsigned sr)
{
    return sr == SR_CLOSED || sr == SR_UDP || (sr >= SR_INIT && sr <= SR_LAST_ACK);
}

/* CR, IR and SR, as a chip can have them. */
static bool read_status(struct ol_w5500 *c, unsigned n, uint8_t r[3])
{
    for (unsigned i = 0; i < OL_W5500_TRIES; i++) {
        if (!ol_w5500_get(c, AT_SOCKET(n, SN_CR), r, 3)) {
            return false;
        }
        if (is_state(r[2]) && r[1] <= IR_ALL) {
            return true;
        }
        c->stats.rereads++;
    }
    ol_w5500_fault(c, OL_W5500_REASON_STATE);
    return false;
}

/* A socket without an owner that was busy when it was given back. */
static void close_left(struct ol_w5500 *c, unsigned n)
{
    const uint8_t close = CR_CLOSE;

    c->unclosed &= (uint8_t)~ol_w5500_bit(n);
    c->busy |= ol_w5500_bit(n);
    (void)ol_w5500_put(c, AT_SOCKET(n, SN_CR), &close, 1);
}

bool ol_w5500_look(struct ol_w5500 *c, unsigned n)
{
    uint8_t r[3];
    uint8_t keep = (uint8_t)~ol_w5500_bit(n);
    struct ol_w5500_socket *s = c->owner[n];

    /* Sn_IR is cleared before anything is done about it, so that what comes meanwhile shows
     * anew. */
    if (!read_status(c, n, r) ||
        (r[1] != 0 && !ol_w5500_put(c, AT_SOCKET(n, SN_IR), &r[1], 1))) {
        return false;
    }
    if (r[0] == 0) {
        c->busy &= keep;
        c->stale &= keep;
    }
    if (s != NULL) {
        s->look_at = 0;
        if ((r[1] & IR_RECV) != 0) {
            s->has_news = true;
        }
        if ((r[1] & IR_SENDOK) != 0) {
            s->is_sending = false;
        }
        s->on_status(s, r[1], r[2]);
    } else if ((c->unclosed & ~c->busy & ~keep) != 0) {
        close_left(c, n);
    }
    return r[1] != 0;
}

void ol_w5500_lose_sockets(struct ol_w5500 *c, unsigned modes)
{
    for (unsigned n = 0; n < OL_W5500_SOCKETS; n++) {
        struct ol_w5500_socket *s = c->owner[n];
        if (s != NULL && (s->mode & modes) != 0) {
            s->on_status(s, 0, SR_LOST);
        }
    }
}

/* ---- Opening and closing ---- */

/* A free one, even if the chip has not finished with it: opening closes it. */
static bool take(struct ol_w5500_socket *s)
{
    struct ol_w5500 *c = s->chip;
    unsigned turn = (s->mode & SN_MR_UDP) != 0 ? OL_W5500_SOCKETS - 1 : 0;

    for (unsigned i = 0; i < OL_W5500_SOCKETS; i++) {
        unsigned n = i ^ turn;
        if (c->owner[n] == NULL && c->config.rx_kb[n] != 0 && c->config.tx_kb[n] != 0) {
            c->owner[n] = s;
            c->open |= ol_w5500_bit(n);
            c->unclosed &= (uint8_t)~ol_w5500_bit(n);
            s->n = (uint8_t)n;
            return true;
        }
    }
    return false;
}

void ol_w5500_socket_reopen(struct ol_w5500_socket *s)
{
    s->phase = PHASE_START;
    s->rx_left = 0;
    s->is_sending = false;
    s->has_news = false;
    s->wait_ms = WAIT_MS;
    s->late_at = 0;
    s->look_at = ol_w5500_after(s->chip, 0);
}

int32_t ol_w5500_socket_open(struct ol_w5500_socket *s)
{
    struct ol_w5500 *c = s->chip;

    s->why = OL_OK;
    if (!ol_w5500_is_usable(c)) {
        return OL_E_IO;
    }
    if (!take(s)) {
        return c->fault != OL_W5500_REASON_NONE ? OL_E_IO : OL_E_NOSPC;
    }
    ol_w5500_socket_reopen(s);
    /* Commands take microseconds: mostly this is all it needs. */
    for (unsigned i = 0;
         i < OL_W5500_TRIES && s->phase <= PHASE_INIT && s->n != NO_SOCKET; i++) {
        (void)ol_w5500_look(c, s->n);
    }
    if (c->fault != OL_W5500_REASON_NONE) {
        ol_w5500_socket_release(s, CR_CLOSE);
        return OL_E_IO;
    }
    return OL_OK;
}

static void give_open(struct ol_w5500_socket *s)
{
    /* As after reset: MSSR, PROTO, TOS, TTL 128. A register that was hit by noise stays so
     * otherwise. */
    static const uint8_t middle[5] = {0, 0, 0, 0, 0x80};
    /* FRAG as it is after reset, between the interrupt mask without SENDOK and KPALVTR. */
    uint8_t tail[4] = {IR_ALL & ~IR_SENDOK, 0x40, 0x00, s->chip->config.keepalive_5s};

    if (tail[3] == OL_W5500_NO_KEEPALIVE) {
        tail[3] = 0;
    }

    (void)ol_w5500_put8(s, SN_MR, s->mode);
    (void)ol_w5500_put_regs(s, SN_MSSR, middle, sizeof middle);
    (void)ol_w5500_put16(s, SN_PORT, s->port);
    (void)ol_w5500_put_regs(s, SN_IMR, tail, sizeof tail);
    ol_w5500_command(s, CR_OPEN);
    s->phase = PHASE_INIT;
}

bool ol_w5500_socket_opening(struct ol_w5500_socket *s, unsigned sr, unsigned wanted)
{
    if (s->late_at == 0) {
        s->late_at = ol_w5500_after(s->chip, OL_W5500_COMMAND_MS);
    }
    if (!ol_w5500_is_busy(s)) {
        if (s->phase == PHASE_INIT && sr == wanted) {
            s->wait_ms = WAIT_MS;
            return true;
        }
        if (sr != SR_CLOSED) {
            ol_w5500_command(s, CR_CLOSE);
            s->phase = PHASE_START;
        } else {
            give_open(s);
        }
    }
    /* Only after many looks: it may be us who were late. */
    if (s->wait_ms >= WAIT_MAX && ol_w5500_is_due(s->chip, s->late_at)) {
        ol_w5500_fault(s->chip, OL_W5500_REASON_COMMAND);
    }
    ol_w5500_socket_wait(s);
    return false;
}

void ol_w5500_socket_release(struct ol_w5500_socket *s, unsigned command)
{
    struct ol_w5500 *c = s->chip;

    if (s->n == NO_SOCKET) {
        return;
    }
    c->owner[s->n] = NULL;
    c->open &= (uint8_t)~ol_w5500_bit(s->n);
    /* RECV, say, was given just now: the chip would not hear another command. */
    for (unsigned i = 0; i < OL_W5500_TRIES && ol_w5500_is_busy(s); i++) {
        (void)ol_w5500_look(c, s->n);
    }
    if (ol_w5500_is_busy(s)) {
        c->unclosed |= ol_w5500_bit(s->n);
    } else if (ol_w5500_is_usable(c)) {
        ol_w5500_command(s, command);
    }
    s->n = NO_SOCKET;
    s->phase = PHASE_CLOSED;
    s->until = 0;
    s->look_at = 0;
}

/* ---- Memory and pointers ---- */

/* Registers RXBUF_SIZE and TXBUF_SIZE up to RX_WR, two bytes each. */
enum { SIZES, TX_FSR, TX_RD, TX_WR, RX_RSR, RX_RD, RX_WR, COUNTERS };

/* A size may change while its two bytes are read, but not unnoticed: RX_RSR must fit its
 * pointers, TX_FSR counts when it is the whole memory, or read twice. */
static OL_NOINLINE bool take_over(struct ol_w5500_socket *s, const uint16_t *r)
{
    const struct ol_w5500_config *config = &s->chip->config;
    uint16_t room = r[TX_FSR];
    uint16_t waiting = r[RX_RSR];
    uint16_t read = (uint16_t)(s->rx_rd - s->rx_told);
    uint16_t unsent = (uint16_t)(s->tx_wr - s->tx_sent);
    unsigned size = ol_w5500_tx_size(s);

    if (r[SIZES] != (config->rx_kb[s->n] << 8 | config->tx_kb[s->n]) || room > size ||
        room < unsent + s->tx_free || r[TX_WR] != s->tx_sent ||
        waiting > ol_w5500_rx_size(s) || waiting < read || r[RX_RD] != s->rx_told ||
        waiting != (uint16_t)(r[RX_WR] - s->rx_told)) {
        return false;
    }
    s->rx_left = (uint16_t)(waiting - read);
    s->has_news = false;
    uint16_t last = s->tx_seen;
    s->tx_seen = (uint16_t)(room - unsent);
    if (room == size || s->tx_seen == last) {
        s->tx_free = s->tx_seen;
    }
    return true;
}

bool ol_w5500_socket_count(struct ol_w5500_socket *s, bool is_new)
{
    struct ol_w5500 *c = s->chip;
    uint16_t r[COUNTERS];

    for (unsigned i = 0; i < OL_W5500_TRIES; i++) {
        if (!ol_w5500_get_regs(s, SN_RXBUF_SIZE, r, sizeof r)) {
            return false;
        }
        for (unsigned k = 0; k < COUNTERS; k++) {
            r[k] = ol_w5500_get16((const uint8_t *)&r[k]);
        }
        /* What follows rests on TX_WR of a new socket, so it is read twice. TX_RD does not vouch
         * for it: it was the same before, too, and a torn reading of both looks alike. RX_RD must
         * fit RX_RSR and RX_WR anyway. */
        bool is_sure = !is_new || (i > 0 && r[TX_WR] == s->tx_sent);
        if (is_new) {
            s->tx_wr = s->tx_sent = r[TX_WR];
            s->rx_rd = s->rx_told = r[RX_RD];
            s->tx_free = (uint16_t)ol_w5500_tx_size(s); /* all of it, or it is not new */
        }
        bool is_sound = take_over(s, r);
        if (is_sound && is_sure) {
            c->doubts = 0;
            return true;
        }
        c->stats.rereads += !is_sound;
    }
    if (s->phase == PHASE_DONE) {
        s->has_news = false; /* a closed socket owes us nothing */
    } else if (ol_w5500_is_busy(s)) {
        ol_w5500_socket_wait(s); /* sizes do not fit RX_RD before RECV is taken */
    } else if (++c->doubts >= DOUBTS_MAX) {
        ol_w5500_fault(c, OL_W5500_REASON_POINTER);
    } else {
        s->look_at = ol_w5500_after(c, 0);
    }
    return false;
}

void ol_w5500_socket_write(struct ol_w5500_socket *s, const void *data, size_t len)
{
    (void)ol_w5500_put(s->chip, AT_TX(s->n, s->tx_wr), data, len);
    s->tx_wr = (uint16_t)(s->tx_wr + len);
    s->tx_free = (uint16_t)(s->tx_free - len);
}

void ol_w5500_socket_flush(struct ol_w5500_socket *s)
{
    if (s->tx_wr == s->tx_sent || s->is_sending || ol_w5500_is_busy(s)) {
        return;
    }
    (void)ol_w5500_put16(s, SN_TX_WR, s->tx_wr);
    ol_w5500_command(s, CR_SEND);
    s->tx_sent = s->tx_wr;
    s->is_sending = true;
    s->wait_ms = WAIT_MS;
    s->late_at = ol_w5500_after(s->chip, SENDOK_MS);
}

void ol_w5500_socket_tell(struct ol_w5500_socket *s)
{
    if (4u * (uint16_t)(s->rx_rd - s->rx_told) < ol_w5500_rx_size(s)) {
        return;
    }
    if (ol_w5500_is_busy(s)) {
        ol_w5500_socket_wait(s); /* or the peer may never be told that there is room */
        return;
    }
    (void)ol_w5500_put16(s, SN_RX_RD, s->rx_rd);
    ol_w5500_command(s, CR_RECV);
    s->rx_told = s->rx_rd;
}

void ol_w5500_socket_skip(struct ol_w5500_socket *s, size_t n)
{
    s->rx_rd = (uint16_t)(s->rx_rd + n);
    s->rx_left = (uint16_t)(s->rx_left - n);
    if (s->phase == PHASE_OPEN) {
        ol_w5500_socket_tell(s);
    }
}

void ol_w5500_socket_send_to(struct ol_w5500_socket *s, const struct ol_addr *to,
                             const void *data, size_t len)
{
    uint8_t peer[6];

    memcpy(peer, to->bytes, 4);
    ol_w5500_set16(peer + 4, to->port);
    (void)ol_w5500_put_regs(s, SN_DIPR, peer, sizeof peer);
    /* The last datagram is out, and nobody counts what is free while no answer comes. */
    s->tx_free = (uint16_t)ol_w5500_tx_size(s);
    ol_w5500_socket_write(s, data, len);
    ol_w5500_socket_flush(s);
    s->late_at = ol_w5500_after(s->chip, OL_W5500_SENDOK_UDP_MS);
}
