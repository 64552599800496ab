/* SPDX-License-Identifier: MIT */
#include "onelink/wiznet/w5500_private.h"

/* RSTn: low for 0.5 ms at least, ready 1 ms after; a millisecond may be nearly over when it is
 * counted. */
#define PIN_LOW_MS          2
#define PIN_HIGH_MS         2
#define SOFT_MS             5
#define WAKE_MS             200 /* a chip is given so long to answer */
#define RETRY_MS            250
#define RETRY_MAX_MS        5000
#define GOOD_MS             10000 /* up for so long, a fault is not the last one's echo */
#define LOOK_MS             1000
#define LOOK_DOWN_MS        200 /* while the link is down */
#define IDLE_CALLS          8 /* interrupts without a reason, before the chip is looked at */
#define BUFFER_KB           16
#define KEEPALIVE_S         60u
#define KEEPALIVE_DIV       5 /* unit of KPALVTR in seconds */
#define RETRY_DEFAULT_MS    200
#define RETRY_DEFAULT_COUNT 8

/* ---- Configuration ---- */

static bool is_split(const uint8_t kb[OL_W5500_SOCKETS])
{
    unsigned sum = 0;
    for (unsigned n = 0; n < OL_W5500_SOCKETS; n++) {
        sum += kb[n];
        if ((kb[n] & (kb[n] - 1u)) != 0) {
            return false;
        }
    }
    return sum <= BUFFER_KB;
}

static void copy_split(uint8_t *to, const uint8_t *from)
{
    static const uint8_t none[OL_W5500_SOCKETS];
    bool is_default = memcmp(from, none, sizeof none) == 0;
    for (unsigned n = 0; n < OL_W5500_SOCKETS; n++) {
        to[n] = is_default ? BUFFER_KB / OL_W5500_SOCKETS : from[n];
    }
}

static uint8_t keepalive_of(uint16_t s)
{
    if (s == OL_W5500_NO_KEEPALIVE) {
        return 0;
    }
    return (uint8_t)(((s != 0 ? s : KEEPALIVE_S) + KEEPALIVE_DIV - 1) / KEEPALIVE_DIV);
}

int32_t ol_w5500_init(struct ol_w5500 *c, const struct ol_w5500_config *config)
{
    if (config->bus.ops == NULL || config->entropy.fill == NULL ||
        !is_split(config->rx_kb) || !is_split(config->tx_kb) ||
        config->retry_ms > UINT16_MAX / 10 ||
        (config->keepalive_s > UINT8_MAX * KEEPALIVE_DIV &&
         config->keepalive_s != OL_W5500_NO_KEEPALIVE)) {
        return OL_E_ARG;
    }
    uint16_t retry_ms = config->retry_ms != 0 ? config->retry_ms : RETRY_DEFAULT_MS;
    *c = (struct ol_w5500){.bus = config->bus,
                           .entropy = config->entropy,
                           .keepalive = keepalive_of(config->keepalive_s),
                           .retry_count = config->retry_count != 0 ? config->retry_count
                                                                   : RETRY_DEFAULT_COUNT,
                           .poll_ms = config->poll_ms};
    memcpy(c->common + COMMON_SHAR, config->mac, sizeof config->mac);
    c->common[COMMON_SIMR] = 0xFF;
    ol_w5500_set16(c->common + COMMON_RTR, (uint16_t)(retry_ms * 10u));
    c->common[COMMON_RCR] = c->retry_count;
    copy_split(c->rx_kb, config->rx_kb);
    copy_split(c->tx_kb, config->tx_kb);
    ol_w5500_socket_init(&c->probe_socket, c, NULL, SN_MR_UDP);
    return OL_OK;
}

/* ---- Judging the chip ---- */

/* Reads the common registers. NONE: they are as they should be. */
static enum ol_w5500_reason judge(struct ol_w5500 *c, uint8_t r[COMMON_COUNT])
{
    if (!ol_w5500_get(c, BLOCK_COMMON, COMMON_MR, r, COMMON_COUNT)) {
        return OL_W5500_REASON_BUS;
    }
    uint8_t version = r[COMMON_VERSIONR];
    if (version != OL_W5500_VERSION) {
        return version == 0x00 || version == 0xFF ? OL_W5500_REASON_SILENT
                                                  : OL_W5500_REASON_VERSION;
    }
    /* What happened, not what was configured. */
    r[COMMON_IR] = 0;
    r[COMMON_SIR] = 0;
    if (memcmp(r, c->common, sizeof c->common) == 0) {
        return OL_W5500_REASON_NONE;
    }
    return r[COMMON_SIMR] == 0 ? OL_W5500_REASON_RESET : OL_W5500_REASON_CONFIG;
}

static void tell_owners(struct ol_w5500 *c)
{
    for (unsigned n = 0; n < OL_W5500_SOCKETS; n++) {
        if (c->owner[n] != NULL) {
            c->owner[n]->on_status(c->owner[n], 0, SR_LOST);
        }
    }
}

