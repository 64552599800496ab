/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "sim_chip_peer.h"

/* TCP of the chip, its states: closing, reset, listening, half-open connections, odd segments. Numbers
 * are those of docs/chip-model.md. */

/* 10.11, active: FIN_WAIT, data still comes in, TIME_WAIT answers again, then CLOSED. */
static void test_active_close(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *n = &r->node[0];
    struct peer p = connected(n, 0, ND, 1460);
    assert_true(put(n, 0, "tail", 4));
    command(n, 0, 0x08); /* at once: FIN goes after the data */
    rig_run(r, 20 * US);
    assert_int_equal(sr(n, 0), FIN_WAIT);
    assert_int_equal(see_last(n).flags, FIN | ACK);
    assert_int_equal(see_last(n).seq, p.h.ack + 4);
    assert_int_equal(see(last(n, 1)).len, 4);
    p.h.ack += 5;
    say(&p, ACK, NULL, 0);
    assert_int_equal(sr(n, 0), FIN_WAIT);
    say(&p, ACK, "late", 4);
    p.h.seq += 4;
    assert_int_equal(rd16(n, REGS(0), 0x26), 4);
    assert_int_equal(ir(n, 0) & DISCON, 0);
    say(&p, FIN | ACK, NULL, 0);
    assert_int_equal(sr(n, 0), TIME_WAIT);
    assert_int_equal(ir(n, 0) & DISCON, DISCON);
    assert_int_equal(see_last(n).ack, p.h.seq + 1);
    unsigned sent = n->sent;
    say(&p, FIN | ACK, NULL, 0);
    assert_int_equal(n->sent, sent + 1);
    rig_run(r, 210 * MS);
    assert_int_equal(sr(n, 0), CLOSED);
    assert_int_equal(ir(n, 0) & TIMEOUT, 0);
    char got[4];
    assert_int_equal(take(n, 0, got, 4), 4); /* readable until OPEN */
    assert_memory_equal(got, "late", 4);
    assert_int_equal(sim_w5500_get_stats(n->chip)->misuse, 0);
    rig_free(r);
}

static void test_closing(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *n = &r->node[0];
    struct peer p = connected(n, 0, ND, 1460);
    command(n, 0, 0x08);
    say(&p, FIN | ACK, NULL, 0); /* both at once */
    p.h.seq++;
    assert_int_equal(sr(n, 0), CLOSING);
    p.h.ack++;
    say(&p, ACK, NULL, 0);
    assert_int_equal(sr(n, 0), TIME_WAIT);
    rig_run(r, 210 * MS);
    assert_int_equal(sr(n, 0), CLOSED);
    rig_free(r);
}

/* 10.11, passive: data may still be sent after the peer's FIN. */
static void test_passive_close(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *n = &r->node[0];
    struct peer p = connected(n, 0, 0, 1460);
    say(&p, FIN | ACK | PSH, "end", 3);
    p.h.seq += 4;
    assert_int_equal(see_last(n).ack, p.h.seq);
    assert_int_equal(sr(n, 0), CLOSE_WAIT);
    assert_int_equal(ir(n, 0), DISCON | RECV);
    assert_int_equal(rd16(n, REGS(0), 0x26), 3);
    clear(n, 0);
    assert_true(send_all(n, 0, "last words", 10));
    p.h.ack += 10;
    say(&p, ACK, NULL, 0);
    command(n, 0, 0x08);
    assert_int_equal(sr(n, 0), LAST_ACK);
    assert_int_equal(see_last(n).flags, FIN | ACK);
    p.h.ack++;
    say(&p, ACK, NULL, 0);
    assert_int_equal(sr(n, 0), CLOSED);
    assert_int_equal(ir(n, 0), DISCON);
    rig_free(r);
}

/* A FIN that is not answered: repeated, then TIMEOUT; acknowledged but not returned: the same
 * patience. */
