/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "sim_lan_rig.h"

/* A host's TCP against segments that no well-behaved peer sends in this order, and packets that
 * are broken. */

enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16 };

#define CLOUD SIM_IP4(203, 0, 113, 5)
#define PORT  1883
#define MSS   536u        /* of a peer that names none, RFC 9293 3.7.1 */
#define ISS   0xFFFFFFF0u /* the sequence numbers wrap at once */

/* The device's side of one connection, by hand. */
struct hand {
    struct rig rig;
    struct rig_end server;
    uint16_t port;
    uint32_t nxt; /* what it sends next */
    uint32_t ack; /* what it expects next */
};

struct seen {
    uint8_t flags;
    uint32_t seq, ack, wnd, len;
};

static uint32_t get32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void put32(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 24);
    p[1] = (uint8_t)(v >> 16);
    p[2] = (uint8_t)(v >> 8);
    p[3] = (uint8_t)v;
}

/* Sends one segment, and runs until it was answered. What was seen before is gone. */
static void say(struct hand *h, uint8_t flags, uint32_t seq, uint32_t ack, uint32_t wnd,
                size_t len)
{
    uint8_t tcp[20 + 1460] = {0};
    put32(tcp, (uint32_t)h->port << 16 | PORT);
    put32(tcp + 4, seq);
    put32(tcp + 8, ack);
    tcp[12] = 0x50;
    tcp[13] = flags;
    tcp[14] = (uint8_t)(wnd >> 8);
    tcp[15] = (uint8_t)wnd;
    memset(tcp + 20, 'x', len);
    h->rig.got_count = 0;
    rig_ip(&h->rig, RIG_DEVICE, CLOUD, 6, tcp, 20 + len, 16);
    rig_run(&h->rig, 5 * RIG_MS);
}

/* The n-th segment that came; flags 0: there is none. */
static struct seen heard(const struct hand *h, unsigned n)
{
    for (unsigned i = 0; i < h->rig.got_count; i++) {
        const uint8_t *ip = h->rig.got[i] + 14;
        if (h->rig.got[i][13] != 0 || ip[9] != 6 || n-- > 0) {
            continue;
        }
        const uint8_t *tcp = ip + 20;
        uint32_t total = (uint32_t)(ip[2] << 8 | ip[3]);
        return (struct seen){tcp[13], get32(tcp + 4), get32(tcp + 8),
                             (uint32_t)(tcp[14] << 8 | tcp[15]),
                             total - 20 - (uint32_t)(tcp[12] >> 4) * 4};
    }
    return (struct seen){0};
}

/* Nothing but one ACK of what has come so far. */
static void check_ack_only(const struct hand *h)
{
    struct seen s = heard(h, 0);
    assert_int_equal(s.flags, ACK);
    assert_int_equal(s.seq, h->ack);
    assert_int_equal(s.ack, h->nxt);
    assert_int_equal(s.len, 0);
    assert_int_equal(heard(h, 1).flags, 0);
}

static void open_hand(struct hand *h)
{
    memset(h, 0, sizeof *h);
    rig_open(&h->rig, 1);
    h->server = (struct rig_end){.lan = h->rig.lan, .seed = 2};
    struct sim_lan_tcp_owner o = rig_owner(&h->server);
    sim_lan_tcp_listen(h->rig.lan, h->rig.router, 0, PORT, &o);
    rig_announce(&h->rig, RIG_DEVICE);
    rig_run(&h->rig, 5 * RIG_MS);
    h->port = 50000;
}

static void shake(struct hand *h)
{
    say(h, SYN, ISS, 0, 8192, 0);
    struct seen s = heard(h, 0);
    assert_int_equal(s.flags, SYN | ACK);
    assert_int_equal(s.ack, ISS + 1);
    h->nxt = ISS + 1;
    h->ack = s.seq + 1;
    say(h, ACK, h->nxt, h->ack, 8192, 0);
    assert_true(h->server.was_accepted);
    assert_int_equal(heard(h, 0).flags, 0);
}