/* Something was found wrong: the chip is reset, however small it looked. */
static void give_up(struct ol_w5500 *c)
{
    uint8_t r[COMMON_COUNT];
    enum ol_w5500_reason reason = (enum ol_w5500_reason)c->fault;

    c->fault = OL_W5500_REASON_NONE;
    if (c->state == STATE_UP && reason != OL_W5500_REASON_BUS) {
        enum ol_w5500_reason deeper = judge(c, r);
        reason = deeper != OL_W5500_REASON_NONE ? deeper : reason;
        c->fault = OL_W5500_REASON_NONE;
    }
    c->stats.lost[reason]++;
    c->reason = (uint8_t)reason;
    c->told_found = false;
    c->is_link_up = false;
    c->lingering = 0;
    c->busy = 0;
    c->stale = 0;
    c->doubts = 0;
    if (c->state == STATE_UP && c->now >= c->good_at) {
        c->attempt_ms = 0;
    }
    c->next_at = ol_ms_add(c->now, c->attempt_ms);
    c->attempt_ms = (uint16_t)(c->attempt_ms == 0                 ? RETRY_MS
                               : c->attempt_ms < RETRY_MAX_MS / 2 ? 2 * c->attempt_ms
                                                                  : RETRY_MAX_MS);
    c->state = STATE_IDLE;
    tell_owners(c);
}

/* ---- Start-up ---- */

static void reset_soft(struct ol_w5500 *c)
{
    const uint8_t mr = MR_RST;
    uint8_t version = 0;

    (void)ol_w5500_get(c, BLOCK_COMMON, COMMON_VERSIONR, &version, 1);
    if (version == OL_W5500_VERSION) {
        (void)ol_w5500_put(c, BLOCK_COMMON, COMMON_MR, &mr, 1);
        c->state = STATE_SOFT;
        c->next_at = ol_ms_add(c->now, SOFT_MS);
    } else if (c->now >= c->give_up_at) {
        ol_w5500_fault(c, version == 0x00 || version == 0xFF ? OL_W5500_REASON_SILENT
                                                             : OL_W5500_REASON_VERSION);
    } else {
        c->next_at = ol_ms_add(c->now, SOFT_MS);
    }
}

static void set_up(struct ol_w5500 *c)
{
    uint8_t r[COMMON_COUNT];

    (void)ol_w5500_put(c, BLOCK_COMMON, COMMON_GAR, c->common + COMMON_GAR,
                       sizeof c->common - COMMON_GAR);
    for (unsigned n = 0; n < OL_W5500_SOCKETS; n++) {
        const uint8_t kb[2] = {c->rx_kb[n], c->tx_kb[n]};
        (void)ol_w5500_put(c, BLOCK_SOCKET(n), SN_RXBUF_SIZE, kb, sizeof kb);
    }
    enum ol_w5500_reason reason = judge(c, r);
    if (reason == OL_W5500_REASON_NONE) {
        c->state = STATE_UP;
        c->good_at = ol_ms_add(c->now, GOOD_MS);
        c->is_link_up = (r[COMMON_PHYCFGR] & PHYCFGR_LINK) != 0;
        c->next_at = ol_ms_add(c->now, LOOK_DOWN_MS);
        c->interrupt = false;
        for (unsigned n = 0; n < OL_W5500_SOCKETS; n++) {
            if (c->owner[n] != NULL) {
                ol_w5500_socket_reopen(c->owner[n]);
            }
        }
    } else if (c->now >= c->give_up_at) {
        ol_w5500_fault(c, reason);
    } else {
        c->next_at = ol_ms_add(c->now, SOFT_MS);
    }
}

static void start(struct ol_w5500 *c)
{
    switch (c->state) {
    case STATE_IDLE:
        c->stats.resets++;
        c->bus.ops->reset_line(c->bus.ctx, 0);
        c->state = STATE_RESET;
        c->next_at = ol_ms_add(c->now, PIN_LOW_MS);
        return;
    case STATE_RESET:
        c->bus.ops->reset_line(c->bus.ctx, 1);
        c->state = STATE_WAKE;
        c->next_at = ol_ms_add(c->now, PIN_HIGH_MS);
        c->give_up_at = ol_ms_add(c->now, WAKE_MS);
        return;
    case STATE_WAKE:
        reset_soft(c);
        return;
    default:
        set_up(c);
        return;
    }
}

/* ---- Looking after a chip that is up ---- */

static uint8_t open_sockets(const struct ol_w5500 *c)
{
    unsigned open = 0;
    for (unsigned n = 0; n < OL_W5500_SOCKETS; n++) {
        open |= c->owner[n] != NULL ? ol_w5500_bit(n) : 0u;
    }
    return (uint8_t)open;
}

