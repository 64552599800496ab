/* SPDX-License-Identifier: MIT */
#include "onelink/wiznet/w5500_private.h"

/* RSTn: low for 0.5 ms at least, ready 1 ms after; a millisecond may be nearly over when it is
 * counted. */
#define PIN_MS              2
#define SOFT_MS             5
#define WAKE_MS             200 /* a chip is given so long to answer */
#define RETRY_MS            250
#define RETRY_MAX_MS        5000
#define GOOD_MS             10000 /* up for so long, a fault is not the last one's echo */
#define LOOK_MS             1000
#define LOOK_DOWN_MS        200 /* while the link is down */
#define BUFFER_KB           16
#define KEEPALIVE_5S        12
#define RTR_MS              10 /* its unit is 100 us */
#define RETRY_DEFAULT_MS    200
#define RETRY_DEFAULT_COUNT 8

/* ---- Configuration ---- */

/* Sizes in kilobytes; all zero becomes even parts. */
static bool set_split(uint8_t *kb)
{
    unsigned sum = 0;

    for (unsigned n = 0; n < OL_W5500_SOCKETS; n++) {
        sum += kb[n];
        if ((kb[n] & (kb[n] - 1u)) != 0) {
            return false;
        }
    }
    if (sum == 0) {
        memset(kb, BUFFER_KB / OL_W5500_SOCKETS, OL_W5500_SOCKETS);
    }
    return sum <= BUFFER_KB;
}

int32_t ol_w5500_init(struct ol_w5500 *c, const struct ol_w5500_config *config)
{
    struct ol_w5500_config *own = &c->config;

    memset(c, 0, sizeof *c);
    *own = *config;
    if (own->bus.ops == NULL || own->entropy.fill == NULL ||
        own->retry_ms > UINT16_MAX / RTR_MS || !set_split(own->rx_kb) ||
        !set_split(own->tx_kb)) {
        return OL_E_ARG;
    }
    if (own->retry_ms == 0) {
        own->retry_ms = RETRY_DEFAULT_MS;
    }
    if (own->retry_count == 0) {
        own->retry_count = RETRY_DEFAULT_COUNT;
    }
    if (own->keepalive_5s == 0) {
        own->keepalive_5s = KEEPALIVE_5S;
    }
    c->common[COMMON_SIMR] = 0xFF;
    c->common[COMMON_RCR] = own->retry_count;
    ol_w5500_set16(c->common + COMMON_RTR, (uint16_t)(own->retry_ms * RTR_MS));
    memcpy(c->common + COMMON_SHAR, own->mac, sizeof own->mac);
    return OL_OK;
}

/* ---- Judging the chip ---- */

/* Reads the common registers and takes over what they tell. NONE: they are as they should be. */
static enum ol_w5500_reason judge(struct ol_w5500 *c)
{
    uint8_t r[COMMON_COUNT];
    uint8_t version;

    (void)ol_w5500_get(c, AT_COMMON(COMMON_MR), r, sizeof r);
    version = r[COMMON_VERSIONR];
    if (version != OL_W5500_VERSION) {
        return version == 0x00 || version == 0xFF ? OL_W5500_REASON_SILENT
                                                  : OL_W5500_REASON_VERSION;
    }
    if (r[COMMON_SIR] != 0) {
        c->interrupt = true; /* lost until now, perhaps */
        c->ask_all = true;
    }
    r[COMMON_IR] = 0;
    r[COMMON_SIR] = 0;
    if (memcmp(r, c->common, sizeof c->common) != 0) {
        return r[COMMON_SIMR] == 0 ? OL_W5500_REASON_RESET : OL_W5500_REASON_CONFIG;
    }
    if (c->state != STATE_UP) {
        c->phy = r[COMMON_PHYCFGR] & PHYCFGR_CONFIG; /* as the pins of the board say */
    }
    if ((r[COMMON_PHYCFGR] & PHYCFGR_CONFIG) != c->phy) {
        return OL_W5500_REASON_CONFIG;
    }
    c->is_link_up = (r[COMMON_PHYCFGR] & PHYCFGR_LINK) != 0;
    return OL_W5500_REASON_NONE;
}

/* Something was found wrong: the chip is reset, however small it looked. The first time at once,
 * then at growing distances until it has been well for a while. */
