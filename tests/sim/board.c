/* SPDX-License-Identifier: MIT */
#include "tests/sim/board.h"

#include <stdlib.h>
#include <string.h>

#define BYTE_NS     256  /* SCK 31.25 MHz */
#define SELECT_NS   300  /* between two frames */
#define TURN_NS     5000 /* what a turn of the loop costs */
#define STUCK_TURNS 300
#define NAP_NS      (10 * SIM_MS)
#define CHECK_NS    20000 /* a frame that the chip sends takes longer to be answered */

static struct sim_board board;

struct sim_board *sim_board_of(const struct sim_world *w)
{
    (void)w;
    return &board;
}

static void sync_clock(struct sim_world *w)
{
    w->clock.now = w->began_at + board.now_ns / SIM_MS;
}

/* ---- Time on the wire ---- */

static void wire_step(struct sim_board *b)
{
    sim_wire_step(&b->wire, b->now_ns);
    b->due_ns = sim_wire_deadline(&b->wire);
    b->check_ns = b->now_ns + CHECK_NS;
}

/* Steps the wire only when something is due, for this is done for every byte on the bus. */
static void pass(struct sim_board *b, uint64_t ns)
{
    b->now_ns += ns;
    if (b->now_ns >= b->due_ns || b->now_ns >= b->check_ns) {
        wire_step(b);
    }
}

static bool is_int_low(const struct sim_board *b)
{
    return b->has_int && sim_w5500_int_n(b->chip) == 0;
}

/* As a port does it: a pin that stays low whatever the program does is looked at now and then. */
static bool is_called(const struct sim_board *b)
{
    return is_int_low(b) && (b->low_turns < STUCK_TURNS || b->now_ns >= b->nap_ns);
}

static void count_low(struct sim_board *b)
{
    b->low_turns = is_int_low(b) ? b->low_turns + 1 : 0;
    if (b->low_turns >= STUCK_TURNS) {
        b->nap_ns = b->now_ns + NAP_NS;
    }
}

static void advance(struct sim_world *w, ol_ms to)
{
    struct sim_board *b = sim_board_of(w);
    uint64_t to_ns = (to - w->began_at) * SIM_MS;
    bool is_awake = w->clock.now >= w->busy_until;

    while (b->now_ns < to_ns && !b->has_news && !(is_awake && is_called(b))) {
        uint64_t next = sim_wire_deadline(&b->wire);
        next = next < to_ns ? next : to_ns;
        b->now_ns = next > b->now_ns ? next : b->now_ns + 1;
        wire_step(b);
    }
    b->has_news = false;
    sync_clock(w);
}

/* ---- The bus ---- */

static uint8_t exchange(struct sim_board *b, uint8_t out)
{
    pass(b, BYTE_NS);
    return sim_w5500_exchange(b->chip, out, b->now_ns);
}

static int32_t transfer(void *ctx, const struct ol_bus_frame *frame, uint32_t timeout_us)
{
    struct sim_world *w = ctx;
    struct sim_board *b = sim_board_of(w);
    uint8_t *data = frame->data;
    unsigned block = frame->header_len == 3 ? frame->header[2] >> 3 : 0;
    bool is_memory = (block & 2) != 0 && frame->len >= 64;

    (void)timeout_us;
    pass(b, SELECT_NS);
    sim_w5500_select(b->chip, 0, b->now_ns);
    for (size_t i = 0; i < frame->header_len; i++) {
        (void)exchange(b, frame->header[i]);
    }
    for (size_t i = 0; i < frame->len; i++) {
        if (is_memory && i == frame->len / 2) {
            sim_board_half_way(w, frame->dir == OL_BUS_WRITE);
        }
        uint8_t in = exchange(b, frame->dir == OL_BUS_READ ? 0 : data[i]);
        if (frame->dir == OL_BUS_READ) {
            data[i] = in;
        }
    }
    sim_w5500_select(b->chip, 1, b->now_ns);
    return OL_OK;
}

static void reset_line(void *ctx, int level)
{
    struct sim_board *b = sim_board_of(ctx);

    pass(b, SELECT_NS);
    sim_w5500_reset_pin(b->chip, level, b->now_ns);
}

static int32_t fill_entropy(void *ctx, void *buf, size_t len)
{
    ol_rng_fill(&((struct sim_board *)ctx)->rng, buf, len);
    return OL_OK;
}

/* ---- The network ---- */

static void make_router(struct sim_world *w, struct sim_board *b)
{
    static const uint32_t leases_s[] = {20, 40, 60, 600};
    const uint32_t address = SIM_IP4(192, 168, 7, 1);
    struct sim_lan_wire wire = {.delay_ns = 20000 + sim_roll(w, 5 * SIM_MS)};

    bool is_timeless = !w->is_fixed && sim_roll(w, 3) == 0;

    b->lease_s = leases_s[w->is_fixed ? 1 : sim_roll(w, 4)];
    b->router = sim_lan_add_host(
        b->lan, &(struct sim_lan_host){.address = address, .is_router = true});
    (void)sim_lan_add_dhcp(
        b->lan, b->router,
        &(struct sim_lan_dhcp){.first = SIM_IP4(192, 168, 7, 100),
                               .count = 16,
                               .lease_s = b->lease_s,
                               .router = address,
                               .dns = {address},
                               .ntp = {is_timeless ? 0 : SIM_IP4(203, 0, 113, 123)},
                               .is_authoritative = true});
    (void)sim_lan_add_dns(b->lan, b->router);
    (void)sim_lan_add_ntp(b->lan, b->router);
    wire.jitter_ns = sim_roll(w, 2) * sim_roll(w, 20 * SIM_MS);
    sim_lan_set_wire(b->lan, &wire);
}