static void test_syn_again(void **state)
{
    static struct hand h;
    (void)state;
    open_hand(&h);
    say(&h, SYN, ISS, 0, 8192, 0);
    uint32_t iss = heard(&h, 0).seq;
    say(&h, SYN, ISS, 0, 8192, 0);
    assert_int_equal(heard(&h, 0).flags, SYN | ACK);
    assert_int_equal(heard(&h, 0).seq, iss);
    /* An acknowledgement of something else ends the attempt. */
    say(&h, ACK, ISS + 1, iss + 7, 8192, 0);
    assert_int_equal(heard(&h, 0).flags, RST);
    assert_int_equal(heard(&h, 0).seq, iss + 7);
    /* A reset frees it without a word to the owner. */
    say(&h, RST, ISS + 1, 0, 0, 0);
    rig_run(&h.rig, 10 * RIG_S);
    assert_false(h.server.was_accepted || h.server.was_closed);
    rig_close(&h.rig);
}

static void test_syn_ack_again_by_timer(void **state)
{
    static struct hand h;
    (void)state;
    open_hand(&h);
    say(&h, SYN, ISS, 0, 8192, 0);
    rig_run(&h.rig, 4 * RIG_S);
    assert_int_equal(heard(&h, 1).flags, SYN | ACK);
    assert_int_equal(heard(&h, 2).flags, SYN | ACK);
    rig_run(&h.rig, 600 * RIG_S);
    assert_true(sim_lan_deadline(h.rig.lan) == SIM_LAN_NEVER);
    rig_close(&h.rig);
}

static void test_to_nobody(void **state)
{
    static struct hand h;
    (void)state;
    open_hand(&h);
    say(&h, ACK, 5, 77, 8192, 3);
    assert_int_equal(heard(&h, 0).flags, RST);
    assert_int_equal(heard(&h, 0).seq, 77);
    say(&h, FIN, 5, 0, 8192, 3);
    assert_int_equal(heard(&h, 0).flags, RST | ACK);
    assert_int_equal(heard(&h, 0).ack, 9);
    say(&h, RST, 5, 0, 8192, 0);
    assert_int_equal(heard(&h, 0).flags, 0);
    rig_close(&h.rig);
}

/* A device that lost power and connects anew from the same port: its SYN is answered by an ACK,
 * its RST ends the old connection, its next SYN begins a new one. */
static void test_peer_lost_power(void **state)
{
    static struct hand h;
    (void)state;
    open_hand(&h);
    shake(&h);
    say(&h, SYN, 5000, 0, 8192, 0);
    check_ack_only(&h);
    say(&h, RST, h.nxt, 0, 0, 0);
    assert_true(h.server.was_closed && h.server.why == SIM_LAN_CLOSED_RESET);
    h.server = (struct rig_end){.lan = h.rig.lan};
    say(&h, SYN, 5000, 0, 8192, 0);
    assert_int_equal(heard(&h, 0).flags, SYN | ACK);
    rig_close(&h.rig);
}

static void test_keep_alive_is_answered(void **state)
{
    static struct hand h;
    (void)state;
    open_hand(&h);
    shake(&h);
    say(&h, ACK, h.nxt - 1, h.ack, 8192, 0);
    check_ack_only(&h);
    say(&h, ACK, h.nxt - 1, h.ack, 8192, 1); /* with an old byte, RFC 9293 3.8.4 */
    check_ack_only(&h);
    rig_close(&h.rig);
}

/* RFC 5961 3.2: only an exact RST resets. */
static void test_reset_must_be_exact(void **state)
{
    static struct hand h;
    (void)state;
    open_hand(&h);
    shake(&h);
    say(&h, RST, h.nxt + 1, 0, 0, 0);
    check_ack_only(&h);
    say(&h, RST, h.nxt + 100000, 0, 0, 0);
    assert_int_equal(heard(&h, 0).flags, 0);
    assert_false(h.server.was_closed);
    say(&h, RST, h.nxt, 0, 0, 0);
    assert_true(h.server.was_closed);
    rig_close(&h.rig);
}

static void test_out_of_window(void **state)
{
    static struct hand h;
    (void)state;
    open_hand(&h);
    shake(&h);
    say(&h, ACK, h.nxt + 70000, h.ack, 8192, 10); /* beyond the window */
    check_ack_only(&h);
    say(&h, ACK, h.nxt, h.ack + 1, 8192, 10); /* acknowledges what was not sent */
    check_ack_only(&h);
    say(&h, PSH, h.nxt, 0, 8192, 10); /* without ACK */
    assert_int_equal(heard(&h, 0).flags, 0);
    assert_int_equal(h.server.received, 0);
    rig_close(&h.rig);
}

