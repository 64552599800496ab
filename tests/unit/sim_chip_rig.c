/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim_chip_rig.h"

static void be16(uint8_t *p, unsigned v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static void be32(uint8_t *p, uint32_t v)
{
    be16(p, v >> 16);
    be16(p + 2, v & 0xFFFF);
}

static void pcap_frame(struct rig *r, const struct rig_frame *f)
{
    uint32_t head[4] = {(uint32_t)(f->at / SEC), (uint32_t)(f->at % SEC),
                        (uint32_t)f->len, (uint32_t)f->len};
    if (r->pcap != NULL) {
        assert_int_equal(fwrite(head, sizeof head, 1, r->pcap), 1);
        assert_int_equal(fwrite(f->data, f->len, 1, r->pcap), 1);
    }
}

/* Formats of the transcript, one letter each:
 *   i SEED   s LEVEL NOW   x MOSI NOW MISO INT   f NOW FRAME   t NOW DEADLINE   l UP NOW
 *   r LEVEL NOW   p FAULT ARG   o AT FRAME (comes out within the step of the line below) */
static FILE *script_of(const struct node *n)
{
    return n->index == 0 ? n->rig->script : NULL;
}

static void note(const struct node *n, const char *format, ...)
{
    FILE *f = script_of(n);
    if (f != NULL) {
        va_list args;
        va_start(args, format);
        assert_true(vfprintf(f, format, args) > 0);
        va_end(args);
    }
}

static void note_frame(const struct node *n, char kind, uint64_t at, const uint8_t *data,
                       size_t len)
{
    if (script_of(n) == NULL) {
        return;
    }
    note(n, "%c %" PRIu64 " ", kind, at);
    for (size_t i = 0; i < len; i++) {
        note(n, "%02x", data[i]);
    }
    note(n, "\n");
}

static void step(struct node *n, uint64_t now)
{
    sim_w5500_step(n->chip, now);
    note(n, "t %" PRIu64 " %" PRIu64 "\n", now, sim_w5500_deadline(n->chip));
}

static void chip_select(struct node *n, int level, uint64_t now)
{
    sim_w5500_select(n->chip, level, now);
    note(n, "s %d %" PRIu64 "\n", level, now);
}

static uint8_t exchange(struct node *n, uint8_t mosi, uint64_t now)
{
    uint8_t miso = sim_w5500_exchange(n->chip, mosi, now);
    note(n, "x %u %" PRIu64 " %u %d\n", mosi, now, miso, sim_w5500_int_n(n->chip));
    return miso;
}

void inject(struct node *n, const uint8_t *frame, size_t len)
{
    sim_w5500_frame_in(n->chip, frame, len, n->rig->now);
    note_frame(n, 'f', n->rig->now, frame, len);
}

void set_fault(struct node *n, enum sim_w5500_fault fault, uint32_t arg)
{
    sim_w5500_set_fault(n->chip, fault, arg);
    note(n, "p %d %" PRIu32 "\n", (int)fault, arg);
}

void reset_pin(struct node *n, int level)
{
    sim_w5500_reset_pin(n->chip, level, n->rig->now);
    note(n, "r %d %" PRIu64 "\n", level, n->rig->now);
}

void cable(struct node *n, bool is_in)
{
    sim_w5500_link(n->chip, is_in, n->rig->now);
    note(n, "l %d %" PRIu64 "\n", is_in, n->rig->now);
}

static void frame_out(void *ctx, const uint8_t *frame, size_t len, uint64_t at_ns)
{
    struct node *n = ctx;
    struct rig *r = n->rig;
    struct rig_frame *f = &n->out[n->sent++ % RIG_FRAMES];
    assert_true(len >= 60 && len <= SIM_FRAME_MAX);
    f->at = at_ns;
    f->len = len;
    memcpy(f->data, frame, len);
    pcap_frame(r, f);
    note_frame(n, 'o', at_ns, frame, len);
    r->frames++;
    if (!r->is_joined || (r->drop_every != 0 && r->frames % r->drop_every == 0)) {
        return;
    }
    assert_true(r->tail - r->head < RIG_FRAMES);
    unsigned at = r->tail++ % RIG_FRAMES;
    r->wire[at].to = 1 - n->index;
    r->wire[at].frame = *f;
    r->wire[at].frame.at = at_ns + r->delay_ns;
    if (r->swap_every != 0 && r->frames % r->swap_every == 0) {
        r->wire[at].frame.at += 1 * MS;
    }
}

/* The next frame on the cable in time; -1: none. */
static int next_frame(const struct rig *r)
{
    int best = -1;
    for (unsigned i = r->head; i != r->tail; i++) {
        int at = (int)(i % RIG_FRAMES);
        if (r->wire[at].frame.len != 0 &&
            (best < 0 || r->wire[at].frame.at < r->wire[best].frame.at)) {
            best = at;
        }
    }
    return best;
}

static void deliver(struct rig *r, int at)
{
    struct rig_frame f = r->wire[at].frame;
    r->wire[at].frame.len = 0;
    while (r->head != r->tail && r->wire[r->head % RIG_FRAMES].frame.len == 0) {
        r->head++;
    }
    struct node *to = &r->node[r->wire[at].to];
    sim_w5500_frame_in(to->chip, f.data, f.len, f.at);
    note_frame(to, 'f', f.at, f.data, f.len);
}

void rig_run(struct rig *r, uint64_t ns)
{
    uint64_t end = r->now + ns;
    for (;;) {
        uint64_t due = SIM_NEVER;
        unsigned who = 0;
        for (unsigned i = 0; i < 2; i++) {
            uint64_t d = sim_w5500_deadline(r->node[i].chip);
            if (d < due) {
                due = d;
                who = i;
            }
        }
        int at = next_frame(r);
        bool is_frame = at >= 0 && r->wire[at].frame.at <= due;
        due = is_frame ? r->wire[at].frame.at : due;
        if (due > end) {
            break;
        }
        if (is_frame) {
            deliver(r, at);
        } else {
            step(&r->node[who], due);
        }
    }
    r->now = end;
    step(&r->node[0], end);
    step(&r->node[1], end);
}

struct rig *rig_new_bare(uint64_t seed)
{
    struct rig *r = calloc(1, sizeof *r);
    assert_non_null(r);
    r->byte_ns = 240;
    r->delay_ns = 10 * US;
    r->is_joined = true;
    for (unsigned i = 0; i < 2; i++) {
        struct node *n = &r->node[i];
        struct sim_w5500_host host = {.ctx = n, .frame_out = frame_out};
        *n = (struct node){.rig = r, .index = i};
        n->mac[0] = 2;
        n->mac[5] = (uint8_t)(i + 1);
        memcpy(n->ip, (uint8_t[]){10, 0, 0, (uint8_t)(i + 1)}, 4);
        n->chip = malloc(sim_w5500_size());
        assert_non_null(n->chip);
        sim_w5500_init(n->chip, &host, seed + i);
    }
    return r;
}

struct rig *rig_new(uint64_t seed)
{
    struct rig *r = rig_new_bare(seed);
    rig_start(r);
    return r;
}

void rig_start(struct rig *r)
{
    cable(&r->node[0], true);
    cable(&r->node[1], true);
    rig_run(r, 4 * SEC);
    for (unsigned i = 0; i < 2; i++) {
        struct node *n = &r->node[i];
        wr(n, 0, 0x01, (const uint8_t[]){10, 0, 0, 254, 255, 255, 255, 0}, 8);
        wr(n, 0, 0x09, n->mac, 6);
        wr(n, 0, 0x0F, n->ip, 4);
    }
}

void rig_free(struct rig *r)
{
    free(r->node[0].chip);
    free(r->node[1].chip);
    free(r);
}

void spi(struct node *n, const uint8_t *mosi, uint8_t *miso, size_t len)
{
    struct rig *r = n->rig;
    chip_select(n, 0, r->now);
    for (size_t i = 0; i < len; i++) {
        uint8_t ahead = sim_w5500_peek(n->chip);
        r->now += r->byte_ns;
        uint8_t byte = exchange(n, mosi != NULL ? mosi[i] : 0, r->now);
        assert_int_equal(byte, ahead);
        if (miso != NULL) {
            miso[i] = byte;
        }
    }
    chip_select(n, 1, r->now);
    rig_run(r, r->byte_ns);
}

static void transfer(struct node *n, unsigned block, unsigned addr, bool is_write,
                     uint8_t *data, size_t len)
{
    static uint8_t out[3 + 16384];
    static uint8_t in[3 + 16384];
    assert_true(len <= 16384);
    memset(out, 0, 3 + len);
    be16(out, addr);
    out[2] = (uint8_t)(block << 3 | (is_write ? 4U : 0U));
    if (is_write) {
        memcpy(out + 3, data, len);
    }
    spi(n, out, in, 3 + len);
    if (!is_write) {
        memcpy(data, in + 3, len);
    }
}

void rd(struct node *n, unsigned block, unsigned addr, uint8_t *out, size_t len)
{
    transfer(n, block, addr, false, out, len);
}

void wr(struct node *n, unsigned block, unsigned addr, const uint8_t *data, size_t len)
{
    uint8_t copy[16384];
    assert_true(len <= sizeof copy);
    memcpy(copy, data, len);
    transfer(n, block, addr, true, copy, len);
}

uint8_t rd8(struct node *n, unsigned block, unsigned addr)
{
    uint8_t b;
    rd(n, block, addr, &b, 1);
    return b;
}

uint16_t rd16(struct node *n, unsigned block, unsigned addr)
{
    uint8_t b[2];
    rd(n, block, addr, b, 2);
    return (uint16_t)(b[0] << 8 | b[1]);
}

void wr8(struct node *n, unsigned block, unsigned addr, unsigned value)
{
    uint8_t b = (uint8_t)value;
    wr(n, block, addr, &b, 1);
}

void wr16(struct node *n, unsigned block, unsigned addr, unsigned value)
{
    uint8_t b[2];
    be16(b, value);
    wr(n, block, addr, b, 2);
}

void command(struct node *n, unsigned s, unsigned code)
{
    wr8(n, REGS(s), 0x01, code);
    for (int i = 0; rd8(n, REGS(s), 0x01) != 0; i++) {
        assert_in_range(i, 0, 100);
    }
}

static bool wait_for(struct node *n, unsigned s, unsigned addr, unsigned mask,
                     unsigned value, uint64_t ns)
{
    uint64_t end = n->rig->now + ns;
    for (unsigned i = 0; (rd8(n, REGS(s), addr) & mask) != value; i++) {
        if (n->rig->now >= end) {
            return false;
        }
        rig_run(n->rig, (i < 100 ? 100 : 500) * US);
    }
    return true;
}

bool wait_bits(struct node *n, unsigned s, unsigned addr, unsigned bits, uint64_t ns)
{
    return wait_for(n, s, addr, bits, bits, ns);
}

bool wait_value(struct node *n, unsigned s, unsigned addr, unsigned value, uint64_t ns)
{
    return wait_for(n, s, addr, 0xFF, value, ns);
}

void open_as(struct node *n, unsigned s, unsigned mode, unsigned port)
{
    wr8(n, REGS(s), 0x00, mode);
    wr16(n, REGS(s), 0x04, port);
    command(n, s, 0x01);
}

void destination(struct node *n, unsigned s, const uint8_t ip[4], unsigned port)
{
    wr(n, REGS(s), 0x0C, ip, 4);
    wr16(n, REGS(s), 0x10, port);
}

bool put(struct node *n, unsigned s, const void *data, size_t len)
{
    if (rd16(n, REGS(s), 0x20) < len) {
        return false;
    }
    uint16_t at = rd16(n, REGS(s), 0x24);
    wr(n, TX(s), at, data, len);
    wr16(n, REGS(s), 0x24, (uint16_t)(at + len));
    command(n, s, 0x20);
    return true;
}

bool send_all(struct node *n, unsigned s, const void *data, size_t len)
{
    if (!put(n, s, data, len) || !wait_bits(n, s, 0x02, 0x10, 40 * SEC)) {
        return false;
    }
    wr8(n, REGS(s), 0x02, 0x10);
    return true;
}

size_t take(struct node *n, unsigned s, void *out, size_t len)
{
    size_t have = rd16(n, REGS(s), 0x26);
    uint16_t at = rd16(n, REGS(s), 0x28);
    len = have < len ? have : len;
    if (len == 0) {
        return 0;
    }
    rd(n, RX(s), at, out, len);
    wr16(n, REGS(s), 0x28, (uint16_t)(at + len));
    command(n, s, 0x40);
    return len;
}

void join(struct rig *r, unsigned s0, unsigned s1, unsigned flags)
{
    struct node *a = &r->node[0];
    struct node *b = &r->node[1];
    open_as(b, s1, flags | 1, 5000);
    command(b, s1, 0x02);
    open_as(a, s0, flags | 1, 40000 + s0);
    destination(a, s0, b->ip, 5000);
    command(a, s0, 0x04);
    assert_true(wait_bits(a, s0, 0x02, 0x01, SEC));
    assert_true(wait_bits(b, s1, 0x02, 0x01, SEC));
    wr8(a, REGS(s0), 0x02, 0x01);
    wr8(b, REGS(s1), 0x02, 0x01);
}

static uint32_t add(uint32_t sum, const uint8_t *p, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        sum += (uint32_t)p[i] << ((i & 1) != 0 ? 0 : 8);
        sum = (sum & 0xFFFF) + (sum >> 16);
    }
    return sum;
}