static void make_driver(struct sim_world *w, struct sim_board *b)
{
    static const uint8_t splits[3][8] = {
        {0}, {8, 1, 1, 1, 1, 1, 1, 2}, {4, 4, 2, 2, 1, 1, 1, 1}};
    static const struct ol_bus_ops bus = {.transfer = transfer, .reset_line = reset_line};
    struct ol_w5500_config c = {.bus = {.ctx = w, .ops = &bus},
                                .entropy = {.ctx = b, .fill = fill_entropy},
                                .mac = {2, 0, 0, 0x51, 0x4D, 1}};

    memcpy(c.rx_kb, splits[sim_roll(w, 3)], sizeof c.rx_kb);
    memcpy(c.tx_kb, splits[sim_roll(w, 3)], sizeof c.tx_kb);
    b->has_int = sim_roll(w, 4) != 0;
    c.poll_ms = b->has_int ? 0 : (uint16_t)(1 + sim_roll(w, 50));
    if (ol_w5500_init(&b->driver, &c) != OL_OK) {
        abort();
    }
    ol_w5500_tcp_init(&b->tcp, &b->driver);
    ol_w5500_udp_init(&b->udp, &b->driver);
    ol_w5500_udp_init(&b->dhcp_udp, &b->driver);
}

static void make(struct sim_world *w, uint64_t seed)
{
    struct sim_board *b = &board;
    struct sim_lan *lan = b->lan != NULL ? b->lan : malloc(sim_lan_size());
    struct sim_w5500 *chip = b->chip != NULL ? b->chip : malloc(sim_w5500_size());

    if (lan == NULL || chip == NULL) {
        abort();
    }
    *b = (struct sim_board){
        .world = w, .lan = lan, .chip = chip, .rng = ol_rng_make(seed ^ 0x5A5A5A5A)};
    sim_lan_init(lan, seed);
    sim_lan_set_wall(lan, (w->clock.true_offset_ms + (int64_t)w->clock.now) * 1000000);
    make_router(w, b);
    sim_wire_init(&b->wire, lan);
    b->station = sim_wire_add_chip(&b->wire, chip, seed);
    sim_links_init(b);
    make_driver(w, b);
    sim_cloud_init(&w->cloud, &w->clock, sim_links_front(b), &b->rng);
}

/* ---- The device ---- */

static void choose_host(struct sim_world *w)
{
    struct sim_lan *lan = board.lan;
    uint32_t smart = SIM_PLATFORM;
    unsigned kind = w->is_fixed ? 8 : (unsigned)sim_roll(w, 8);

    w->config.host = OL_STR("auto");
    if (kind == 1) {
        smart = SIM_PLATFORM + 1; /* refuses */
    } else if (kind == 2) {
        w->config.host = OL_STR(SIM_PLATFORM_AT);
    } else if (kind == 3) {
        w->config.host = OL_STR("mqtts.heclouds.com");
    }
    if (kind != 0) {
        (void)sim_lan_dns_add_a(lan, "sim0product.mqtts.acc.cmcconenet.cn", smart, 30);
    }
    (void)sim_lan_dns_add_a(lan, "mqtts.heclouds.com", SIM_PLATFORM, 30);
}

static void set_static(struct sim_board *b, const struct ol_netif *netif)
{
    const struct ol_netif_config net = {
        .address = ol_addr_ipv4(192, 168, 7, 50, 0),
        .gateway = ol_addr_ipv4(192, 168, 7, 1, 0),
        .prefix_len = 24,
        .dns = {ol_addr_ipv4(192, 168, 7, 1, 0)},
    };

    b->lease_s = 0;
    (void)!netif->ops->set_config(netif->ctx, &net);
}

static void equip(struct sim_world *w)
{
    struct sim_board *b = &board;
    struct ol_agent_config *c = &w->config;

    if (w->wall_quality != OL_CLOCK_NONE && sim_roll(w, 2) == 0) {
        c->ntp[0] = OL_STR("203.0.113.123");
    }
    /* Nobody is there: asking it must cost no more than time. */
    c->date_host = OL_STR("203.0.113.99");
    c->stream = ol_w5500_tcp_stream(&b->tcp);
    c->datagram = ol_w5500_udp_datagram(&b->udp);
    c->netif = ol_w5500_netif(&b->driver);
    b->has_dhcp = w->is_fixed || sim_roll(w, 8) != 0;
    if (b->has_dhcp) {
        ol_agent_dhcp_init(&b->dhcp, ol_w5500_udp_datagram(&b->dhcp_udp),
                           OL_STR("device-1"));
        c->dhcp = &b->dhcp;
    } else {
        set_static(b, &c->netif);
    }
}