/* INTn is low: which sockets? With one open, it is asked at once. */
static void serve(struct ol_w5500 *c)
{
    uint8_t sockets = open_sockets(c);
    bool has_reason = false;

    c->interrupt = false;
    c->poll_at = ol_ms_add(c->now, c->poll_ms);
    if (c->ask_all || c->lingering != 0 || (sockets & (sockets - 1)) != 0) {
        (void)ol_w5500_get(c, BLOCK_COMMON, COMMON_SIR, &sockets, 1);
    }
    for (unsigned n = 0; n < OL_W5500_SOCKETS; n++) {
        if ((sockets & ol_w5500_bit(n)) != 0) {
            has_reason |= ol_w5500_look(c, n, false);
        }
    }
    c->ask_all = !has_reason;
    if (has_reason) {
        c->idle_calls = 0;
    } else if (c->poll_ms == 0 && ++c->idle_calls >= IDLE_CALLS) {
        c->idle_calls = 0;
        c->next_at = c->now;
    }
}

static void check_commands(struct ol_w5500 *c)
{
    for (unsigned n = 0; n < OL_W5500_SOCKETS; n++) {
        if ((c->stale & ol_w5500_bit(n)) != 0) {
            (void)ol_w5500_look(c, n, false);
        }
    }
    if (c->stale != 0) {
        ol_w5500_fault(c, OL_W5500_REASON_COMMAND);
    }
    c->stale = c->busy;
}

/* The next socket in turn, whole. */
static void check_socket(struct ol_w5500 *c)
{
    for (unsigned i = 0; i < OL_W5500_SOCKETS; i++) {
        c->looked = (c->looked + 1u) % OL_W5500_SOCKETS;
        if (c->owner[c->looked] != NULL) {
            (void)ol_w5500_look(c, c->looked, true);
            return;
        }
    }
}

static void check(struct ol_w5500 *c)
{
    uint8_t r[COMMON_COUNT];
    enum ol_w5500_reason reason = judge(c, r);

    if (reason != OL_W5500_REASON_NONE) {
        c->stats.rereads++;
        reason = judge(c, r);
    }
    if (reason != OL_W5500_REASON_NONE) {
        ol_w5500_fault(c, reason);
        return;
    }
    c->is_link_up = (r[COMMON_PHYCFGR] & PHYCFGR_LINK) != 0;
    c->next_at = ol_ms_add(c->now, c->is_link_up ? LOOK_MS : LOOK_DOWN_MS);
    check_socket(c);
    check_commands(c);
}

/* Sockets without an owner that did not close in time are closed by force. */
static void check_lingering(struct ol_w5500 *c)
{
    const uint8_t close = CR_CLOSE;

    c->linger_until = ol_ms_add(c->now, OL_W5500_LINGER_MS);
    for (unsigned n = 0; n < OL_W5500_SOCKETS; n++) {
        uint8_t bit = ol_w5500_bit(n);
        if ((c->lingering & bit) == 0) {
            continue;
        }
        (void)ol_w5500_look(c, n, false);
        if ((c->busy & bit) != 0) {
            ol_w5500_fault(c, OL_W5500_REASON_COMMAND);
        } else if ((c->lingering & bit) != 0) {
            c->busy |= bit;
            (void)ol_w5500_put(c, BLOCK_SOCKET(n), SN_CR, &close, 1);
        }
    }
}

static ol_ms socket_deadline(const struct ol_w5500_socket *s)
{
    return ol_ms_min(s->until, s->look_at);
}

static void look_after(struct ol_w5500 *c)
{
    if (c->interrupt || (c->poll_ms != 0 && c->now >= c->poll_at)) {
        serve(c);
    }
    for (unsigned n = 0; n < OL_W5500_SOCKETS; n++) {
        if (c->owner[n] != NULL && c->now >= socket_deadline(c->owner[n])) {
            (void)ol_w5500_look(c, n, false);
        }
    }
    if (c->lingering != 0 && c->now >= c->linger_until) {
        check_lingering(c);
    }
    if (c->now >= c->next_at) {
        check(c);
    }
}

void ol_w5500_step(struct ol_w5500 *c, ol_ms now)
{
    c->now = now;
    if (c->fault != OL_W5500_REASON_NONE) {
        give_up(c);
    }
    if (c->state == STATE_UP) {
        look_after(c);
    } else if (now >= c->next_at) {
        start(c);
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
    ol_ms at = c->next_at;

    if (c->fault != OL_W5500_REASON_NONE) {
        return c->now;
    }
    if (c->state != STATE_UP) {
        return at;
    }
    if (c->interrupt) {
        return c->now;
    }
    if (c->poll_ms != 0) {
        at = ol_ms_min(at, c->poll_at);
    }
    if (c->lingering != 0) {
        at = ol_ms_min(at, c->linger_until);
    }
    for (unsigned n = 0; n < OL_W5500_SOCKETS; n++) {
        if (c->owner[n] != NULL) {
            at = ol_ms_min(at, socket_deadline(c->owner[n]));
        }
    }
    return at;
}

bool ol_w5500_next_event(struct ol_w5500 *c, struct ol_w5500_event *ev)
{
    ev->reason = OL_W5500_REASON_NONE;
    if (c->reason != OL_W5500_REASON_NONE) {
        ev->type = OL_W5500_EVENT_LOST;
        ev->reason = (enum ol_w5500_reason)c->reason;
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
