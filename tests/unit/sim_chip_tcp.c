/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "sim_chip_peer.h"

/* TCP between two chips, and against segments made by hand: connect, data, retransmission, windows,
 * keep-alive. Numbers are those of docs/chip-model.md. */

/* 10.1, 10.2, 10.4, 10.6, 10.11: connect, data both ways, orderly end. */
static void test_connect_talk_close(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *a = &r->node[0];
    struct node *b = &r->node[1];
    char text[64] = {0};
    join(r, 1, 2, ND);
    assert_int_equal(sr(a, 1), ESTABLISHED);
    assert_int_equal(sr(b, 2), ESTABLISHED);
    uint8_t peer[6];
    rd(b, REGS(2), 0x0C, peer, 6);
    assert_memory_equal(peer, ((const uint8_t[]){10, 0, 0, 1, 0x9C, 0x41}), 6);
    rd(b, REGS(2), 0x06, peer, 6);
    assert_memory_equal(peer, a->mac, 6);
    assert_true(send_all(a, 1, "hello", 5));
    assert_true(wait_bits(b, 2, 0x02, RECV, SEC));
    assert_int_equal(take(b, 2, text, sizeof text), 5);
    assert_string_equal(text, "hello");
    assert_true(send_all(b, 2, "answer", 6));
    assert_true(wait_bits(a, 1, 0x02, RECV, SEC));
    assert_int_equal(take(a, 1, text, sizeof text), 6);
    command(a, 1, 0x08);
    assert_true(wait_value(b, 2, 0x03, CLOSE_WAIT, SEC));
    assert_true((ir(b, 2) & DISCON) != 0);
    command(b, 2, 0x08);
    assert_true(wait_value(b, 2, 0x03, CLOSED, SEC));
    assert_int_equal(sr(a, 1), TIME_WAIT);
    assert_true(wait_value(a, 1, 0x03, CLOSED, SEC));
    assert_int_equal(ir(a, 1) & (DISCON | TIMEOUT), DISCON);
    assert_int_equal(ir(b, 2) & (DISCON | TIMEOUT), DISCON);
    assert_no_misuse(r);
    rig_free(r);
}

/* 10.1: the SYN, and CONNECT without an address. */
static void test_syn(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *n = &r->node[0];
    start_connect(n, 0, 0);
    struct seen s = see_last(n);
    assert_int_equal(s.flags, SYN);
    assert_int_equal(s.mss, 1460);
    assert_int_equal(s.window, 2048);
    assert_int_equal(s.from_port, 1000);
    assert_int_equal(s.to_port, 7000);
    assert_int_equal(s.len, 0);
    wr16(n, REGS(1), 0x12, 536);
    destination(n, 1, (const uint8_t[4]){0}, 7000);
    open_as(n, 1, 1, 1001);
    command(n, 1, 0x04);
    assert_int_equal(sr(n, 1), INIT);
    assert_string_equal(sim_w5500_get_stats(n->chip)->misuse_text, "CONNECT to no host");
    destination(n, 1, (const uint8_t[]){10, 0, 0, 9}, 7000);
    command(n, 1, 0x04);
    answer_arp(n);
    assert_int_equal(see_last(n).mss, 536);
    rig_free(r);
}

/* 4.6: TX pointers start anew with each connection; RX pointers at OPEN. */
static void test_pointers_renewed(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *n = &r->node[0];
    uint16_t first = 0;
    for (unsigned i = 0; i < 2; i++) {
        struct peer p = connected(n, 0, ND, 1460);
        uint16_t wr = rd16(n, REGS(0), 0x24);
        assert_int_equal(wr, rd16(n, REGS(0), 0x22));
        assert_int_equal(wr, p.h.ack & 0xFFFF);
        assert_int_equal(rd16(n, REGS(0), 0x28), 0);
        assert_int_equal(rd16(n, REGS(0), 0x2A), 0);
        assert_int_equal(rd16(n, REGS(0), 0x20), 2048);
        assert_int_not_equal(wr, first);
        first = wr;
        say(&p, ACK, "abc", 3);
        command(n, 0, 0x10);
        assert_int_equal(rd16(n, REGS(0), 0x26), 3);
    }
    rig_free(r);
}

