/* SPDX-License-Identifier: MIT */
#include "tests/unit/wiznet_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- The cable ---- */

static void frame_out(void *ctx, const uint8_t *frame, size_t len, uint64_t at_ns)
{
    struct bench_node *n = ctx;
    struct bench *b = n->bench;

    if (b->cut || b->count == BENCH_WIRE) {
        return;
    }
    struct bench_frame *f = &b->wire[(b->first + b->count++) % BENCH_WIRE];
    f->at_ns = (at_ns > b->now_ns ? at_ns : b->now_ns) + b->delay_ns + len * 80;
    f->len = len;
    f->to = n == &b->node[0];
    memcpy(f->data, frame, len);
}

static uint64_t due(const struct bench *b)
{
    uint64_t at = b->count > 0 ? b->wire[b->first].at_ns : SIM_NEVER;
    for (unsigned i = 0; i < 2; i++) {
        uint64_t chip = sim_w5500_deadline(b->node[i].chip);
        at = chip < at ? chip : at;
    }
    return at;
}

/* Everything that happens outside the driver until now_ns. */
static void advance(struct bench *b, uint64_t to_ns)
{
    uint64_t at;
    while ((at = due(b)) <= to_ns) {
        b->now_ns = at > b->now_ns ? at : b->now_ns;
        if (b->count > 0 && b->wire[b->first].at_ns <= b->now_ns) {
            struct bench_frame *f = &b->wire[b->first];
            sim_w5500_frame_in(b->node[f->to].chip, f->data, f->len, b->now_ns);
            b->first = (b->first + 1) % BENCH_WIRE;
            b->count--;
        }
        sim_w5500_step(b->node[0].chip, b->now_ns);
        sim_w5500_step(b->node[1].chip, b->now_ns);
    }
    b->now_ns = to_ns > b->now_ns ? to_ns : b->now_ns;
}

/* ---- The bus ---- */

static uint8_t exchange(struct bench_node *n, uint8_t out)
{
    struct bench *b = n->bench;

    n->all_bytes++;
    if (n->all_bytes == n->glitch_byte) {
        sim_w5500_glitch_reset(n->chip, b->now_ns);
    }
    advance(b, b->now_ns + BENCH_BYTE_NS);
    return sim_w5500_exchange(n->chip, out, b->now_ns);
}

static int32_t transfer(void *ctx, const struct ol_bus_frame *frame, uint32_t timeout_us)
{
    struct bench_node *n = ctx;
    struct bench *b = n->bench;
    uint8_t *data = frame->data;

    assert_true(frame->header_len == 3 && frame->lanes <= 1 && timeout_us > 0);
    assert_true(frame->len * BENCH_BYTE_NS < timeout_us * 1000ULL);
    n->transfers++;
    n->all_transfers++;
    if (n->fails || n->all_transfers == n->fail_transfer) {
        return OL_E_TIMEOUT;
    }
    advance(b, b->now_ns + BENCH_FRAME_NS);
    sim_w5500_select(n->chip, 0, b->now_ns);
    for (size_t i = 0; i < frame->header_len; i++) {
        (void)exchange(n, frame->header[i]);
    }
    for (size_t i = 0; i < frame->len; i++) {
        uint8_t in = exchange(n, frame->dir == OL_BUS_WRITE ? data[i] : 0);
        if (frame->dir == OL_BUS_READ) {
            data[i] = in;
        }
    }
    sim_w5500_select(n->chip, 1, b->now_ns);
    return OL_OK;
}

static void reset_line(void *ctx, int level)
{
    struct bench_node *n = ctx;
    sim_w5500_reset_pin(n->chip, level, n->bench->now_ns);
}

static int32_t fill(void *ctx, void *buf, size_t len)
{
    struct bench_node *n = ctx;
    uint8_t *p = buf;
    for (size_t i = 0; i < len; i++) {
        p[i] = (uint8_t)(bench_random(n->bench) >> 24);
    }
    return n->entropy;
}