static void give_up(struct ol_w5500 *c)
{
    enum ol_w5500_reason reason = (enum ol_w5500_reason)c->fault;

    c->fault = OL_W5500_REASON_NONE;
    if (c->state == STATE_UP) {
        enum ol_w5500_reason deeper = reason;
        if (reason != OL_W5500_REASON_BUS) {
            deeper = judge(c);
        }
        if (deeper != OL_W5500_REASON_NONE) {
            reason = deeper;
        }
        if (ol_w5500_is_due(c, c->good_at)) {
            c->attempt_ms = 0;
        }
    }
    c->fault = OL_W5500_REASON_NONE;
    c->reason = (uint8_t)reason;
    c->stats.lost[reason]++;
    c->told_found = false;
    c->is_link_up = false;
    c->busy = 0;
    c->stale = 0;
    c->unclosed = 0;
    c->doubts = 0;
    c->state = STATE_IDLE;
    c->next_at = ol_w5500_after(c, c->attempt_ms);
    c->attempt_ms = (uint16_t)(2 * c->attempt_ms + RETRY_MS);
    if (c->attempt_ms > RETRY_MAX_MS) {
        c->attempt_ms = RETRY_MAX_MS;
    }
    ol_w5500_lose_sockets(c, SN_MR_TCP | SN_MR_UDP);
}

/* ---- Start-up ---- */

static void set_up(struct ol_w5500 *c)
{
    (void)ol_w5500_put(c, AT_COMMON(COMMON_GAR), c->common + COMMON_GAR,
                       sizeof c->common - COMMON_GAR);
    for (unsigned n = 0; n < OL_W5500_SOCKETS; n++) {
        const uint8_t kb[2] = {c->config.rx_kb[n], c->config.tx_kb[n]};
        (void)ol_w5500_put(c, AT_SOCKET(n, SN_RXBUF_SIZE), kb, sizeof kb);
    }
    enum ol_w5500_reason reason = judge(c);
    if (reason == OL_W5500_REASON_NONE) {
        c->state = STATE_UP;
        c->next_at = ol_w5500_after(c, LOOK_DOWN_MS);
        c->good_at = ol_w5500_after(c, GOOD_MS);
        c->poll_at = c->config.poll_ms != 0 ? ol_w5500_after(c, 0) : 0;
    } else if (ol_w5500_is_due(c, c->give_up_at)) {
        ol_w5500_fault(c, reason);
    } else {
        c->state = STATE_WAKE; /* it may need longer */
    }
}

/* The pin first, and then, for where it is not wired or did not help, the command. */
static void start(struct ol_w5500 *c)
{
    static const uint8_t wait_ms[] = {PIN_MS, PIN_MS, SOFT_MS, PIN_MS}; /* by state */
    const uint8_t mr = MR_RST;
    uint8_t state = c->state;

    c->next_at = ol_w5500_after(c, wait_ms[state]);
    if (state == STATE_SOFT) {
        set_up(c);
        return;
    }
    c->state++;
    if (state == STATE_WAKE) {
        (void)ol_w5500_put(c, AT_COMMON(COMMON_MR), &mr, 1);
        return;
    }
    c->stats.resets += state == STATE_IDLE;
    c->config.bus.ops->reset_line(c->config.bus.ctx, state == STATE_RESET);
    c->give_up_at = ol_w5500_after(c, WAKE_MS);
}

/* ---- Looking after a chip that is up ---- */

void ol_w5500_check_now(struct ol_w5500 *c)
{
    c->next_at = ol_w5500_after(c, 0);
    c->stale =
        0; /* the last check is no second ago: commands may still be on their way */
}

void ol_w5500_distrust(struct ol_w5500 *c)
{
    ol_w5500_fault(c, OL_W5500_REASON_CONFIG);
}

/* INTn is low: which sockets? With one open, it is asked at once. */
static void serve(struct ol_w5500 *c)
{
    uint8_t sockets = c->open;
    bool has_reason = false;

    c->interrupt = false;
    if (c->ask_all || (sockets & (sockets - 1)) != 0) {
        (void)ol_w5500_get(c, AT_COMMON(COMMON_SIR), &sockets, 1);
    }
    for (unsigned n = 0; n < OL_W5500_SOCKETS; n++) {
        if ((sockets >> n & 1) != 0) {
            has_reason |= ol_w5500_look(c, n);
        }
    }
    if (!has_reason && c->ask_all && c->config.poll_ms == 0) {
        ol_w5500_check_now(c); /* what is wrong here? */
    }
    c->ask_all = !has_reason;
}

