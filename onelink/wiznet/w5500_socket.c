/* SPDX-License-Identifier: MIT */
#include "onelink/wiznet/w5500_private.h"

#define NO_SOCKET  0xFF
#define WAIT_MS    1
#define WAIT_MAX   64
#define DOUBTS_MAX 8

/* Registers CR up to RX_WR, which one look takes in at most. */
enum { LOOK_SHORT = SN_SR - SN_CR + 1, LOOK_FULL = SN_RX_WR + 2 - SN_CR };

void ol_w5500_socket_init(struct ol_w5500_socket *s, struct ol_w5500 *chip,
                          void (*on_status)(struct ol_w5500_socket *, unsigned, unsigned),
                          unsigned mode)
{
    *s = (struct ol_w5500_socket){.chip = chip,
                                  .on_status = on_status,
                                  .until = OL_NEVER,
                                  .look_at = OL_NEVER,
                                  .n = NO_SOCKET,
                                  .mode = (uint8_t)mode};
}

int32_t ol_w5500_random(struct ol_w5500 *c, uint16_t *out)
{
    return c->entropy.fill(c->entropy.ctx, out, sizeof *out);
}

void ol_w5500_socket_wait(struct ol_w5500_socket *s)
{
    s->look_at = ol_ms_add(s->chip->now, s->wait_ms);
    if (s->wait_ms < WAIT_MAX) {
        s->wait_ms = (uint8_t)(2 * s->wait_ms);
    }
}

void ol_w5500_command(struct ol_w5500_socket *s, unsigned command)
{
    s->chip->busy |= ol_w5500_bit(s->n);
    (void)ol_w5500_put8(s, SN_CR, command);
}

/* ---- Looking ---- */

static bool is_state(unsigned sr)
{
    return sr == SR_CLOSED || sr == SR_UDP || (sr >= SR_INIT && sr <= SR_LAST_ACK);
}

/* What only we change is as we left it. r begins with CR. */
static bool is_in_step(const struct ol_w5500_socket *s, const uint8_t *r)
{
    unsigned sr = r[SN_SR - SN_CR];
    if (s == NULL || s->phase != PHASE_OPEN ||
        (sr != SR_ESTABLISHED && sr != SR_CLOSE_WAIT && sr != SR_UDP)) {
        return true;
    }
    return ol_w5500_get16(r + SN_PORT - SN_CR) == s->port &&
           ol_w5500_get16(r + SN_TX_WR - SN_CR) == s->tx_sent &&
           ol_w5500_get16(r + SN_RX_RD - SN_CR) == s->rx_told;
}

/* What interrupts should have told, but did not. */
static void catch_up(struct ol_w5500_socket *s, const uint8_t *r)
{
    if (s->phase != PHASE_OPEN) {
        return;
    }
    unsigned known = s->rx_left + (uint16_t)(s->rx_rd - s->rx_told);
    if (ol_w5500_get16(r + SN_RX_RSR - SN_CR) != known) {
        s->has_news = true;
    }
    /* Whole and empty: this value cannot be half of another. */
    if (!s->is_sending && s->tx_wr == s->tx_sent &&
        ol_w5500_get16(r + SN_TX_FSR - SN_CR) == ol_w5500_tx_size(s)) {
        s->tx_free = (uint16_t)ol_w5500_tx_size(s);
    }
}

static bool read_status(struct ol_w5500 *c, unsigned n, bool full, uint8_t *r)
{
    const struct ol_w5500_socket *s = c->owner[n];
    enum ol_w5500_reason reason = OL_W5500_REASON_NONE;

    for (unsigned i = 0; i < OL_W5500_TRIES; i++) {
        if (!ol_w5500_get(c, BLOCK_SOCKET(n), SN_CR, r, full ? LOOK_FULL : LOOK_SHORT)) {
            return false;
        }
        if (!is_state(r[SN_SR - SN_CR]) || r[SN_IR - SN_CR] > IR_ALL) {
            reason = OL_W5500_REASON_STATE;
        } else if (full && !is_in_step(s, r)) {
            reason = OL_W5500_REASON_POINTER;
        } else {
            return true;
        }
        c->stats.rereads++;
    }
    ol_w5500_fault(c, reason);
    return false;
}