static bool is_ready(const struct sim_world *w, bool wants_send)
{
    (void)w;
    (void)wants_send; /* the chip says when it takes more */
    return is_called(&board);
}

static void tell(struct sim_world *w, const struct ol_w5500_event *ev)
{
    static const char *const what[] = {"found", "lost", "link up", "link down"};

    sim_say(w, "driver   chip %s%s%s", what[ev->type],
            ev->type == OL_W5500_EVENT_LOST ? ": " : "",
            ev->type == OL_W5500_EVENT_LOST ? ol_w5500_reason_str(ev->reason) : "");
    if (ev->type == OL_W5500_EVENT_LOST && !board.is_meddled) {
        sim_fail(w, "the driver blames the chip without a reason: %s",
                 ol_w5500_reason_str(ev->reason));
    }
}

static void step(struct sim_world *w)
{
    struct sim_board *b = &board;
    struct ol_w5500_event ev;

    pass(b, TURN_NS);
    sync_clock(w);
    count_low(b);
    if (is_int_low(b)) {
        ol_w5500_interrupt(&b->driver);
    }
    ol_w5500_step(&b->driver, w->clock.now);
    while (ol_w5500_next_event(&b->driver, &ev)) {
        tell(w, &ev);
    }
}

static ol_ms deadline(const struct sim_world *w)
{
    (void)w;
    return ol_w5500_deadline(&board.driver);
}

static ol_ms next(const struct sim_world *w)
{
    ol_ms at = sim_links_next(&board);

    return is_int_low(&board) && board.low_turns >= STUCK_TURNS
               ? ol_ms_min(at, w->began_at + board.nap_ns / SIM_MS + 1)
               : at;
}

static bool is_connected(const struct sim_world *w)
{
    const struct sim_link *l = sim_link_find(&board);

    (void)w;
    return l != NULL && !l->is_silent;
}

static void hinder(struct sim_world *w)
{
    if (sim_roll(w, 4) == 0) {
        sim_lan_cable(board.lan, board.station, false);
    }
}

/* ---- What must hold ---- */

static uint32_t chip_address(const struct sim_board *b)
{
    uint32_t address = 0;

    for (unsigned i = 0; i < 4; i++) {
        address = address << 8 | sim_w5500_register(b->chip, 0, 0x0F + i);
    }
    return address;
}

/* The lease counts from before the server's answer, so that it can only be over earlier. */
static void watch_lease(struct sim_world *w, struct sim_board *b)
{
    const struct sim_lan_dhcp_stats *s = sim_lan_dhcp_get_stats(b->lan, 1);
    struct ol_netif_config net;

    if (!b->has_dhcp || w->clock.now < w->busy_until) {
        return;
    }
    w->config.netif.ops->get_config(w->config.netif.ctx, &net);
    if (net.address.family != OL_ADDR_NONE && s->last_ack_ns != 0 &&
        b->now_ns > s->last_ack_ns + b->lease_s * 1000 * SIM_MS + 10 * SIM_MS) {
        sim_fail(w, "the device uses an address whose lease is over");
    }
    if (s->wrong > 0 && !w->is_garbled) {
        sim_fail(w, "DHCP message: %s", s->wrong_text);
    }
}

static void watch(struct sim_world *w)
{
    struct sim_board *b = &board;
    const struct sim_w5500_stats *s = sim_w5500_get_stats(b->chip);

    sim_board_look(w);
    if (!w->is_garbled) {
        watch_lease(w, b);
    }
    if (s->misuse > 0 && !b->is_meddled) {
        sim_fail(w, "the driver misuses the chip: %s", s->misuse_text);
    }
}

static void check_end(struct sim_world *w)
{
    struct sim_board *b = &board;
    const struct ol_addr *a = &b->driver.net.address;
    uint32_t own = (uint32_t)a->bytes[0] << 24 | (uint32_t)a->bytes[1] << 16 |
                   (uint32_t)a->bytes[2] << 8 | a->bytes[3];

    if (chip_address(b) != own || own == 0) {
        sim_fail(w, "the chip has address %08x, the device %08x", chip_address(b), own);
    }
}

/* Where INTn is not wired the driver has to look. */
static unsigned wakes_a_second(const struct sim_world *w)
{
    (void)w;
    return board.has_int ? 40 : 40 + 1000u / board.driver.config.poll_ms;
}

const struct sim_site sim_board_site = {.is_strict = true,
                                        .fault_count = SIM_BOARD_FAULTS,
                                        .fault_str = sim_board_fault_str,
                                        .fault_start = sim_board_fault_start,
                                        .fault_stop = sim_board_fault_stop,
                                        .make = make,
                                        .choose_host = choose_host,
                                        .equip = equip,
                                        .is_ready = is_ready,
                                        .step = step,
                                        .deadline = deadline,
                                        .next = next,
                                        .advance = advance,
                                        .is_connected = is_connected,
                                        .hinder = hinder,
                                        .wakes_a_second = wakes_a_second,
                                        .watch = watch,
                                        .check_end = check_end};