/* Of a UDP or TCP body, addresses taken from the IPv4 header before it. */
static uint32_t add_body(const uint8_t *ip, const uint8_t *body, size_t len)
{
    uint8_t pseudo[12];
    memcpy(pseudo, ip + 12, 8);
    be16(pseudo + 8, ip[9]);
    be16(pseudo + 10, (unsigned)len);
    return add(add(0, pseudo, sizeof pseudo), body, len);
}

size_t build(uint8_t frame[SIM_FRAME_MAX], const struct packet *p)
{
    uint8_t *ip = frame + 14;
    memcpy(frame, p->to_mac, 6);
    memcpy(frame + 6, p->from_mac, 6);
    be16(frame + 12, 0x0800);
    memset(ip, 0, 20);
    ip[0] = 0x45;
    be16(ip + 2, (unsigned)(20 + p->body_len));
    ip[8] = 64;
    ip[9] = p->protocol;
    memcpy(ip + 12, p->from_ip, 4);
    memcpy(ip + 16, p->to_ip, 4);
    be16(ip + 10, ~add(0, ip, 20) & 0xFFFF);
    memcpy(ip + 20, p->body, p->body_len);
    uint8_t *body = ip + 20;
    if (p->protocol == 1) {
        be16(body + 2, 0);
        be16(body + 2, ~add(0, body, p->body_len) & 0xFFFF);
    } else if (p->protocol == 6 || p->protocol == 17) {
        uint8_t *at = body + (p->protocol == 6 ? 16 : 6);
        be16(at, 0);
        be16(at, ~add_body(ip, body, p->body_len) & 0xFFFF);
    }
    return 34 + p->body_len;
}