static void test_close_unanswered(void **state)
{
    (void)state;
    for (unsigned k = 0; k < 2; k++) {
        struct rig *r = rig_new(1);
        struct node *n = &r->node[0];
        struct peer p = connected(n, 0, ND, 1460);
        unsigned sent = n->sent;
        command(n, 0, 0x08);
        uint64_t start = r->now;
        rig_run(r, 20 * US); /* the wire is still busy with what went before */
        if (k == 1) {
            p.h.ack++;
            say(&p, ACK, NULL, 0);
        }
        assert_true(wait_bits(n, 0, 0x02, TIMEOUT, 60 * SEC));
        assert_in_range(r->now - start, 31790 * MS, 31810 * MS);
        assert_int_equal(sr(n, 0), CLOSED);
        assert_int_equal(n->sent, sent + (k == 0 ? 9 : 1));
        rig_free(r);
    }
}

/* 10.12: CLOSE says nothing; a peer that speaks later hears RST. */
static void test_close_is_silent(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *a = &r->node[0];
    struct node *b = &r->node[1];
    join(r, 0, 0, ND);
    unsigned sent = a->sent;
    command(a, 0, 0x10);
    rig_run(r, 60 * SEC);
    assert_int_equal(a->sent, sent);
    assert_int_equal(sr(a, 0), CLOSED);
    assert_int_equal(ir(a, 0), 0);
    assert_int_equal(sr(b, 0), ESTABLISHED);
    assert_true(put(b, 0, "anyone?", 7));
    rig_run(r, MS);
    assert_int_equal(see_last(a).flags, RST);
    assert_int_equal(sr(b, 0), CLOSED);
    assert_int_equal(ir(b, 0) & (TIMEOUT | DISCON), 0);
    rig_free(r);
}

/* 10.13: RST within the window ends the connection, elsewhere not; 12.2: a SEND that crosses it
 * is no misuse, one after the host has seen CLOSED is. */
static void test_reset(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *n = &r->node[0];
    struct peer p = connected(n, 0, ND, 1460);
    uint32_t seq = p.h.seq;
    p.h.seq = seq - 1;
    say(&p, RST, NULL, 0);
    p.h.seq = seq + 5000;
    say(&p, RST, NULL, 0);
    assert_int_equal(sr(n, 0), ESTABLISHED);
    p.h.seq = seq;
    say(&p, RST, NULL, 0);
    assert_true(put(n, 0, "late", 4));
    assert_int_equal(sim_w5500_get_stats(n->chip)->misuse, 0);
    assert_int_equal(sr(n, 0), CLOSED);
    assert_int_equal(ir(n, 0), 0);
    command(n, 0, 0x20);
    assert_int_equal(sim_w5500_get_stats(n->chip)->misuse, 1);
    rig_free(r);
}

/* In SYNSENT: a RST must acknowledge our SYN; an ACK of something else is answered by RST. */
static void test_syn_sent(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *n = &r->node[0];
    struct peer p = start_connect(n, 0, 0);
    say(&p, RST, NULL, 0);
    p.h.ack++;
    say(&p, RST | ACK, NULL, 0);
    assert_int_equal(sr(n, 0), SYNSENT);
    unsigned sent = n->sent;
    say(&p, SYN | ACK, NULL, 0);
    assert_int_equal(n->sent, sent + 1);
    assert_int_equal(see_last(n).flags, RST);
    assert_int_equal(see_last(n).seq, p.h.ack);
    assert_int_equal(sr(n, 0), SYNSENT);
    p.h.ack--;
    say(&p, ACK, NULL, 0);
    assert_int_equal(sr(n, 0), SYNSENT);
    say(&p, RST | ACK, NULL, 0);
    assert_int_equal(sr(n, 0), CLOSED);
    assert_int_equal(ir(n, 0), 0);
    rig_free(r);
}

/* 10.2: one listening socket is one connection; the second client is refused, or taken by the
 * next socket that listens. */