uint64_t bench_random(struct bench *b)
{
    b->random ^= b->random << 13;
    b->random ^= b->random >> 7;
    b->random ^= b->random << 17;
    return b->random;
}

/* ---- Life ---- */

void bench_init(struct bench *b, uint64_t seed, const struct ol_w5500_config *config)
{
    static const struct ol_bus_ops ops = {.transfer = transfer, .reset_line = reset_line};

    memset(b, 0, sizeof *b);
    b->random = seed * 2 + 1;
    b->delay_ns = 100000;
    for (unsigned i = 0; i < 2; i++) {
        struct bench_node *n = &b->node[i];
        struct ol_w5500_config own =
            config != NULL ? *config : (struct ol_w5500_config){0};
        struct sim_w5500_host host = {.ctx = n, .frame_out = frame_out};
        n->bench = b;
        n->last_int_n = 1;
        n->chip = calloc(1, sim_w5500_size());
        assert_non_null(n->chip);
        sim_w5500_init(n->chip, &host, seed + i);
        sim_w5500_link(n->chip, true, 0);
        own.bus = (struct ol_bus){.ctx = n, .ops = &ops};
        own.entropy = (struct ol_entropy){.ctx = n, .fill = fill};
        memcpy(own.mac, (const uint8_t[]){2, 0, 0, 0, 0, (uint8_t)(1 + i)}, 6);
        if (i == 1) {
            own.keepalive_5s =
                1; /* so that a vanished peer does not hold a socket for long */
        }
        assert_int_equal(ol_w5500_init(&n->driver, &own), OL_OK);
        ol_w5500_tcp_init(&n->tcp, &n->driver);
        ol_w5500_udp_init(&n->udp, &n->driver);
        ol_w5500_server_init(&n->server, &n->driver, n->set, BENCH_SERVED);
        n->stream = ol_w5500_tcp_stream(&n->tcp);
        n->datagram = ol_w5500_udp_datagram(&n->udp);
        n->netif = ol_w5500_netif(&n->driver);
    }
}

void bench_free(struct bench *b)
{
    free(b->node[0].chip);
    free(b->node[1].chip);
}

ol_ms bench_ms(const struct bench *b)
{
    return b->now_ns / BENCH_MS;
}

static void take_events(struct bench_node *n)
{
    struct ol_w5500_event ev;
    unsigned count = 0;
    while (ol_w5500_next_event(&n->driver, &ev)) {
        assert_true(++count <= 4);
        n->found += ev.type == OL_W5500_EVENT_FOUND;
        n->lost += ev.type == OL_W5500_EVENT_LOST;
        n->link_ups += ev.type == OL_W5500_EVENT_LINK_UP;
        n->link_downs += ev.type == OL_W5500_EVENT_LINK_DOWN;
        if (ev.type == OL_W5500_EVENT_LOST) {
            assert_true(ev.reason != OL_W5500_REASON_NONE);
            n->reason = ev.reason;
        }
    }
}

static void step_node(struct bench_node *n)
{
    int int_n = sim_w5500_int_n(n->chip);
    bool is_edge = n->last_int_n == 1 && int_n == 0;

    n->last_int_n = int_n;
    if (n->edge_only ? is_edge && !n->skip_edge : int_n == 0) {
        ol_w5500_interrupt(&n->driver);
    }
    n->skip_edge = n->skip_edge && (!is_edge || n->driver.config.poll_ms != 0);
    bench_enter(n);
    ol_w5500_step(&n->driver, bench_ms(n->bench));
    bench_leave(n);
    take_events(n);
}