/* 10.13, 10.5, 7.2: how a CONNECT fails: RST without a bit, TCP and ARP with TIMEOUT. */
static void test_refused(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *a = &r->node[0];
    open_as(a, 0, 1, 1000);
    destination(a, 0, r->node[1].ip, 5000);
    command(a, 0, 0x04);
    assert_true(wait_value(a, 0, 0x03, CLOSED, SEC));
    assert_int_equal(ir(a, 0), 0);
    struct seen rst = see_last(&r->node[1]);
    assert_int_equal(rst.flags, RST | ACK);
    assert_int_equal(rst.seq, 0);
    assert_int_equal(rst.ack, see_last(a).seq + 1);
    rig_free(r);
}

static void test_connect_timeouts(void **state)
{
    (void)state;
    static const uint64_t waits[] = {200, 400, 800, 1600, 3200, 6400, 6400, 6400};
    struct rig *r = rig_new(1);
    struct node *n = &r->node[0];
    start_connect(n, 0, 0);
    uint64_t start = last(n, 0)->at;
    unsigned sent = n->sent;
    assert_true(wait_bits(n, 0, 0x02, TIMEOUT, 40 * SEC));
    assert_in_range(r->now - start, 31800 * MS, 31801 * MS);
    assert_int_equal(sr(n, 0), CLOSED);
    assert_int_equal(ir(n, 0), TIMEOUT);
    assert_int_equal(n->sent, sent + 8);
    for (unsigned i = 0; i < 8; i++) {
        assert_true(last(n, 7 - i)->at - last(n, 8 - i)->at == waits[i] * MS);
        assert_int_equal(see(last(n, i)).flags, SYN);
    }
    clear(n, 0);
    destination(n, 0, (const uint8_t[]){10, 0, 0, 77}, 7000);
    command(n, 0, 0x01);
    start = r->now;
    command(n, 0, 0x04);
    assert_true(wait_bits(n, 0, 0x02, TIMEOUT, 40 * SEC));
    assert_in_range(r->now - start, 1800 * MS, 1801 * MS);
    assert_int_equal(sr(n, 0), CLOSED);
    rig_free(r);
}

/* 10.5: TCP's total for other RTR and RCR, counted from SEND. */
static void test_retransmit_totals(void **state)
{
    (void)state;
    static const struct {
        unsigned rtr, rcr, ms, frames;
    } rows[] = {{2000, 3, 3000, 4}, {500, 0, 50, 1}, {40000, 2, 12000, 3}, {0, 1, 0, 2}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct rig *r = rig_new(1);
        struct node *n = &r->node[0];
        connected(n, 0, 0, 1460);
        wr16(n, 0, 0x19, rows[i].rtr);
        wr8(n, 0, 0x1B, rows[i].rcr);
        unsigned before = n->sent;
        assert_true(send_all(n, 0, "data", 4));
        uint64_t start = last(n, n->sent - before - 1)->at;
        assert_true(wait_bits(n, 0, 0x02, TIMEOUT, 60 * SEC));
        assert_in_range(r->now - start, rows[i].ms * MS, rows[i].ms * MS + MS);
        assert_int_equal(sr(n, 0), CLOSED);
        assert_int_equal(n->sent - before, rows[i].frames);
        rig_free(r);
    }
}

/* 4.4, 6.3: SENDOK when all has been sent, TX_FSR when it is acknowledged. */
static void test_free_size(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *n = &r->node[0];
    uint8_t data[2048] = {0};
    struct peer p = connected(n, 0, 0, 1460);
    assert_true(send_all(n, 0, data, 2000));
    assert_int_equal(rd16(n, REGS(0), 0x20), 48);
    assert_int_equal(rd16(n, REGS(0), 0x22), rd16(n, REGS(0), 0x24));
    assert_false(put(n, 0, data, 49));
    p.h.ack += 1460;
    say(&p, ACK, NULL, 0);
    assert_int_equal(rd16(n, REGS(0), 0x20), 1508);
    p.h.ack += 540;
    say(&p, ACK, NULL, 0);
    assert_int_equal(rd16(n, REGS(0), 0x20), 2048);
    /* Nothing outstanding: no retransmission. */
    unsigned sent = n->sent;
    rig_run(r, 10 * SEC);
    assert_int_equal(n->sent, sent);
    rig_free(r);
}