static void test_listen(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *n = &r->node[0];
    struct peer p = peer_of(n, 2);
    open_as(n, 2, 1 | ND, 1000);
    command(n, 2, 0x02);
    assert_int_equal(sr(n, 2), LISTEN);
    say(&p, ACK, NULL, 0); /* no SYN */
    assert_int_equal(see_last(n).flags, RST);
    p.h.mss = 1000;
    say(&p, SYN, NULL, 0);
    assert_int_equal(sr(n, 2), SYNRECV);
    struct seen s = see_last(n);
    assert_int_equal(s.flags, SYN | ACK);
    assert_int_equal(s.mss, 1460);
    assert_int_equal(s.ack, p.h.seq + 1);
    unsigned sent = n->sent;
    say(&p, SYN, NULL, 0); /* again: answered again */
    assert_int_equal(n->sent, sent + 1);
    assert_int_equal(see_last(n).seq, s.seq);
    struct peer other = p;
    other.h.from_port = 7001;
    say(&other, SYN, NULL, 0);
    assert_int_equal(see_last(n).flags, RST | ACK);
    open_as(n, 5, 1 | ND, 1000);
    command(n, 5, 0x02);
    say(&other, SYN, NULL, 0);
    assert_int_equal(sr(n, 5), SYNRECV);
    p.h.seq++;
    p.h.ack = s.seq + 2;
    say(&p, ACK, NULL, 0);
    assert_int_equal(see_last(n).flags, RST);
    assert_int_equal(sr(n, 2), SYNRECV);
    p.h.ack = s.seq + 1;
    say(&p, ACK | PSH, "with it", 7);
    assert_int_equal(sr(n, 2), ESTABLISHED);
    assert_int_equal(ir(n, 2), CON | RECV);
    assert_int_equal(rd16(n, REGS(2), 0x26), 7);
    /* After CLOSE and OPEN it can listen again. */
    command(n, 2, 0x10);
    command(n, 2, 0x01);
    command(n, 2, 0x02);
    assert_int_equal(sr(n, 2), LISTEN);
    assert_int_equal(sim_w5500_get_stats(n->chip)->misuse, 0);
    rig_free(r);
}

/* SYN/ACK that nobody answers: TIMEOUT and CLOSED. RST: CLOSED. */
static void test_syn_received(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *n = &r->node[0];
    struct peer p = peer_of(n, 2);
    open_as(n, 2, 1, 1000);
    command(n, 2, 0x02);
    say(&p, SYN, NULL, 0);
    unsigned sent = n->sent;
    assert_true(wait_bits(n, 2, 0x02, TIMEOUT, 60 * SEC));
    assert_int_equal(n->sent, sent + 8);
    assert_int_equal(sr(n, 2), CLOSED);
    clear(n, 2);
    command(n, 2, 0x01);
    command(n, 2, 0x02);
    say(&p, SYN, NULL, 0);
    p.h.seq += 5;
    say(&p, RST, NULL, 0);
    assert_int_equal(sr(n, 2), SYNRECV);
    p.h.seq -= 4;
    say(&p, RST, NULL, 0);
    assert_int_equal(sr(n, 2), CLOSED);
    assert_int_equal(ir(n, 2), 0);
    rig_free(r);
}

/* 10.14: a peer that lost the connection and connects anew: our ACK draws its RST. */
static void test_half_open(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *n = &r->node[0];
    struct peer p = connected(n, 0, ND, 1460);
    uint32_t expected = p.h.seq;
    p.h.seq = 0x12345678;
    say(&p, SYN, NULL, 0);
    assert_int_equal(see_last(n).flags, ACK);
    assert_int_equal(see_last(n).ack, expected);
    p.h.seq = see_last(n).ack;
    say(&p, RST, NULL, 0);
    assert_int_equal(sr(n, 0), CLOSED);
    rig_free(r);
}