/* One turn of both main loops; then sleep until something is due. */
static void turn(struct bench *b, uint64_t end_ns)
{
    for (unsigned i = 0; i < 2; i++) {
        step_node(&b->node[i]);
    }
    if (b->turn != NULL) {
        b->turn(b);
    }
    if (b->app != NULL) {
        b->app(b);
    }
    uint64_t at = due(b);
    for (unsigned i = 0; i < 2; i++) {
        struct bench_node *n = &b->node[i];
        ol_ms deadline = ol_w5500_deadline(&n->driver);
        if (deadline < OL_NEVER / BENCH_MS && deadline * BENCH_MS < at) {
            at = deadline * BENCH_MS;
        }
        if (!n->edge_only && sim_w5500_int_n(n->chip) == 0) {
            at = b->now_ns;
        }
    }
    if (b->app != NULL && at > b->now_ns + 20 * BENCH_MS) {
        at = b->now_ns + 20 * BENCH_MS; /* it has times of its own */
    }
    at = at < b->now_ns + 10000 ? b->now_ns + 10000 : at;
    advance(b, at < end_ns ? at : end_ns);
}

void bench_run(struct bench *b, uint64_t ms)
{
    uint64_t end_ns = b->now_ns + ms * BENCH_MS;
    while (b->now_ns < end_ns) {
        turn(b, end_ns);
    }
}

void bench_until(struct bench *b, bool (*is_over)(struct bench *b), uint64_t ms)
{
    uint64_t end_ns = b->now_ns + ms * BENCH_MS;
    while (!is_over(b)) {
        if (b->now_ns >= end_ns) {
            fail_msg("not over after %llu ms", (unsigned long long)ms);
        }
        turn(b, end_ns);
    }
}

void bench_set_address(struct bench_node *n, uint8_t last)
{
    struct ol_netif_config config = {.address = ol_addr_ipv4(10, 0, 0, last, 0),
                                     .gateway = ol_addr_ipv4(10, 0, 0, 254, 0),
                                     .prefix_len = 24};
    bench_enter(n);
    int32_t rc = n->netif.ops->set_config(n->netif.ctx, &config);
    bool is_broken = n->fails || n->all_transfers == n->fail_transfer;
    assert_int_equal(rc, n->transfers > 0 && is_broken ? OL_E_IO : OL_OK);
    bench_leave(n);
}

static bool are_up(struct bench *b)
{
    return b->node[0].netif.ops->is_link_up(b->node[0].netif.ctx) &&
           b->node[1].netif.ops->is_link_up(b->node[1].netif.ctx);
}

void bench_up(struct bench *b)
{
    bench_set_address(&b->node[0], 1);
    bench_set_address(&b->node[1], 2);
    bench_until(b, are_up, 20000);
}

struct ol_addr bench_addr(unsigned node, uint16_t port)
{
    return ol_addr_ipv4(10, 0, 0, (uint8_t)(node + 1), port);
}

/* ---- The server ---- */

/* The chip keeps nothing alive that never carried a byte. */
#define BENCH_IDLE_MS 4000
#define BENCH_TRIES   300

static void echo(struct bench *b, struct ol_stream *stream, uint64_t *heard_ns)
{
    uint8_t buf[700];
    struct bench_node *n = &b->node[1];

    bench_enter(n);
    int32_t len = stream->ops->recv(stream->ctx, buf, sizeof buf);
    bench_leave(n);
    unsigned waits = 0;
    for (int32_t at = 0; len > 0 && at < len && waits < BENCH_TRIES;) {
        bench_enter(n);
        int32_t sent = stream->ops->send(stream->ctx, buf + at, (size_t)(len - at));
        bench_leave(n);
        if (sent == OL_E_CLOSED) {
            break;
        }
        if (sent > 0) {
            b->served += (uint64_t)sent;
            at += sent;
        } else {
            advance(b, b->now_ns + BENCH_MS);
            waits++;
        }
    }
    if (waits == BENCH_TRIES) {
        len = OL_E_CLOSED; /* nobody takes it */
    }
    if (len > 0 || *heard_ns == 0) {
        *heard_ns = b->now_ns;
    }
    if (len == OL_E_CLOSED ||
        (b->app != NULL && b->now_ns - *heard_ns > BENCH_IDLE_MS * BENCH_MS)) {
        *heard_ns = 0;
        stream->ops->close(stream->ctx, bench_ms(b), bench_ms(b));
    }
}