/* 10.3, 10.4: segments of the smaller MSS; as many in flight as the peer's window allows. */
static void test_segments(void **state)
{
    (void)state;
    static const struct {
        unsigned own, peer, len;
    } rows[] = {{0, 1460, 1460},
                {0, 0, 536},
                {0, 1000, 1000},
                {700, 1460, 700},
                {9000, 9000, 1460}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct rig *r = rig_new(1);
        struct node *n = &r->node[0];
        static uint8_t data[16384];
        for (unsigned s = 0; s < 8; s++) {
            wr8(n, REGS(s), 0x1F, s == 0 ? 16 : 0);
        }
        wr16(n, REGS(0), 0x12, rows[i].own);
        struct peer p = connected(n, 0, 0, rows[i].peer);
        unsigned before = n->sent;
        assert_true(put(n, 0, data, 16384));
        rig_run(r, 5 * MS);
        uint32_t sum = 0;
        for (unsigned k = 0; k < n->sent - before; k++) {
            struct seen s = see(last(n, k));
            sum += (uint32_t)s.len;
            assert_true(s.len == rows[i].len || k == 0);
        }
        assert_int_equal(sum, 8192);
        assert_int_equal(ir(n, 0), 0);
        p.h.ack += 8192;
        say(&p, ACK, NULL, 0);
        rig_run(r, 5 * MS);
        assert_int_equal(ir(n, 0), SENDOK);
        struct seen end = see_last(n);
        assert_int_equal(end.seq + end.len, p.h.ack + 8192);
        assert_int_equal(end.flags, ACK | PSH);
        rig_free(r);
    }
}

static void pattern(uint8_t *data, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        data[i] = (uint8_t)(i * 7 + (i >> 8));
    }
}

/* Sends len bytes from a to b by whole buffers and checks that they arrive as they were. */
static void transfer_all(struct rig *r, struct node *a, struct node *b, size_t len)
{
    uint8_t *data = malloc(len);
    uint8_t *got = malloc(len);
    assert_true(data != NULL && got != NULL);
    pattern(data, len);
    size_t sent = 0;
    size_t have = 0;
    bool is_sending = false;
    uint64_t end = r->now + 1000 * SEC;
    while (have < len) {
        assert_true(r->now < end);
        if (is_sending && (ir(a, 0) & SENDOK) != 0) {
            wr8(a, REGS(0), 0x02, SENDOK);
            is_sending = false;
        }
        size_t room = rd16(a, REGS(0), 0x20);
        size_t n = len - sent < room ? len - sent : room;
        if (!is_sending && n > 0) {
            assert_true(put(a, 0, data + sent, n));
            sent += n;
            is_sending = true;
        }
        have += take(b, 0, got + have, len - have);
        rig_run(r, 20 * US);
    }
    assert_memory_equal(got, data, len);
    free(data);
    free(got);
}

/* 10.4 to 10.8 between two chips: clean, with loss and with reordering, sequence numbers and
 * pointers wrapping. */
static void test_bulk(void **state)
{
    (void)state;
    static const struct {
        unsigned flags, drop, swap, kilobytes;
        size_t len;
    } rows[] = {{ND, 0, 0, 2, 300000}, {0, 0, 0, 2, 20000},   {ND, 0, 0, 8, 300000},
                {ND, 7, 0, 2, 40000},  {ND, 5, 0, 8, 100000}, {ND, 3, 0, 1, 10000},
                {ND, 0, 4, 4, 60000},  {0, 9, 5, 4, 40000}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct rig *r = rig_new(i);
        struct node *a = &r->node[0];
        struct node *b = &r->node[1];
        for (unsigned s = 0; s < 8; s++) {
            wr8(a, REGS(s), 0x1F, s == 0 ? rows[i].kilobytes : 0);
            wr8(b, REGS(s), 0x1E, s == 0 ? rows[i].kilobytes : 0);
        }
        join(r, 0, 0, rows[i].flags);
        r->drop_every = rows[i].drop;
        r->swap_every = rows[i].swap;
        transfer_all(r, a, b, rows[i].len);
        assert_no_misuse(r);
        rig_free(r);
    }
}

