/* SPDX-License-Identifier: MIT */
#include "sim_chip_peer.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

uint8_t sr(struct node *n, unsigned s)
{
    return rd8(n, REGS(s), 0x03);
}

uint8_t ir(struct node *n, unsigned s)
{
    return rd8(n, REGS(s), 0x02);
}

void clear(struct node *n, unsigned s)
{
    wr8(n, REGS(s), 0x02, 0x1F);
}

void assert_no_misuse(const struct rig *r)
{
    assert_int_equal(sim_w5500_get_stats(r->node[0].chip)->misuse, 0);
    assert_int_equal(sim_w5500_get_stats(r->node[1].chip)->misuse, 0);
}

static uint32_t be(const uint8_t *p, size_t len)
{
    uint32_t v = 0;
    while (len-- > 0) {
        v = v << 8 | *p++;
    }
    return v;
}

struct seen see(const struct rig_frame *f)
{
    const uint8_t *t = f->data + 34;
    size_t head = (size_t)(t[12] >> 4) * 4;
    assert_int_equal(f->data[23], 6);
    assert_true(sums_hold(f));
    return (struct seen){.from_port = be(t, 2),
                         .to_port = be(t + 2, 2),
                         .seq = be(t + 4, 4),
                         .ack = be(t + 8, 4),
                         .flags = t[13],
                         .window = be(t + 14, 2),
                         .mss = head == 24 && t[20] == 2 ? be(t + 22, 2) : 0,
                         .len = be(f->data + 16, 2) - 20 - head,
                         .data = t + head};
}

struct seen see_last(const struct node *n)
{
    return see(last(n, 0));
}

void say(struct peer *p, unsigned flags, const void *data, size_t len)
{
    uint8_t f[SIM_FRAME_MAX];
    struct packet packet = to_node(p->n, 6);
    p->h.flags = flags;
    inject(p->n, f, build_tcp(f, &packet, &p->h, data, len));
    p->h.mss = 0;
    rig_run(p->n->rig, 10 * US);
}

struct peer peer_of(struct node *n, unsigned s)
{
    n->rig->is_joined = false;
    return (struct peer){
        n, s, {.from_port = 7000, .to_port = 1000, .seq = 0xFFFFFF00, .window = 8192}};
}

void answer_arp(struct node *n)
{
    uint8_t f[SIM_FRAME_MAX];
    inject(n, f,
           build_arp(f, 2, n->mac, (const uint8_t[]){2, 0, 0, 0, 0, 9},
                     (const uint8_t[]){10, 0, 0, 9}, n->ip));
}

struct peer start_connect(struct node *n, unsigned s, unsigned flags)
{
    struct peer p = peer_of(n, s);
    clear(n, s);
    open_as(n, s, flags | 1, 1000);
    destination(n, s, (const uint8_t[]){10, 0, 0, 9}, 7000);
    command(n, s, 0x04);
    assert_int_equal(sr(n, s), SYNSENT);
    answer_arp(n);
    p.h.ack = see_last(n).seq + 1;
    return p;
}

struct peer connected(struct node *n, unsigned s, unsigned flags, unsigned mss)
{
    struct peer p = start_connect(n, s, flags);
    p.h.mss = mss;
    say(&p, SYN | ACK, NULL, 0);
    p.h.seq++;
    assert_int_equal(sr(n, s), ESTABLISHED);
    assert_int_equal(ir(n, s), CON);
    clear(n, s);
    return p;
}