bool ol_w5500_look(struct ol_w5500 *c, unsigned n, bool full)
{
    uint8_t r[LOOK_FULL];
    uint8_t bit = ol_w5500_bit(n);

    if (!read_status(c, n, full, r)) {
        return false;
    }
    uint8_t ir = r[SN_IR - SN_CR];
    uint8_t sr = r[SN_SR - SN_CR];
    /* Cleared before anything is done about it, so that what comes meanwhile shows anew. */
    if (ir != 0 && !ol_w5500_put(c, BLOCK_SOCKET(n), SN_IR, &ir, 1)) {
        return false;
    }
    if (r[0] == 0) {
        c->busy &= (uint8_t)~bit;
        c->stale &= (uint8_t)~bit;
    }
    struct ol_w5500_socket *s = c->owner[n];
    if (s != NULL) {
        s->look_at = OL_NEVER;
        s->on_status(s, ir, sr);
        if (full && c->owner[n] == s) {
            catch_up(s, r);
        }
    } else if (sr == SR_CLOSED && r[0] == 0) {
        c->lingering &= (uint8_t)~bit;
    }
    return ir != 0;
}

/* ---- Opening and closing ---- */

/* One that is free, or else one that is still saying goodbye: opening closes it. */
static bool take(struct ol_w5500_socket *s)
{
    struct ol_w5500 *c = s->chip;

    for (unsigned i = 0; i < 2 * OL_W5500_SOCKETS; i++) {
        unsigned at = i % OL_W5500_SOCKETS;
        unsigned n = (s->mode & SN_MR_UDP) != 0 ? OL_W5500_SOCKETS - 1 - at : at;
        uint8_t bit = ol_w5500_bit(n);
        if (c->owner[n] != NULL || c->rx_kb[n] == 0 || c->tx_kb[n] == 0) {
            continue;
        }
        if ((c->lingering & bit) != 0 && i < OL_W5500_SOCKETS) {
            (void)ol_w5500_look(c, n, false);
        }
        if ((c->lingering & bit) == 0 || i >= OL_W5500_SOCKETS) {
            c->lingering &= (uint8_t)~bit;
            c->owner[n] = s;
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
    s->late_at = ol_ms_add(s->chip->now, OL_W5500_COMMAND_MS);
    s->look_at = s->chip->now;
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
        (void)ol_w5500_look(c, s->n, false);
    }
    if (c->fault != OL_W5500_REASON_NONE) {
        ol_w5500_socket_release(s, CR_CLOSE);
        return OL_E_IO;
    }
    return OL_OK;
}

static void give_open(struct ol_w5500_socket *s)
{
    /* FRAG as it is after reset, between the interrupt mask without SENDOK and KPALVTR. */
    const uint8_t tail[4] = {IR_ALL & ~IR_SENDOK, 0x40, 0x00, s->chip->keepalive};

    (void)ol_w5500_put8(s, SN_MR, s->mode);
    (void)ol_w5500_put16(s, SN_PORT, s->port);
    (void)ol_w5500_put(s->chip, BLOCK_SOCKET(s->n), SN_IMR, tail, sizeof tail);
    ol_w5500_command(s, CR_OPEN);
    s->phase = PHASE_INIT;
}

bool ol_w5500_socket_opening(struct ol_w5500_socket *s, unsigned sr, unsigned wanted)
{
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
    if (s->chip->now >= s->late_at) {
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
    if (ol_w5500_is_usable(c)) {
        ol_w5500_command(s, command);
        c->lingering |= ol_w5500_bit(s->n);
        c->linger_until = ol_ms_add(c->now, OL_W5500_LINGER_MS);
    }
    s->n = NO_SOCKET;
    s->phase = PHASE_CLOSED;
    s->until = OL_NEVER;
    s->look_at = OL_NEVER;
}

/* ---- Memory and pointers ---- */

/* TX_FSR up to RX_WR. */
enum { AT_FSR = 0, AT_TX_RD = 2, AT_TX_WR = 4, AT_RSR = 6, AT_RX_RD = 8, AT_RX_WR = 10 };

bool ol_w5500_socket_sync(struct ol_w5500_socket *s)
{
    struct ol_w5500 *c = s->chip;
    uint8_t r[12];

    for (unsigned i = 0; i < OL_W5500_TRIES; i++) {
        if (!ol_w5500_get(c, BLOCK_SOCKET(s->n), SN_TX_FSR, r, sizeof r)) {
            return false;
        }
        unsigned waiting = ol_w5500_get16(r + AT_RSR);
        uint16_t rd = ol_w5500_get16(r + AT_RX_RD);
        if (ol_w5500_get16(r + AT_FSR) == ol_w5500_tx_size(s) &&
            ol_w5500_get16(r + AT_TX_RD) == ol_w5500_get16(r + AT_TX_WR) &&
            waiting == (uint16_t)(ol_w5500_get16(r + AT_RX_WR) - rd) &&
            waiting <= ol_w5500_rx_size(s)) {
            s->tx_wr = ol_w5500_get16(r + AT_TX_WR);
            s->tx_sent = s->tx_wr;
            s->tx_free = ol_w5500_get16(r + AT_FSR);
            s->rx_rd = rd;
            s->rx_told = rd;
            s->rx_left = 0;
            s->has_news = waiting > 0;
            return true;
        }
        c->stats.rereads++;
    }
    ol_w5500_fault(c, OL_W5500_REASON_POINTER);
    return false;
}

void ol_w5500_socket_write(struct ol_w5500_socket *s, const void *data, size_t len)
{
    (void)ol_w5500_put(s->chip, BLOCK_TX(s->n), s->tx_wr, data, len);
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
}

/* A size that changes while its two bytes are read may come out wrong, but not together with
 * the pointer that changes with it. Both only grow here, so the lesser is safe. */
void ol_w5500_socket_count(struct ol_w5500_socket *s)
{
    struct ol_w5500 *c = s->chip;
    unsigned read = (uint16_t)(s->rx_rd - s->rx_told);
    unsigned size = ol_w5500_rx_size(s);
    uint8_t r[6];

    for (unsigned i = 0; i < OL_W5500_TRIES; i++) {
        if (!ol_w5500_get(c, BLOCK_SOCKET(s->n), SN_RX_RSR, r, sizeof r)) {
            return;
        }
        unsigned waiting = ol_w5500_get16(r);
        if (ol_w5500_get16(r + 2) == s->rx_told && waiting <= size && waiting >= read &&
            waiting == (uint16_t)(ol_w5500_get16(r + 4) - s->rx_told)) {
            s->rx_left = (uint16_t)(waiting - read);
            s->has_news = false;
            c->doubts = 0;
            return;
        }
        c->stats.rereads++;
    }
    if (s->phase == PHASE_DONE) {
        s->has_news = false; /* a closed socket owes us nothing */
    } else if (++c->doubts >= DOUBTS_MAX) {
        ol_w5500_fault(c, OL_W5500_REASON_POINTER);
    } else {
        s->look_at = c->now;
    }
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
    (void)ol_w5500_put(s->chip, BLOCK_SOCKET(s->n), SN_DIPR, peer, sizeof peer);
    ol_w5500_socket_write(s, data, len);
    ol_w5500_socket_flush(s);
    const uint8_t *common = s->chip->common;
    uint32_t arp_ms =
        ol_w5500_get16(common + COMMON_RTR) / 10u * (common[COMMON_RCR] + 1u);
    s->late_at = ol_ms_add(s->chip->now, arp_ms + OL_W5500_ARP_SLACK_MS);
}