size_t build_udp(uint8_t frame[SIM_FRAME_MAX], struct packet *p, unsigned from_port,
                 unsigned to_port, const void *data, size_t len)
{
    p->protocol = 17;
    be16(p->body, from_port);
    be16(p->body + 2, to_port);
    be16(p->body + 4, (unsigned)(8 + len));
    memcpy(p->body + 8, data, len);
    p->body_len = 8 + len;
    return build(frame, p);
}

size_t build_tcp(uint8_t frame[SIM_FRAME_MAX], struct packet *p, const struct tcp_head *h,
                 const void *data, size_t len)
{
    size_t head = h->mss != 0 ? 24 : 20;
    p->protocol = 6;
    memset(p->body, 0, head);
    be16(p->body, h->from_port);
    be16(p->body + 2, h->to_port);
    be32(p->body + 4, h->seq);
    be32(p->body + 8, h->ack);
    p->body[12] = (uint8_t)(head << 2);
    p->body[13] = (uint8_t)h->flags;
    be16(p->body + 14, h->window);
    if (h->mss != 0) {
        p->body[20] = 2;
        p->body[21] = 4;
        be16(p->body + 22, h->mss);
    }
    if (len != 0) {
        memcpy(p->body + head, data, len);
    }
    p->body_len = head + len;
    return build(frame, p);
}

