/* SPDX-License-Identifier: MIT */
#include "sim/chip/chip.h"

enum { RESET_LOW_US = 500, PLL_US = 1000 };

bool w5_is_in_reset(const struct sim_w5500 *c)
{
    return c->is_held || c->ready_at != SIM_NEVER;
}

static uint64_t earliest(const struct w5_socket *s, uint64_t than)
{
    for (int i = 0; i < W5_T_COUNT; i++) {
        than = s->timer[i] < than ? s->timer[i] : than;
    }
    return than;
}

uint64_t w5_deadline(const struct sim_w5500 *c)
{
    if (c->is_held) {
        return SIM_NEVER;
    }
    if (c->ready_at != SIM_NEVER || w5_is_frozen(c)) {
        return c->ready_at;
    }
    uint64_t due = c->link_at < c->soft_reset_at ? c->link_at : c->soft_reset_at;
    for (int i = 0; i < W5_SOCKETS; i++) {
        due = earliest(&c->socket[i], due);
    }
    if (c->wants != 0 && c->mac_free_at < due) {
        due = c->mac_free_at;
    }
    return w5_max(due, c->now);
}

static bool output(struct sim_w5500 *c, struct w5_socket *s)
{
    return (s->reg[W5_SN_MR] & 15) == W5_TCP ? w5_tcp_output(c, s)
                                             : w5_datagram_output(c, s);
}

/* The MAC is free: the next socket in turn that has a frame sends one. */
static void pump(struct sim_w5500 *c)
{
    for (unsigned i = 0; i < W5_SOCKETS; i++) {
        struct w5_socket *s = &c->socket[(c->turn + i) % W5_SOCKETS];
        uint8_t bit = w5_bit(c, s);
        if ((c->wants & bit) == 0) {
            continue;
        }
        if (output(c, s)) {
            c->turn = (uint8_t)((c->turn + i + 1) % W5_SOCKETS);
            return;
        }
        c->wants &= (uint8_t)~bit;
    }
}

static void timer_due(struct sim_w5500 *c, struct w5_socket *s, enum w5_timer timer)
{
    s->timer[timer] = SIM_NEVER;
    switch (timer) {
    case W5_T_COMMAND:
        w5_command_due(c, s);
        break;
    case W5_T_ARP:
        w5_arp_due(c, s);
        break;
    case W5_T_SENDOK:
        w5_sendok_due(c, s);
        break;
    default:
        w5_tcp_due(c, s, timer);
        break;
    }
}

static void do_due(struct sim_w5500 *c)
{
    if (c->ready_at != SIM_NEVER) {
        c->ready_at = SIM_NEVER;
        return;
    }
    if (c->link_at <= c->now) {
        w5_phy_due(c);
    }
    if (c->soft_reset_at <= c->now) {
        c->soft_reset_at = SIM_NEVER;
    }
    for (int i = 0; i < W5_SOCKETS; i++) {
        for (int t = 0; t < W5_T_COUNT; t++) {
            if (c->socket[i].timer[t] <= c->now) {
                timer_due(c, &c->socket[i], (enum w5_timer)t);
            }
        }
    }
    if (c->wants != 0 && c->mac_free_at <= c->now) {
        pump(c);
    }
}

void w5_advance(struct sim_w5500 *c, uint64_t now)
{
    now = w5_max(now, c->now);
    /* Far below the end of time, so that adding a wait cannot wrap. */
    now = now > SIM_NEVER / 2 ? SIM_NEVER / 2 : now;
    if (!c->is_due_known || c->due <= now) {
        c->due = w5_deadline(c);
        while (c->due <= now) {
            c->now = w5_max(c->now, c->due);
            do_due(c);
            c->due = w5_deadline(c);
        }
        c->is_due_known = true;
    }
    c->now = now;
}

static void hard_reset(struct sim_w5500 *c)
{
    w5_reset_registers(c);
    c->stats.resets++;
    c->ready_at = c->now + PLL_US * W5_US;
    c->soft_reset_at = SIM_NEVER;
    c->mac_free_at = c->now;
    c->spi.is_dead = true;
    w5_phy_restart(c);
    c->is_due_known = false;
}

size_t sim_w5500_size(void)
{
    return sizeof(struct sim_w5500);
}

void sim_w5500_init(struct sim_w5500 *c, const struct sim_w5500_host *host, uint64_t seed)
{
    memset(c, 0, sizeof *c);
    c->host = *host;
    c->rng = seed;
    c->fault_rng = ~seed;
    hard_reset(c);
    c->spi.is_dead = false;
    c->stats.resets = 0;
}

void sim_w5500_reset_pin(struct sim_w5500 *c, int level, uint64_t now_ns)
{
    w5_advance(c, now_ns);
    c->is_due_known = false;
    if (level == 0 && !c->is_held) {
        c->is_held = true;
        c->held_at = c->now;
        c->spi.is_dead = true;
        w5_phy_update(c);
    } else if (level != 0 && c->is_held) {
        c->is_held = false;
        if (c->now - c->held_at >= RESET_LOW_US * W5_US) {
            hard_reset(c);
        } else {
            w5_misuse(c, "reset pulse below 500 us");
            w5_phy_update(c);
        }
    }
}

void sim_w5500_glitch_reset(struct sim_w5500 *c, uint64_t now_ns)
{
    w5_advance(c, now_ns);
    hard_reset(c);
}

int sim_w5500_int_n(const struct sim_w5500 *c)
{
    if (c->is_held || c->fault[SIM_W5500_FAULT_NO_INT] != 0) {
        return 1;
    }
    unsigned common = c->common[W5_IR] & c->common[W5_IMR] & W5_IR_BITS;
    unsigned sockets = w5_socket_interrupts(c) & c->common[W5_SIMR];
    return (common | sockets) == 0;
}

void sim_w5500_link(struct sim_w5500 *c, bool is_up, uint64_t now_ns)
{
    w5_advance(c, now_ns);
    c->has_cable = is_up;
    w5_phy_update(c);
    c->is_due_known = false;
}

void sim_w5500_frame_in(struct sim_w5500 *c, const uint8_t *frame, size_t len,
                        uint64_t now_ns)
{
    w5_advance(c, now_ns);
    if (w5_is_in_reset(c) || w5_is_frozen(c) || !c->has_link) {
        return;
    }
    w5_frame_in(c, frame, len);
    c->is_due_known = false;
    w5_advance(c, c->now);
}

void sim_w5500_step(struct sim_w5500 *c, uint64_t now_ns)
{
    w5_advance(c, now_ns);
}

uint64_t sim_w5500_deadline(const struct sim_w5500 *c)
{
    return w5_deadline(c);
}

void sim_w5500_set_fault(struct sim_w5500 *c, enum sim_w5500_fault fault, uint32_t arg)
{
    if ((unsigned)fault >= SIM_W5500_FAULT_COUNT) {
        return;
    }
    c->fault[fault] = arg;
    c->is_due_known = false;
    for (int i = 0; i < W5_SOCKETS; i++) {
        struct w5_socket *s = &c->socket[i];
        if (s->command != 0 && s->timer[W5_T_COMMAND] == SIM_NEVER) {
            s->timer[W5_T_COMMAND] = c->now;
        }
    }
}

const struct sim_w5500_stats *sim_w5500_get_stats(const struct sim_w5500 *c)
{
    return &c->stats;
}

uint8_t sim_w5500_register(const struct sim_w5500 *c, unsigned block, unsigned offset)
{
    return w5_register(c, block & 31, (uint16_t)offset);
}