static void serve(struct bench *b)
{
    struct bench_node *n = &b->node[1];

    bench_enter(n);
    ol_w5500_server_step(&n->server);
    bench_leave(n);
    while (ol_w5500_server_accept(&n->server) != NULL) {
        b->accepted++;
    }
    for (unsigned i = 0; i < BENCH_SERVED && !b->deaf; i++) {
        struct ol_stream stream = ol_w5500_tcp_stream(&n->set[i]);
        if (n->set[i].socket.is_given) {
            echo(b, &stream, &b->heard_ns[i]);
        }
    }
}

void bench_serve(struct bench *b, uint16_t port)
{
    assert_int_equal(ol_w5500_server_open(&b->node[1].server, port), OL_OK);
    b->turn = serve;
    bench_run(b, 10);
}

bool bench_is_open(struct bench *b)
{
    return bench_state(&b->node[0]) == OL_OK;
}

bool bench_is_over(struct bench *b)
{
    int32_t rc = bench_state(&b->node[0]);
    return rc != OL_OK && rc != OL_E_AGAIN;
}

void bench_echo(struct bench *b, size_t len)
{
    struct bench_node *n = &b->node[0];
    uint64_t give_up_ns = b->now_ns + 10000 * BENCH_MS;
    size_t out = 0;
    size_t in = 0;
    uint8_t buf[1000];

    while (in < len) {
        uint8_t part[900];
        for (size_t i = 0; i < sizeof part; i++) {
            part[i] = (uint8_t)((out + i) * 31 >> 3);
        }
        size_t want = len - out < sizeof part ? len - out : sizeof part;
        int32_t rc = want > 0 ? bench_send(n, part, want) : OL_E_AGAIN;
        assert_int_not_equal(rc, OL_E_CLOSED);
        out += rc > 0 ? (size_t)rc : 0;
        rc = bench_recv(n, buf, 1 + bench_random(b) % sizeof buf);
        assert_int_not_equal(rc, OL_E_CLOSED);
        for (int32_t i = 0; i < rc; i++, in++) {
            assert_int_equal(buf[i], (uint8_t)(in * 31 >> 3));
        }
        if (rc < 0) {
            turn(b, b->now_ns + BENCH_MS);
        }
        assert_true(b->now_ns < give_up_ns);
    }
}

/* ---- The application ---- */

#define LIFE_LEN 50

static uint8_t life_byte(const struct bench_life *l, size_t at)
{
    return (uint8_t)(l->rounds * 7 + at);
}

static void life_fails(struct bench *b)
{
    struct bench_node *n = &b->node[0];

    b->life.failures++;
    bench_close(n, 0);
    b->life.is_waiting = false;
    b->life.next_at = bench_ms(b) + 200;
}

static void life_moves(struct bench *b)
{
    struct bench_life *l = &b->life;
    struct bench_node *n = &b->node[0];
    uint8_t buf[2 * LIFE_LEN];

    if (l->out < LIFE_LEN) {
        for (size_t i = 0; i < LIFE_LEN; i++) {
            buf[i] = life_byte(l, i);
        }
        int32_t sent = bench_send(n, buf + l->out, LIFE_LEN - l->out);
        l->out += sent > 0 ? (size_t)sent : 0;
    }
    int32_t got;
    while ((got = bench_recv(n, buf, sizeof buf)) > 0) {
        for (int32_t i = 0; i < got; i++, l->in++) {
            l->is_wrong |= l->in >= LIFE_LEN || buf[i] != life_byte(l, l->in);
        }
    }
    if (l->is_wrong) {
        l->wrong++;
        life_fails(b);
    } else if (got == OL_E_CLOSED) {
        life_fails(b);
    } else if (l->in == LIFE_LEN) {
        l->rounds++;
        l->is_waiting = false;
        l->next_at = bench_ms(b) + 200;
    }
}