/* Pieces that overlap, backwards and twice: each byte arrives once. */
static void test_pieces(void **state)
{
    static struct hand h;
    (void)state;
    open_hand(&h);
    shake(&h);
    for (uint32_t at = 90; at >= 10; at -= 10) {
        say(&h, ACK, h.nxt + at, h.ack, 8192, at == 50 ? 25 : 10);
        check_ack_only(&h);
    }
    assert_int_equal(h.server.received, 0);
    say(&h, ACK, h.nxt, h.ack, 8192, 15);
    h.nxt += 100;
    check_ack_only(&h);
    assert_int_equal(h.server.received, 100);
    say(&h, ACK, h.nxt - 40, h.ack, 8192, 50); /* half old, half new */
    h.nxt += 10;
    check_ack_only(&h);
    assert_int_equal(h.server.received, 110);
    rig_close(&h.rig);
}

/* More gaps than are remembered: what does not fit has to come again. */
static void test_many_gaps(void **state)
{
    static struct hand h;
    (void)state;
    open_hand(&h);
    shake(&h);
    for (uint32_t i = 1; i <= 40; i++) {
        say(&h, ACK, h.nxt + 20 * i, h.ack, 8192, 10);
        check_ack_only(&h);
    }
    uint32_t start = h.nxt;
    for (uint32_t i = 0; i <= 40; i++) {
        say(&h, ACK, start + 20 * i, h.ack, 8192, 20);
    }
    h.nxt = start + 41 * 20;
    check_ack_only(&h);
    assert_int_equal(h.server.received, 41 * 20);
    rig_close(&h.rig);
}

/* A window of 0 stops the host; it probes with the next byte, and goes on when it opens. */
static void test_zero_window(void **state)
{
    static struct hand h;
    (void)state;
    open_hand(&h);
    shake(&h);
    say(&h, ACK, h.nxt, h.ack, 0, 0);
    h.server.to_send = 3000;
    rig_pump(&h.server);
    h.rig.got_count = 0;
    rig_run(&h.rig, 100 * RIG_MS);
    assert_int_equal(heard(&h, 0).flags, 0);
    rig_run(&h.rig, 3 * RIG_S);
    struct seen s = heard(&h, 0);
    assert_int_equal(s.len, 1);
    assert_int_equal(s.seq, h.ack);
    /* As long as the probes are answered it waits. */
    for (int i = 0; i < 40; i++) {
        say(&h, ACK, h.nxt, h.ack, 0, 0);
        rig_run(&h.rig, 5 * RIG_S);
    }
    assert_false(h.server.was_closed);
    say(&h, ACK, h.nxt, h.ack, 500, 0);
    s = heard(&h, 0);
    assert_int_equal(s.len, 500);
    assert_int_equal(s.seq, h.ack);
    h.ack += 500;
    say(&h, ACK, h.nxt, h.ack, 8192, 0);
    assert_int_equal(heard(&h, 0).len, MSS);
    assert_int_equal(heard(&h, 4).len, 2500 - 4 * MSS);
    h.ack += 2500;
    say(&h, ACK, h.nxt, h.ack, 8192, 0);
    assert_int_equal(sim_lan_tcp_unacked(h.rig.lan, h.server.conn), 0);
    rig_close(&h.rig);
}

/* A window smaller than a segment is not filled while something is under way
 * (RFC 9293 3.8.6.2.1). */
static void test_silly_window(void **state)
{
    static struct hand h;
    (void)state;
    open_hand(&h);
    shake(&h);
    say(&h, ACK, h.nxt, h.ack, 1000, 0);
    h.server.to_send = 5000;
    rig_pump(&h.server);
    h.rig.got_count = 0;
    rig_run(&h.rig, 5 * RIG_MS);
    assert_int_equal(heard(&h, 0).len, MSS);
    assert_int_equal(heard(&h, 1).flags, 0);
    rig_close(&h.rig);
}

/* Three duplicates make it send the missing one at once. */
static void test_fast_retransmit(void **state)
{
    static struct hand h;
    (void)state;
    open_hand(&h);
    shake(&h);
    h.server.to_send = MSS * 5;
    rig_pump(&h.server);
    rig_run(&h.rig, 5 * RIG_MS);
    for (int i = 1; i <= 4; i++) {
        say(&h, ACK, h.nxt, h.ack, 8192, 0);
        assert_int_equal(heard(&h, 0).len, i == 3 ? MSS : 0);
    }
    /* A partial one shows the next gap: RFC 6582. */
    say(&h, ACK, h.nxt, h.ack + 2 * MSS, 8192, 0);
    struct seen s = heard(&h, 0);
    assert_int_equal(s.seq, h.ack + 2 * MSS);
    assert_int_equal(s.len, MSS);
    assert_int_equal(sim_lan_get_stats(h.rig.lan)->tcp_retransmits, 2);
    rig_close(&h.rig);
}

