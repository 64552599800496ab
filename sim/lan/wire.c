/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "sim/lan/bytes.h"
#include "sim/lan/internal.h"

/* Frames from station to station: the sender's wire, the switch, the receiver's wire. */

#define NS_PER_BYTE 80 /* 100 Mbit/s */
#define PREAMBLE    8
#define GAP         12
#define FCS         4
#define FRAME_MIN   60 /* without FCS; shorter ones are padded */

/* ---- Slots, and a heap of those whose time comes ---- */

void wire_init(struct sim_lan *lan)
{
    for (unsigned i = 0; i < SLOTS; i++) {
        lan->free_slots[i] = (uint16_t)(SLOTS - 1 - i);
    }
    lan->free_len = SLOTS;
}

uint16_t wire_take(struct sim_lan *lan)
{
    if (lan->free_len == 0) {
        lan->stats.overrun++;
        return NO_SLOT;
    }
    uint16_t slot = lan->free_slots[--lan->free_len];
    struct frame *f = &lan->frames[slot];
    f->stage = STAGE_BUILD;
    f->order = lan->order++;
    f->len = 0;
    return slot;
}

void wire_free(struct sim_lan *lan, uint16_t slot)
{
    lan->frames[slot].stage = STAGE_FREE;
    lan->free_slots[lan->free_len++] = slot;
}