size_t build_arp(uint8_t frame[SIM_FRAME_MAX], unsigned operation, const uint8_t to[6],
                 const uint8_t mac[6], const uint8_t ip[4], const uint8_t target_ip[4])
{
    memset(frame, 0, 60);
    memcpy(frame, to, 6);
    memcpy(frame + 6, mac, 6);
    memcpy(frame + 12, (const uint8_t[]){8, 6, 0, 1, 8, 0, 6, 4}, 8);
    be16(frame + 20, operation);
    memcpy(frame + 22, mac, 6);
    memcpy(frame + 28, ip, 4);
    if (operation == 2) {
        memcpy(frame + 32, to, 6);
    }
    memcpy(frame + 38, target_ip, 4);
    return 60;
}

struct packet to_node(const struct node *n, unsigned protocol)
{
    struct packet p = {.from_mac = {2, 0, 0, 0, 0, 9},
                       .from_ip = {10, 0, 0, 9},
                       .protocol = (uint8_t)protocol};
    memcpy(p.to_mac, n->mac, 6);
    memcpy(p.to_ip, n->ip, 4);
    return p;
}

const struct rig_frame *last(const struct node *n, unsigned i)
{
    assert_true(i < n->sent && i < RIG_FRAMES);
    return &n->out[(n->sent - 1 - i) % RIG_FRAMES];
}

bool sums_hold(const struct rig_frame *f)
{
    const uint8_t *ip = f->data + 14;
    size_t len = (size_t)(ip[2] << 8 | ip[3]) - 20;
    if (add(0, ip, 20) != 0xFFFF) {
        return false;
    }
    return ip[9] == 1 || ip[9] == 2 ? add(0, ip + 20, len) == 0xFFFF
                                    : add_body(ip, ip + 20, len) == 0xFFFF;
}

uint64_t misuse(const struct node *n)
{
    return sim_w5500_get_stats(n->chip)->misuse;
}

void assert_misuse(const struct node *n, const char *text)
{
    assert_non_null(sim_w5500_get_stats(n->chip)->misuse_text);
    assert_string_equal(sim_w5500_get_stats(n->chip)->misuse_text, text);
}

struct rig *rig_ready(void)
{
    struct rig *r = rig_new_bare(7);
    rig_run(r, 1 * MS);
    return r;
}