/* FIN with data, a gap before it: it counts only when the gap is closed. */
static void test_fin_after_gap(void **state)
{
    static struct hand h;
    (void)state;
    open_hand(&h);
    shake(&h);
    say(&h, ACK | FIN, h.nxt + 10, h.ack, 8192, 10);
    check_ack_only(&h);
    assert_false(h.server.was_ended);
    say(&h, ACK, h.nxt, h.ack, 8192, 10);
    h.nxt += 20;
    check_ack_only(&h);
    say(&h, ACK | FIN, h.nxt - 10, h.ack, 8192, 10);
    h.nxt += 1;
    assert_true(h.server.was_ended);
    /* The owner closed as well: FIN comes with the acknowledgement. */
    struct seen s = heard(&h, 0);
    assert_int_equal(s.flags, FIN | ACK);
    assert_int_equal(s.ack, h.nxt);
    say(&h, ACK, h.nxt, s.seq + 1, 8192, 0);
    assert_true(h.server.was_closed && h.server.why == SIM_LAN_CLOSED_NORMAL);
    rig_close(&h.rig);
}

/* Both close at once; then the port is used again while the host still lingers. */
static void test_closing_and_again(void **state)
{
    static struct hand h;
    (void)state;
    open_hand(&h);
    shake(&h);
    sim_lan_tcp_close(h.rig.lan, h.server.conn);
    rig_run(&h.rig, 5 * RIG_MS);
    say(&h, FIN | ACK, h.nxt, h.ack, 8192, 0); /* crosses ours */
    h.nxt++;
    h.ack++;
    assert_false(h.server.was_closed);
    say(&h, ACK, h.nxt, h.ack, 8192, 0);
    assert_true(h.server.was_closed && h.server.why == SIM_LAN_CLOSED_NORMAL);
    say(&h, FIN | ACK, h.nxt - 1, h.ack, 8192, 0); /* our ACK was lost */
    check_ack_only(&h);
    h.server = (struct rig_end){.lan = h.rig.lan};
    say(&h, SYN, h.nxt + 1000, 0, 8192, 0);
    assert_int_equal(heard(&h, 0).flags, SYN | ACK);
    rig_run(&h.rig, 5 * RIG_S);
    rig_close(&h.rig);
}

/* Two that call each other at the same time get one connection. */
static void test_simultaneous_open(void **state)
{
    static struct hand h;
    (void)state;
    open_hand(&h);
    struct sim_lan_tcp_owner o = rig_owner(&h.server);
    h.rig.got_count = 0;
    /* The device's address calls CLOUD, and CLOUD's host the device: the same four numbers
     * need the host's own address and port. */
    h.server.conn = sim_lan_tcp_connect(h.rig.lan, h.rig.router, RIG_DEVICE, 7, &o);
    rig_run(&h.rig, 5 * RIG_MS);
    struct seen s = heard(&h, 0);
    assert_int_equal(s.flags, SYN);
    const uint8_t *their = h.rig.got[0] + 34;
    uint8_t tcp[20] = {0, 7, their[0], their[1]};
    put32(tcp + 4, ISS);
    tcp[12] = 0x50;
    tcp[13] = SYN;
    tcp[14] = 0x20;
    h.rig.got_count = 0;
    rig_ip(&h.rig, RIG_DEVICE, RIG_ROUTER, 6, tcp, 20, 16);
    rig_run(&h.rig, 5 * RIG_MS);
    assert_int_equal(heard(&h, 0).flags, SYN | ACK);
    put32(tcp + 4, ISS + 1);
    put32(tcp + 8, s.seq + 1);
    tcp[13] = ACK;
    tcp[16] = tcp[17] = 0;
    rig_ip(&h.rig, RIG_DEVICE, RIG_ROUTER, 6, tcp, 20, 16);
    rig_run(&h.rig, 5 * RIG_MS);
    assert_true(h.server.was_accepted);
    rig_close(&h.rig);
}

/* ---- Broken packets ---- */