/* Once a second. Not every end of a connection interrupts, so these are asked, too. */
static void check(struct ol_w5500 *c)
{
    enum ol_w5500_reason reason = judge(c);

    if (reason != OL_W5500_REASON_NONE) {
        c->stats.rereads++;
        reason = judge(c);
    }
    if (reason != OL_W5500_REASON_NONE) {
        ol_w5500_fault(c, reason);
        return;
    }
    c->next_at = ol_w5500_after(c, c->is_link_up ? LOOK_MS : LOOK_DOWN_MS);
    for (unsigned n = 0; n < OL_W5500_SOCKETS; n++) {
        const struct ol_w5500_socket *s = c->owner[n];
        if (((c->stale | c->unclosed) >> n & 1) != 0 ||
            (s != NULL && (s->mode & SN_MR_TCP) != 0)) {
            (void)ol_w5500_look(c, n);
        }
    }
    if (c->stale != 0) {
        ol_w5500_fault(c, OL_W5500_REASON_COMMAND);
    }
    c->stale = ol_w5500_is_due(c, c->next_at) ? 0 : c->busy; /* ol_w5500_check_now */
}

static void look_after(struct ol_w5500 *c)
{
    if (c->interrupt || ol_w5500_is_due(c, c->poll_at)) {
        serve(c);
        c->poll_at = c->config.poll_ms != 0 ? ol_w5500_after(c, c->config.poll_ms) : 0;
    }
    for (unsigned n = 0; n < OL_W5500_SOCKETS; n++) {
        if (c->owner[n] != NULL && ol_w5500_socket_left(c->owner[n], 1) == 0) {
            (void)ol_w5500_look(c, n);
        }
    }
    if (ol_w5500_is_due(c, c->next_at)) {
        check(c);
    }
}

void ol_w5500_step(struct ol_w5500 *c, ol_ms now)
{
    c->now = now;
    if (c->fault == OL_W5500_REASON_NONE) {
        if (c->state == STATE_UP) {
            look_after(c);
        } else if (c->next_at == 0 || ol_w5500_is_due(c, c->next_at)) {
            start(c);
        }
    }
    if (c->fault != OL_W5500_REASON_NONE) {
        give_up(c);
    }
}

void ol_w5500_interrupt(struct ol_w5500 *c)
{
    c->interrupt = true;
}

ol_ms ol_w5500_deadline(const struct ol_w5500 *c)
{
    bool is_up = c->state == STATE_UP;
    uint32_t left = ol_w5500_left(c, c->next_at, OL_W5500_LEFT_MAX);

    if (c->fault != OL_W5500_REASON_NONE || (is_up && c->interrupt) || c->next_at == 0) {
        return c->now;
    }
    if (is_up) {
        left = ol_w5500_left(c, c->poll_at, left);
        for (unsigned n = 0; n < OL_W5500_SOCKETS; n++) {
            if (c->owner[n] != NULL) {
                left = ol_w5500_socket_left(c->owner[n], left);
            }
        }
    }
    return c->now + left;
}

/* ---- News ---- */

bool ol_w5500_next_event(struct ol_w5500 *c, struct ol_w5500_event *ev)
{
    ev->reason = (enum ol_w5500_reason)c->reason;
    if (c->reason != OL_W5500_REASON_NONE) {
        ev->type = OL_W5500_EVENT_LOST;
        c->reason = OL_W5500_REASON_NONE;
    } else if (c->told_link && !c->is_link_up) {
        ev->type = OL_W5500_EVENT_LINK_DOWN;
        c->told_link = false;
    } else if (c->state == STATE_UP && !c->told_found) {
        ev->type = OL_W5500_EVENT_FOUND;
        c->told_found = true;
    } else if (!c->told_link && c->is_link_up) {
        ev->type = OL_W5500_EVENT_LINK_UP;
        c->told_link = true;
    } else {
        return false;
    }
    return true;
}

const struct ol_w5500_stats *ol_w5500_get_stats(const struct ol_w5500 *c)
{
    return &c->stats;
}