static void life_turn(struct bench *b)
{
    struct bench_life *l = &b->life;
    struct ol_addr peer = bench_addr(1, 1883);
    int32_t state = bench_state(&b->node[0]);
    ol_ms now = bench_ms(b);

    if (l->is_waiting && now >= l->late_at) {
        life_fails(b);
    } else if (l->is_waiting) {
        if (state == OL_OK) {
            life_moves(b);
        } else if (state != OL_E_AGAIN) {
            life_fails(b);
        }
    } else if (now >= l->next_at) {
        if (state != OL_OK && bench_open(&b->node[0], &peer, 2000) != OL_OK) {
            l->failures++;
            l->next_at = now + 200;
            return;
        }
        *l = (struct bench_life){.rounds = l->rounds,
                                 .wrong = l->wrong,
                                 .failures = l->failures,
                                 .is_waiting = true,
                                 .late_at = now + 3000};
    }
}

void bench_live(struct bench *b)
{
    bench_up(b);
    bench_serve(b, 1883);
    b->app = life_turn;
    bench_survives(b, 12000);
}

void bench_survives(struct bench *b, uint64_t ms)
{
    uint64_t rounds = b->life.rounds + 2;
    uint64_t end_ns = b->now_ns + ms * BENCH_MS;

    while (b->life.rounds < rounds) {
        if (b->now_ns >= end_ns) {
            fail_msg("no echo after %llu ms", (unsigned long long)ms);
        }
        turn(b, end_ns);
    }
}

/* ---- Calls ---- */

void bench_enter(struct bench_node *n)
{
    n->transfers = 0;
}

void bench_leave(struct bench_node *n)
{
    assert_true(n->transfers <= OL_W5500_TRANSFERS_MAX);
}

int32_t bench_open(struct bench_node *n, const struct ol_addr *peer, ol_ms for_ms)
{
    ol_ms now = bench_ms(n->bench);
    bench_enter(n);
    int32_t rc = n->stream.ops->open(n->stream.ctx, peer, (struct ol_str){0}, now,
                                     ol_ms_add(now, for_ms));
    bench_leave(n);
    return rc;
}

int32_t bench_state(struct bench_node *n)
{
    bench_enter(n);
    n->stream.ops->step(n->stream.ctx, bench_ms(n->bench));
    bench_leave(n);
    return n->stream.ops->state(n->stream.ctx);
}

int32_t bench_send(struct bench_node *n, const void *data, size_t len)
{
    bench_enter(n);
    int32_t rc = n->stream.ops->send(n->stream.ctx, data, len);
    bench_leave(n);
    assert_true(rc == OL_E_AGAIN || rc == OL_E_CLOSED || (rc > 0 && (size_t)rc <= len));
    return rc;
}

int32_t bench_recv(struct bench_node *n, void *buf, size_t cap)
{
    bench_enter(n);
    int32_t rc = n->stream.ops->recv(n->stream.ctx, buf, cap);
    bench_leave(n);
    assert_true(rc == OL_E_AGAIN || rc == OL_E_CLOSED || (rc > 0 && (size_t)rc <= cap));
    return rc;
}

void bench_close(struct bench_node *n, ol_ms for_ms)
{
    ol_ms now = bench_ms(n->bench);
    bench_enter(n);
    n->stream.ops->close(n->stream.ctx, now, ol_ms_add(now, for_ms));
    bench_leave(n);
}

int32_t bench_udp_open(struct bench_node *n, uint16_t port)
{
    bench_enter(n);
    int32_t rc = n->datagram.ops->open(n->datagram.ctx, port);
    bench_leave(n);
    return rc;
}

int32_t bench_udp_send(struct bench_node *n, const struct ol_addr *to, const void *data,
                       size_t len)
{
    bench_enter(n);
    int32_t rc = n->datagram.ops->send(n->datagram.ctx, to, data, len);
    bench_leave(n);
    return rc;
}

int32_t bench_udp_recv(struct bench_node *n, void *buf, size_t cap, struct ol_addr *from)
{
    bench_enter(n);
    int32_t rc = n->datagram.ops->recv(n->datagram.ctx, buf, cap, from);
    bench_leave(n);
    return rc;
}