static void test_broken_packets(void **state)
{
    static struct rig r;
    uint8_t p[64] = {0};
    (void)state;
    rig_open(&r, 1);
    const struct sim_lan_stats *s = sim_lan_get_stats(r.lan);
    p[12] = 0x40; /* TCP with a header of 16 bytes, */
    rig_ip(&r, RIG_DEVICE, RIG_ROUTER, 6, p, 20, 16);
    p[12] = 0xF0; /* with one longer than it is, */
    rig_ip(&r, RIG_DEVICE, RIG_ROUTER, 6, p, 20, 16);
    rig_ip(&r, RIG_DEVICE, RIG_ROUTER, 6, p, 8, 0); /* too short */
    rig_ip(&r, 0, RIG_ROUTER, 6, p, 20, 16);        /* from nobody */
    rig_ip(&r, RIG_DEVICE, RIG_ROUTER, 1, p, 4, 2); /* ICMP too short */
    p[5] = 7;                                       /* UDP shorter than its header, */
    rig_ip(&r, RIG_DEVICE, RIG_ROUTER, 17, p, 20, 0);
    p[5] = 30; /* longer than the packet */
    rig_ip(&r, RIG_DEVICE, RIG_ROUTER, 17, p, 20, 0);
    rig_run(&r, 10 * RIG_MS);
    assert_int_equal(s->malformed, 7);
    assert_int_equal(s->bad_checksum, 0);
    p[12] = 0x50;
    p[16] = 1;
    rig_ip(&r, RIG_DEVICE, RIG_ROUTER, 6, p, 20, 0);
    p[0] = 8;
    rig_ip(&r, RIG_DEVICE, RIG_ROUTER, 1, p, 20, 0);
    p[5] = 20;
    p[6] = 1;
    rig_ip(&r, RIG_DEVICE, RIG_ROUTER, 17, p, 20, 0);
    rig_run(&r, 10 * RIG_MS);
    assert_int_equal(s->bad_checksum, 3);
    assert_int_equal(s->malformed, 7);
    rig_close(&r);
}

static void test_broken_headers(void **state)
{
    static const struct {
        uint8_t at, value;
    } changes[] = {
        {14, 0x44}, /* a header of 16 bytes */
        {14, 0x65}, /* version 6 */
        {14, 0x4F}, /* a header longer than the packet */
        {16, 0x10}, /* a packet longer than the frame */
        {20, 0x20}, /* more fragments */
        {21, 0x01}, /* a fragment */
    };
    static struct rig r;
    (void)state;
    rig_open(&r, 1);
    const struct sim_lan_stats *s = sim_lan_get_stats(r.lan);
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        uint8_t f[60] = {2, 0x4C, 0x41, 0x4E, 0, 1,  2,   0,   0, 0, 0,  0x33,
                         8, 0,    0x45, 0,    0, 28, 0,   0,   0, 0, 64, 17,
                         0, 0,    192,  168,  7, 30, 192, 168, 7, 1};
        f[changes[i].at] = changes[i].value;
        uint32_t sum = 0;
        for (size_t k = 14; k < 34; k += 2) {
            sum += (uint32_t)(f[k] << 8 | f[k + 1]);
        }
        sum = ~((sum >> 16) + sum) & 0xFFFF;
        f[24] = (uint8_t)(sum >> 8);
        f[25] = (uint8_t)sum;
        sim_lan_transmit(r.lan, r.device, f, sizeof f, sim_lan_now(r.lan));
        rig_run(&r, 10 * RIG_MS);
        assert_int_equal(s->malformed, i + 1);
    }
    uint8_t arp[42] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 2, 0,
                       0,    0,    0,    0x33, 8,    6,    0, 6};
    sim_lan_transmit(r.lan, r.device, arp, sizeof arp, sim_lan_now(r.lan));
    sim_lan_transmit(r.lan, r.device, arp, 20, sim_lan_now(r.lan));
    rig_run(&r, 10 * RIG_MS);
    assert_int_equal(s->malformed, 6 + 4); /* both hosts counted both */
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_syn_again),
        cmocka_unit_test(test_syn_ack_again_by_timer),
        cmocka_unit_test(test_to_nobody),
        cmocka_unit_test(test_peer_lost_power),
        cmocka_unit_test(test_keep_alive_is_answered),
        cmocka_unit_test(test_reset_must_be_exact),
        cmocka_unit_test(test_out_of_window),
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_many_gaps),
        cmocka_unit_test(test_zero_window),
        cmocka_unit_test(test_silly_window),
        cmocka_unit_test(test_fast_retransmit),
        cmocka_unit_test(test_fin_after_gap),
        cmocka_unit_test(test_closing_and_again),
        cmocka_unit_test(test_simultaneous_open),
        cmocka_unit_test(test_broken_packets),
        cmocka_unit_test(test_broken_headers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