/* 10.7: ND acknowledges at once, else after RTR, or with the next segment out. */
static void test_delayed_ack(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *n = &r->node[0];
    struct peer p = connected(n, 0, 0, 1460);
    unsigned sent = n->sent;
    say(&p, ACK | PSH, "abc", 3);
    p.h.seq += 3;
    rig_run(r, 199 * MS);
    assert_int_equal(n->sent, sent);
    rig_run(r, 2 * MS);
    assert_int_equal(n->sent, sent + 1);
    assert_int_equal(see_last(n).ack, p.h.seq);
    assert_int_equal(see_last(n).window, 2045);
    say(&p, ACK | PSH, "abc", 3);
    p.h.seq += 3;
    assert_true(send_all(n, 0, "x", 1));
    assert_int_equal(n->sent, sent + 2);
    assert_int_equal(see_last(n).ack, p.h.seq);
    p.h.ack++;
    say(&p, ACK, NULL, 0);
    rig_run(r, 300 * MS);
    assert_int_equal(n->sent, sent + 2);
    command(n, 0, 0x10);
    p = connected(n, 0, ND, 1460);
    sent = n->sent;
    say(&p, ACK | PSH, "abc", 3);
    assert_int_equal(n->sent, sent + 1);
    rig_free(r);
}

/* 10.8: the window is the free RX buffer; it opens with RECV, and the peer is told when that is
 * worth it. */
static void test_window(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *n = &r->node[0];
    static uint8_t data[2400];
    struct peer p = connected(n, 0, ND, 1460);
    pattern(data, sizeof data);
    say(&p, ACK, data, 1400);
    p.h.seq += 1400;
    assert_int_equal(see_last(n).window, 648);
    say(&p, ACK, data + 1400, 1000); /* 648 of them fit */
    assert_int_equal(see_last(n).ack, p.h.seq + 648);
    assert_int_equal(see_last(n).window, 0);
    p.h.seq += 648;
    say(&p, ACK, data, 1);
    assert_int_equal(see_last(n).ack, p.h.seq);
    uint8_t got[2048];
    unsigned sent = n->sent;
    assert_int_equal(take(n, 0, got, 1000), 1000);
    assert_int_equal(n->sent, sent);
    assert_int_equal(take(n, 0, got + 1000, 24), 24);
    assert_int_equal(n->sent, sent + 1);
    assert_int_equal(see_last(n).window, 1024);
    assert_int_equal(take(n, 0, got + 1024, 2000), 1024);
    assert_memory_equal(got, data, 2048);
    assert_int_equal(n->sent, sent + 2);
    assert_int_equal(see_last(n).window, 2048);
    rig_free(r);
}

/* 10.6: in order only. */
static void test_order(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *n = &r->node[0];
    struct peer p = connected(n, 0, ND, 1460);
    uint32_t start = p.h.seq;
    p.h.seq = start + 3;
    say(&p, ACK, "def", 3); /* ahead: dropped, and said so */
    assert_int_equal(see_last(n).ack, start);
    assert_int_equal(rd16(n, REGS(0), 0x26), 0);
    p.h.seq = start;
    say(&p, ACK, "abc", 3);
    assert_int_equal(see_last(n).ack, start + 3);
    say(&p, ACK, "abc", 3); /* again */
    assert_int_equal(see_last(n).ack, start + 3);
    assert_int_equal(rd16(n, REGS(0), 0x26), 3);
    p.h.seq = start + 1;
    say(&p, ACK, "bcdef", 5); /* old and new */
    assert_int_equal(see_last(n).ack, start + 6);
    char got[8] = {0};
    assert_int_equal(take(n, 0, got, sizeof got), 6);
    assert_string_equal(got, "abcdef");
    unsigned sent = n->sent;
    p.h.seq = start + 100;
    say(&p, ACK, NULL,
        0); /* empty and ahead: no answer, or two ends could talk for ever */
    assert_int_equal(n->sent, sent);
    p.h.seq = start + 6;
    p.h.ack += 5;
    say(&p, ACK, "x", 1); /* acknowledges what was never sent */
    assert_int_equal(see_last(n).ack, start + 6);
    assert_int_equal(rd16(n, REGS(0), 0x26), 0);
    rig_free(r);
}