/* DISCON where there is no connection, and SYN with a wrong checksum or header. */
static void test_odd(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *n = &r->node[0];
    open_as(n, 0, 1, 1000);
    command(n, 0, 0x02);
    command(n, 0, 0x08);
    assert_int_equal(sr(n, 0), CLOSED);
    struct peer p = start_connect(n, 0, 0);
    command(n, 0, 0x08);
    assert_int_equal(sr(n, 0), CLOSED);
    unsigned sent = n->sent;
    rig_run(r, 40 * SEC);
    assert_int_equal(n->sent, sent);
    uint8_t f[SIM_FRAME_MAX];
    struct packet packet = to_node(n, 6);
    p.h.flags = SYN;
    size_t len = build_tcp(f, &packet, &p.h, NULL, 0);
    f[50] ^= 1;
    inject(n, f, len);
    f[50] ^= 1;
    f[46] = 0x40;
    inject(n, f, len);
    f[46] = 0xF0;
    inject(n, f, len);
    assert_int_equal(n->sent, sent);
    /* MSS behind other options. */
    open_as(n, 2, 1, 1000);
    command(n, 2, 0x02);
    p.h.mss = 1;
    build_tcp(f, &packet, &p.h, NULL, 0);
    packet.body[12] = 0x80;
    packet.body_len = 32;
    memcpy(packet.body + 20, (const uint8_t[]){1, 3, 3, 7, 4, 2, 1, 2, 4, 1, 44, 0}, 12);
    inject(n, f, build(f, &packet));
    p.h.seq++;
    p.h.ack = see_last(n).seq + 1;
    say(&p, ACK, NULL, 0);
    static uint8_t data[600];
    assert_true(send_all(n, 2, data, 600));
    assert_int_equal(see(last(n, 1)).len, 300);
    command(n, 2, 0x10);
    p.h.from_port++;
    p.h.flags = SYN;
    /* Options that never end, or of no length, are passed over. */
    static const uint8_t options[][4] = {
        {2, 0, 5, 0xB4}, {2, 4, 0, 0}, {3, 9, 9, 9}, {1, 1, 2, 4}, {2, 1, 0, 0}};
    for (size_t i = 0; i < 5; i++) {
        open_as(n, 1, 1, 1000);
        command(n, 1, 0x02);
        p.h.mss = 1;
        len = build_tcp(f, &packet, &p.h, NULL, 0);
        memcpy(packet.body + 20, options[i], 4);
        inject(n, f, build(f, &packet));
        assert_int_equal(sr(n, 1), SYNRECV);
        p.h.seq++;
        p.h.ack = see_last(n).seq + 1;
        say(&p, ACK, NULL, 0);
        assert_true(send_all(n, 1, data, 600));
        assert_int_equal(see(last(n, 1)).len, 536);
        command(n, 1, 0x10);
        p.h.from_port++;
        p.h.flags = SYN;
    }
    rig_free(r);
}

/* 3.3: pulled and put back within the patience of TCP, the connection lives; it dies by TIMEOUT
 * only when data is outstanding, and not at all when idle. */
static void test_cable(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *a = &r->node[0];
    struct node *b = &r->node[1];
    char got[8];
    join(r, 0, 0, ND);
    cable(a, false);
    assert_true(put(a, 0, "held", 4));
    rig_run(r, 5 * SEC);
    cable(a, true);
    rig_run(r, 15 * SEC);
    assert_int_equal(take(b, 0, got, sizeof got), 4);
    assert_int_equal(rd16(a, REGS(0), 0x20), 2048);
    cable(a, false);
    rig_run(r, 1000 * SEC);
    assert_int_equal(sr(a, 0), ESTABLISHED);
    wr8(a, REGS(0), 0x02, 0x1F);
    assert_true(put(a, 0, "lost", 4));
    assert_true(wait_bits(a, 0, 0x02, TIMEOUT, 60 * SEC));
    assert_int_equal(sr(a, 0), CLOSED);
    assert_int_equal(sr(b, 0), ESTABLISHED);
    rig_free(r);
}

/* Eight connections at once, each whole. */
static void test_eight(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *a = &r->node[0];
    struct node *b = &r->node[1];
    for (unsigned s = 0; s < 8; s++) {
        join(r, s, 7 - s, ND);
    }
    static uint8_t data[2000];
    for (unsigned s = 0; s < 8; s++) {
        memset(data, (int)s, sizeof data);
        assert_true(put(a, s, data, sizeof data));
    }
    rig_run(r, 20 * MS);
    for (unsigned s = 0; s < 8; s++) {
        uint8_t got[2048];
        assert_int_equal(take(b, 7 - s, got, sizeof got), sizeof data);
        memset(data, (int)s, sizeof data);
        assert_memory_equal(got, data, sizeof data);
        assert_int_equal(ir(a, s), SENDOK);
    }
    assert_no_misuse(r);
    rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_active_close),
        cmocka_unit_test(test_closing),
        cmocka_unit_test(test_passive_close),
        cmocka_unit_test(test_close_unanswered),
        cmocka_unit_test(test_close_is_silent),
        cmocka_unit_test(test_reset),
        cmocka_unit_test(test_syn_sent),
        cmocka_unit_test(test_listen),
        cmocka_unit_test(test_syn_received),
        cmocka_unit_test(test_half_open),
        cmocka_unit_test(test_odd),
        cmocka_unit_test(test_cable),
        cmocka_unit_test(test_eight),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