static bool is_before(const struct sim_lan *lan, unsigned i, unsigned j)
{
    const struct frame *a = &lan->frames[lan->heap[i]];
    const struct frame *b = &lan->frames[lan->heap[j]];
    return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void swap(struct sim_lan *lan, unsigned i, unsigned j)
{
    uint16_t slot = lan->heap[i];
    lan->heap[i] = lan->heap[j];
    lan->heap[j] = slot;
}

static void heap_push(struct sim_lan *lan, uint16_t slot)
{
    unsigned i = lan->heap_len++;
    lan->heap[i] = slot;
    while (i > 0 && is_before(lan, i, (i - 1) / 2)) {
        swap(lan, i, (i - 1) / 2);
        i = (i - 1) / 2;
    }
}

static uint16_t heap_pop(struct sim_lan *lan)
{
    uint16_t slot = lan->heap[0];
    lan->heap[0] = lan->heap[--lan->heap_len];
    unsigned i = 0;
    for (;;) {
        unsigned first = i;
        for (unsigned child = 2 * i + 1; child <= 2 * i + 2; child++) {
            if (child < lan->heap_len && is_before(lan, child, first)) {
                first = child;
            }
        }
        if (first == i) {
            return slot;
        }
        swap(lan, i, first);
        i = first;
    }
}

static void schedule(struct sim_lan *lan, uint16_t slot, enum stage stage, uint64_t at)
{
    struct frame *f = &lan->frames[slot];
    f->stage = (uint8_t)stage;
    f->at = at;
    f->order = lan->order++;
    heap_push(lan, slot);
}

uint64_t wire_deadline(const struct sim_lan *lan)
{
    return lan->heap_len > 0 ? lan->frames[lan->heap[0]].at : SIM_LAN_NEVER;
}

/* ---- Capture ---- */

static void put32le(uint8_t *p, uint64_t v)
{
    for (int i = 0; i < 4; i++) {
        p[i] = (uint8_t)(v >> 8 * i);
    }
}

void sim_lan_set_pcap(struct sim_lan *lan, void *ctx,
                      void (*write)(void *ctx, const void *data, size_t len))
{
    static const uint8_t header[24] = {
        0x4D, 0x3C, 0xB2, 0xA1,                         /* nanoseconds, little-endian */
        2,    0,    4,    0,                            /* version 2.4 */
        0,    0,    0,    0,    0, 0, 0, 0, 0, 0, 1, 0, /* longest record 65536 */
        1,    0,    0,    0                             /* Ethernet */
    };
    lan->pcap_ctx = ctx;
    lan->pcap_write = write;
    if (write != NULL) {
        write(ctx, header, sizeof header);
    }
}

static void capture(const struct sim_lan *lan, const struct frame *f)
{
    uint8_t record[16 + SIM_LAN_FRAME_MAX];
    if (lan->pcap_write == NULL) {
        return;
    }
    uint64_t wall = (uint64_t)sim_lan_get_wall(lan);
    put32le(record, wall / NS_PER_S);
    put32le(record + 4, wall % NS_PER_S);
    put32le(record + 8, f->len);
    put32le(record + 12, f->len);
    memcpy(record + 16, f->data, f->len);
    lan->pcap_write(lan->pcap_ctx, record, (size_t)16 + f->len);
}

/* ---- The sender's wire ---- */

static uint64_t wire_time(size_t len)
{
    size_t padded = len < FRAME_MIN ? FRAME_MIN : len;
    return (uint64_t)(PREAMBLE + padded + FCS) * NS_PER_BYTE;
}

static void start(struct sim_lan *lan, uint16_t slot)
{
    struct frame *f = &lan->frames[slot];
    struct station *s = &lan->stations[f->from];
    uint64_t begin = s->out_busy > lan->now ? s->out_busy : lan->now;
    uint64_t end = begin + wire_time(f->len);
    s->out_busy = end + (uint64_t)GAP * NS_PER_BYTE;
    schedule(lan, slot, STAGE_SENT, end);
}

void wire_send(struct sim_lan *lan, uint32_t station, uint16_t slot, uint64_t at)
{
    lan->frames[slot].from = (uint8_t)station;
    if (at > lan->now) {
        schedule(lan, slot, STAGE_START, at);
    } else {
        start(lan, slot);
    }
}

void sim_lan_transmit(struct sim_lan *lan, uint32_t station, const uint8_t *frame,
                      size_t len, uint64_t at_ns)
{
    if (len < IP_OFFSET || len > SIM_LAN_FRAME_MAX || station < 1 ||
        station > SIM_LAN_STATIONS || !lan->stations[station].is_used) {
        lan->stats.invalid++;
        return;
    }
    uint16_t slot = wire_take(lan);
    if (slot != NO_SLOT) {
        memcpy(lan->frames[slot].data, frame, len);
        lan->frames[slot].len = (uint16_t)len;
        wire_send(lan, station, slot, at_ns);
    }
}

void wire_set_cable(struct sim_lan *lan, uint32_t station, bool is_in)
{
    struct station *s = &lan->stations[station];
    if (s->is_in != is_in) {
        s->is_in = is_in;
        lan->link_due = true;
    }
}

/* ---- The switch ---- */

static void learn(struct sim_lan *lan, const uint8_t *mac, uint8_t station)
{
    if ((mac[0] & 1) != 0) {
        return;
    }
    for (unsigned i = 0; i < sizeof lan->macs / sizeof lan->macs[0]; i++) {
        struct mac_entry *e = &lan->macs[i];
        if (e->station != 0 && memcmp(e->mac, mac, 6) == 0) {
            e->station = station;
            return;
        }
    }
    struct mac_entry *e = &lan->macs[lan->mac_next];
    lan->mac_next = (lan->mac_next + 1) % (sizeof lan->macs / sizeof lan->macs[0]);
    memcpy(e->mac, mac, 6);
    e->station = station;
}

/* The station behind a hardware address; 0: everybody gets it. */
static uint32_t find_station(const struct sim_lan *lan, const uint8_t *mac)
{
    for (unsigned i = 0; i < sizeof lan->macs / sizeof lan->macs[0]; i++) {
        if (lan->macs[i].station != 0 && memcmp(lan->macs[i].mac, mac, 6) == 0) {
            return lan->macs[i].station;
        }
    }
    return 0;
}

static bool happens(struct sim_lan *lan, uint32_t ppm)
{
    return ppm != 0 && lan_random(lan) % 1000000 < ppm;
}

static uint16_t copy(struct sim_lan *lan, const struct frame *f)
{
    uint16_t slot = wire_take(lan);
    if (slot != NO_SLOT) {
        struct frame *g = &lan->frames[slot];
        g->from = f->from;
        g->to = f->to;
        g->len = f->len;
        memcpy(g->data, f->data, f->len);
    }
    return slot;
}

static void flip(struct sim_lan *lan, struct frame *f)
{
    if (f->len > IP_OFFSET) {
        uint32_t bit = lan_random(lan) % ((f->len - (uint32_t)IP_OFFSET) * 8);
        f->data[IP_OFFSET + bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

/* Leaves towards the receiver's port; late: passed by others. */
static void leave(struct sim_lan *lan, uint16_t slot, uint64_t late)
{
    struct frame *f = &lan->frames[slot];
    struct station *s = &lan->stations[f->from];
    uint64_t exit = lan->now + lan->wire.delay_ns;
    if (lan->wire.jitter_ns != 0) {
        exit += ((uint64_t)lan_random(lan) << 32 | lan_random(lan)) %
                (lan->wire.jitter_ns + 1);
    }
    exit = exit < s->last_exit ? s->last_exit : exit;
    if (late == 0) {
        s->last_exit = exit;
    }
    schedule(lan, slot, STAGE_EXIT, exit + late);
}

/* What a rule, or else chance, does to the frame for one receiver. */
static enum sim_lan_action fate(struct sim_lan *lan, const struct frame *f, uint64_t *arg)
{
    const struct sim_lan_wire *w = &lan->wire;
    const struct sim_lan_rule *rule = rules_find(lan, f, f->to);
    *arg = 0;
    if (rule != NULL) {
        *arg = rule->arg;
        return rule->action;
    }
    if (happens(lan, w->loss_ppm)) {
        return SIM_LAN_DROP;
    }
    if (happens(lan, w->crc_ppm)) {
        return SIM_LAN_CRC;
    }
    if (happens(lan, w->flip_ppm)) {
        return SIM_LAN_FLIP;
    }
    if (happens(lan, w->duplicate_ppm)) {
        return SIM_LAN_DUPLICATE;
    }
    if (happens(lan, w->reorder_ppm)) {
        *arg = w->reorder_ns != 0 ? w->reorder_ns : 3 * NS_PER_MS;
    }
    return SIM_LAN_DELAY;
}

static void forward(struct sim_lan *lan, uint16_t slot)
{
    struct frame *f = &lan->frames[slot];
    uint64_t arg;
    uint16_t second;
    switch (fate(lan, f, &arg)) {
    case SIM_LAN_PULL:
        sim_lan_cable(lan, (uint32_t)arg, false);
        lan->stats.unplugged++;
        wire_free(lan, slot);
        return;
    case SIM_LAN_CRC:
        lan->stats.damaged++;
        wire_free(lan, slot);
        return;
    case SIM_LAN_DROP:
        lan->stats.lost++;
        wire_free(lan, slot);
        return;
    case SIM_LAN_FLIP:
        flip(lan, f);
        break;
    case SIM_LAN_DUPLICATE:
        second = copy(lan, f);
        if (second != NO_SLOT) {
            lan->stats.duplicated++;
            leave(lan, second, 0);
        }
        break;
    case SIM_LAN_DELAY:
        lan->stats.reordered += arg != 0;
        leave(lan, slot, arg);
        return;
    }
    leave(lan, slot, 0);
}

/* The switch has the frame; it goes to the one or to all others. The last receiver gets the
 * slot itself. */
static void receive(struct sim_lan *lan, uint16_t slot)
{
    struct frame *f = &lan->frames[slot];
    if (!lan->stations[f->from].is_in) {
        lan->stats.unplugged++;
        wire_free(lan, slot);
        return;
    }
    lan->stats.sent++;
    capture(lan, f);
    learn(lan, f->data + 6, f->from);
    uint32_t only = (f->data[0] & 1) != 0 ? 0 : find_station(lan, f->data);
    uint32_t last = 0;
    for (uint32_t i = 1; i <= SIM_LAN_STATIONS; i++) {
        if (!lan->stations[i].is_used || i == f->from || (only != 0 && i != only)) {
            continue;
        }
        if (last != 0) {
            f->to = (uint8_t)last;
            uint16_t other = copy(lan, f);
            if (other != NO_SLOT) {
                forward(lan, other);
            }
        }
        last = i;
    }
    if (last == 0) {
        wire_free(lan, slot);
        return;
    }
    f->to = (uint8_t)last;
    forward(lan, slot);
}

/* ---- The receiver's wire ---- */

static void queue_out(struct sim_lan *lan, uint16_t slot)
{
    struct frame *f = &lan->frames[slot];
    struct station *s = &lan->stations[f->to];
    uint64_t begin = s->in_busy > lan->now ? s->in_busy : lan->now;
    uint64_t end = begin + wire_time(f->len);
    s->in_busy = end + (uint64_t)GAP * NS_PER_BYTE;
    schedule(lan, slot, STAGE_ARRIVE, end);
}

static void arrive(struct sim_lan *lan, uint16_t slot)
{
    const struct frame *f = &lan->frames[slot];
    const struct station *s = &lan->stations[f->to];
    if (!s->is_in) {
        lan->stats.unplugged++;
    } else {
        lan->stats.delivered++;
        if (s->is_host) {
            ip_frame_in(lan, f->to, f->data, f->len);
        } else {
            s->device.frame(s->device.ctx, f->data, f->len, lan->now);
        }
    }
    wire_free(lan, slot);
}

void wire_event(struct sim_lan *lan)
{
    uint16_t slot = heap_pop(lan);
    switch (lan->frames[slot].stage) {
    case STAGE_START:
        start(lan, slot);
        return;
    case STAGE_SENT:
        receive(lan, slot);
        return;
    case STAGE_EXIT:
        queue_out(lan, slot);
        return;
    default:
        arrive(lan, slot);
        return;
    }
}