/* 10.5: after a loss the rest follows the acknowledgement; what comes late is no harm. */
static void test_retransmission(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *n = &r->node[0];
    static uint8_t data[2048];
    struct peer p = connected(n, 0, 0, 500);
    pattern(data, sizeof data);
    uint32_t start = p.h.ack;
    unsigned sent = n->sent;
    assert_true(send_all(n, 0, data, 1500));
    assert_int_equal(n->sent, sent + 3);
    rig_run(r, 200 * MS);
    assert_int_equal(n->sent, sent + 4); /* one segment only */
    assert_int_equal(see_last(n).seq, start);
    assert_memory_equal(see_last(n).data, data, 500);
    p.h.ack = start + 500;
    say(&p, ACK, NULL, 0);
    rig_run(r, MS);
    assert_int_equal(n->sent, sent + 6);
    assert_int_equal(see_last(n).seq, start + 1000);
    assert_memory_equal(see_last(n).data, data + 1000, 500);
    p.h.ack = start + 1500;
    say(&p, ACK, NULL, 0);
    rig_run(r, 10 * SEC);
    assert_int_equal(n->sent, sent + 6);
    assert_int_equal(rd16(n, REGS(0), 0x20), 2048);
    rig_free(r);
}

/* 10.9: the peer's window is 0: probes with growing gaps for as long as it answers, TIMEOUT when
 * it does not, data at once when it opens. */
static void test_zero_window(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *n = &r->node[0];
    struct peer p = connected(n, 0, ND, 1460);
    p.h.window = 0;
    say(&p, ACK | PSH, "x", 1);
    p.h.seq++;
    unsigned sent = n->sent;
    assert_true(put(n, 0, "data", 4));
    rig_run(r, 199 * MS);
    assert_int_equal(n->sent, sent);
    static const uint64_t gaps[] = {400,  800,  1600, 3200, 6400,
                                    6400, 6400, 6400, 6400, 6400};
    rig_run(r, 2 * MS);
    for (unsigned i = 0; i < 10; i++) {
        assert_int_equal(n->sent, sent + 1 + i);
        assert_int_equal(see_last(n).seq, p.h.ack - 1);
        assert_int_equal(see_last(n).len, 1);
        uint64_t at = last(n, 0)->at;
        say(&p, ACK, NULL, 0);
        rig_run(r, gaps[i] * MS);
        assert_true(last(n, 0)->at - at == gaps[i] * MS);
    }
    assert_int_equal(ir(n, 0), RECV);
    p.h.window = 100;
    say(&p, ACK, NULL, 0);
    assert_int_equal(see_last(n).len, 4);
    assert_int_equal(see_last(n).seq, p.h.ack);
    assert_int_equal(ir(n, 0), RECV | SENDOK);
    p.h.ack += 4;
    p.h.window = 0;
    say(&p, ACK, NULL, 0);
    clear(n, 0);
    assert_true(put(n, 0, "data", 4));
    assert_true(wait_bits(n, 0, 0x02, TIMEOUT, 60 * SEC));
    assert_int_equal(sr(n, 0), CLOSED);
    rig_free(r);
}

/* Window 0 and nothing to send: silence. SEND of nothing (6.3): SENDOK and silence. */
static void test_nothing_to_send(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *n = &r->node[0];
    struct peer p = connected(n, 0, ND, 1460);
    assert_true(send_all(n, 0, "x", 1));
    p.h.ack++;
    p.h.window = 0;
    say(&p, ACK, NULL, 0);
    unsigned sent = n->sent;
    assert_true(send_all(n, 0, "", 0));
    rig_run(r, 60 * SEC);
    assert_int_equal(n->sent, sent);
    assert_int_equal(sr(n, 0), ESTABLISHED);
    rig_free(r);
}

/* What is not for one station is not TCP's; an old window does not undo a newer one. */
static void test_window_order(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *n = &r->node[0];
    struct peer p = connected(n, 0, ND, 1460);
    uint8_t f[SIM_FRAME_MAX];
    struct packet packet = to_node(n, 6);
    memset(packet.to_mac, 0xFF, 6);
    memset(packet.to_ip, 0xFF, 4);
    p.h.flags = ACK;
    inject(n, f, build_tcp(f, &packet, &p.h, "x", 1));
    assert_int_equal(rd16(n, REGS(0), 0x26), 0);
    assert_int_equal(sim_w5500_get_stats(n->chip)->dropped, 1);
    say(&p, ACK, "abc", 3);
    struct peer old = p;
    p.h.seq += 3;
    p.h.window = 2;
    say(&p, ACK, NULL, 0);
    say(&old, ACK, "abc", 3);
    assert_true(put(n, 0, "data", 4));
    rig_run(r, MS);
    assert_int_equal(see_last(n).len, 2);
    rig_free(r);
}

/* 10.10 */
static void test_keep_alive(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *n = &r->node[0];
    wr8(n, REGS(0), 0x2F, 2);
    struct peer p = connected(n, 0, ND, 1460);
    unsigned sent = n->sent;
    rig_run(r, 60 * SEC); /* nothing exchanged yet: nothing sent */
    assert_int_equal(n->sent, sent);
    command(n, 0, 0x22);
    assert_int_equal(n->sent, sent);
    assert_true(send_all(n, 0, "x", 1));
    p.h.ack++;
    say(&p, ACK, NULL, 0);
    sent = n->sent;
    rig_run(r, 9990 * MS);
    assert_int_equal(n->sent, sent);
    rig_run(r, 20 * MS);
    assert_int_equal(n->sent, sent + 1);
    assert_int_equal(see_last(n).seq, p.h.ack - 1);
    assert_int_equal(see_last(n).len, 1);
    say(&p, ACK, NULL, 0);
    rig_run(r, 9990 * MS);
    assert_int_equal(n->sent, sent + 1);
    command(n, 0, 0x22); /* by hand only while KPALVTR is 0 */
    assert_int_equal(n->sent, sent + 1);
    uint64_t start = r->now + 10 * MS;
    assert_true(wait_bits(n, 0, 0x02, TIMEOUT, 60 * SEC));
    assert_in_range(r->now - start, 31790 * MS, 31810 * MS);
    assert_int_equal(sr(n, 0), CLOSED);
    rig_free(r);
}

static void test_keep_alive_by_hand(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *n = &r->node[0];
    struct peer p = connected(n, 0, ND, 1460);
    command(n, 0, 0x22); /* nothing exchanged yet */
    unsigned sent = n->sent;
    say(&p, ACK, "x", 1);
    p.h.seq++;
    assert_int_equal(n->sent, sent + 1);
    command(n, 0, 0x22);
    assert_int_equal(n->sent, sent + 2);
    say(&p, ACK, NULL, 0);
    rig_run(r, 60 * SEC);
    assert_int_equal(n->sent, sent + 2);
    command(n, 0, 0x22);
    assert_true(wait_bits(n, 0, 0x02, TIMEOUT, 60 * SEC));
    assert_int_equal(n->sent, sent + 2 + 9);
    assert_int_equal(sr(n, 0), CLOSED);
    /* Switched on late, it counts from then. */
    clear(n, 0);
    p = connected(n, 0, ND, 1460);
    say(&p, ACK, "x", 1);
    rig_run(r, 60 * SEC);
    sent = n->sent;
    wr8(n, REGS(0), 0x2F, 1);
    rig_run(r, 5100 * MS);
    assert_int_equal(n->sent, sent + 1);
    rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_connect_talk_close),
        cmocka_unit_test(test_syn),
        cmocka_unit_test(test_pointers_renewed),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_connect_timeouts),
        cmocka_unit_test(test_retransmit_totals),
        cmocka_unit_test(test_free_size),
        cmocka_unit_test(test_segments),
        cmocka_unit_test(test_bulk),
        cmocka_unit_test(test_delayed_ack),
        cmocka_unit_test(test_window),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_retransmission),
        cmocka_unit_test(test_zero_window),
        cmocka_unit_test(test_nothing_to_send),
        cmocka_unit_test(test_window_order),
        cmocka_unit_test(test_keep_alive),
        cmocka_unit_test(test_keep_alive_by_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
