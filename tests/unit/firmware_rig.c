/* SPDX-License-Identifier: MIT */
#include "tests/unit/firmware_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BYTE_NS   256 /* 31.25 MHz */
#define GAP_NS    300
#define ENTER_NS  1000 /* a turn of the loop costs something, so that time goes on */
#define WALL_MS   INT64_C(1767225600000)
#define CLOUD_IP  SIM_IP4(203, 0, 113, 10)
#define CLOUD     1883
#define PIECE_MAX 4096

static uint64_t min64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* --- the platform ------------------------------------------------------------------- */

static void *resize(void *ctx, void *ptr, size_t old_len, size_t new_len)
{
    (void)ctx;
    (void)old_len;
    if (new_len == 0) {
        free(ptr);
        return NULL;
    }
    return realloc(ptr, new_len);
}

static ol_ms ms_of(const struct rig *r)
{
    return r->now_ns / RIG_MS;
}

static struct rig_seat *seat_of(struct rig *r, uint32_t conn)
{
    for (size_t i = 0; i < RIG_SEATS; i++) {
        if (r->seats[i].is_used && r->seats[i].conn == conn) {
            return &r->seats[i];
        }
    }
    return NULL;
}

static void on_accept(void *ctx, uint32_t conn, const struct sim_lan_peer *peer)
{
    struct rig *r = ctx;
    (void)peer;
    for (size_t i = 0; i < RIG_SEATS; i++) {
        struct rig_seat *s = &r->seats[i];
        if (!s->is_used) {
            memset(s, 0, sizeof(*s));
            *s = (struct rig_seat){.rig = r, .conn = conn, .is_used = true};
            assert_int_equal(ol_node_open(&r->node, &s->session, s, ms_of(r)), OL_OK);
            return;
        }
    }
    sim_lan_tcp_reset(r->lan, conn);
}

static void on_data(void *ctx, uint32_t conn)
{
    struct rig *r = ctx;
    struct rig_seat *s = seat_of(r, conn);
    uint8_t bytes[PIECE_MAX];
    int32_t n = 1;
    while (s && n > 0 && ol_session_is_reading(&s->session)) {
        n = sim_lan_tcp_recv(r->lan, conn, bytes, sizeof(bytes));
        if (n > 0) {
            ol_node_input(&r->node, &s->session, bytes, (size_t)n, ms_of(r));
        }
        s->is_ended = s->is_ended || n == SIM_LAN_END;
    }
}

static void on_closed(void *ctx, uint32_t conn, enum sim_lan_closed why)
{
    struct rig_seat *s = seat_of(ctx, conn);
    (void)why;
    if (s) {
        s->is_ended = true;
    }
}

static void flush_seat(struct rig *r, struct rig_seat *s)
{
    size_t len;
    const void *data = ol_session_output(&s->session, &len);
    while (len > 0) {
        size_t n = sim_lan_tcp_send(r->lan, s->conn, data, len);
        if (n == 0) {
            return;
        }
        ol_node_output_done(&r->node, &s->session, n, ms_of(r));
        data = ol_session_output(&s->session, &len);
    }
}

static void end_seat(struct rig *r, struct rig_seat *s)
{
    ol_node_close(&r->node, &s->session, ms_of(r));
    sim_lan_tcp_close(r->lan, s->conn);
    s->is_used = false;
}

static void pump_cloud(struct rig *r)
{
    struct ol_session *session;
    struct ol_node_event ev;
    ol_node_set_wall(&r->node, ms_of(r), sim_lan_get_wall(r->lan) / 1000000);
    ol_node_step(&r->node, ms_of(r));
    assert_int_equal(ol_node_commit(&r->node, ms_of(r)), OL_OK);
    while ((session = ol_node_next_ready(&r->node)) != NULL) {
        struct rig_seat *s = session->user;
        flush_seat(r, s);
        if (ol_session_is_closed(session)) {
            end_seat(r, s);
        }
    }
    for (size_t i = 0; i < RIG_SEATS; i++) {
        if (r->seats[i].is_used && r->seats[i].is_ended) {
            end_seat(r, &r->seats[i]);
        }
    }
    while (ol_node_next_event(&r->node, &ev)) {
    }
}

static void open_cloud(struct rig *r)
{
    static const struct ol_onenet_field fields[] = {
        {.identifier = OL_STR_INIT("temp"), .type = OL_ONENET_FLOAT},
        {.identifier = OL_STR_INIT("humi"), .type = OL_ONENET_FLOAT},
        {.identifier = OL_STR_INIT("led"), .type = OL_ONENET_BOOL, .writable = true}};
    static const struct ol_onenet_model model = {
        .fields = fields, .field_count = 3, .property_count = 3};
    const struct sim_lan_tcp_owner owner = {
        .ctx = r, .accept = on_accept, .data = on_data, .closed = on_closed};
    ol_memory_open(&r->store);
    r->product = ol_memory_add_product(&r->store, "PID1", RIG_KEY, &model);
    r->device = ol_memory_add_device(&r->store, r->product, "d1", RIG_KEY);
    const struct ol_node_config config = {.alloc = {.resize = resize},
                                          .store = ol_memory_ops(&r->store)};
    assert_int_equal(ol_node_init(&r->node, &config), OL_OK);
    assert_true(sim_lan_tcp_listen(r->lan, r->router, 0, CLOUD, &owner) != 0);
    assert_true(sim_lan_dns_add_a(r->lan, "platform.test", CLOUD_IP, 300));
    r->is_cloud_up = true;
}

/* --- time --------------------------------------------------------------------------- */

static void advance(struct rig *r, uint64_t to_ns)
{
    r->now_ns = to_ns > r->now_ns ? to_ns : r->now_ns;
    sim_wire_step(&r->wire, r->now_ns);
}

static ol_ms monotonic_ms(void *ctx)
{
    struct rig *r = ctx;
    advance(r, r->now_ns + ENTER_NS);
    return ms_of(r);
}

static struct ol_wall_time wall(void *ctx)
{
    (void)ctx;
    return (struct ol_wall_time){0, OL_CLOCK_NONE};
}

static bool chip_interrupt(void *ctx)
{
    struct rig *r = ctx;
    return !r->has_no_chip && sim_w5500_int_n(r->chip) == 0;
}

static bool has_typed(const struct rig *r)
{
    for (unsigned i = 0; i < APP_CONSOLE_COUNT; i++) {
        if (r->terminal[i].is_open && r->terminal[i].in_at < r->terminal[i].in_len) {
            return true;
        }
    }
    return false;
}

static void machine_sleep(void *ctx, ol_ms at)
{
    struct rig *r = ctx;
    uint64_t from = r->now_ns,
             until = at > UINT64_MAX / RIG_MS ? UINT64_MAX : at * RIG_MS;
    until = min64(until, from + 4000 * RIG_MS); /* what the watchdog allows */
    pump_cloud(r);
    while (r->now_ns < until && !chip_interrupt(r) && !has_typed(r)) {
        uint64_t next = min64(until, sim_wire_deadline(&r->wire));
        ol_ms node = ol_node_deadline(&r->node);
        next = node == OL_NEVER ? next : min64(next, (node + 1) * RIG_MS);
        advance(r, next > r->now_ns ? next : r->now_ns + ENTER_NS);
        pump_cloud(r);
    }
    r->slept_ns += r->now_ns - from;
}

/* --- bus ---------------------------------------------------------------------------- */

static uint8_t exchange(struct rig *r, uint8_t out)
{
    advance(r, r->now_ns + BYTE_NS);
    if (r->has_no_chip) {
        return 0xFF;
    }
    uint8_t in = sim_w5500_exchange(r->chip, out, r->now_ns);
    if (r->bus_max_hz > 0 && r->bus_hz > r->bus_max_hz) {
        r->rng = r->rng * UINT64_C(6364136223846793005) + 1442695040888963407u;
        in = (uint8_t)(in ^ (r->rng >> (64 - r->bus_rarity) == 0 ? 0x20 : 0));
    }
    return in;
}

static int32_t transfer(void *ctx, const struct ol_bus_frame *frame, uint32_t timeout_us)
{
    struct rig *r = ctx;
    uint8_t *data = frame->data;
    (void)timeout_us;
    advance(r, r->now_ns + GAP_NS);
    sim_w5500_select(r->chip, 0, r->now_ns);
    for (size_t i = 0; i < frame->header_len; i++) {
        (void)exchange(r, frame->header[i]);
    }
    for (size_t i = 0; i < frame->len; i++) {
        if (frame->dir == OL_BUS_READ) {
            data[i] = exchange(r, 0);
        } else {
            (void)exchange(r, data[i]);
        }
    }
    sim_w5500_select(r->chip, 1, r->now_ns);
    return OL_OK;
}

static void reset_line(void *ctx, int level)
{
    struct rig *r = ctx;
    advance(r, r->now_ns + GAP_NS);
    sim_w5500_reset_pin(r->chip, level, r->now_ns);
}

static uint32_t set_bus_clock(void *ctx, uint32_t hz)
{
    struct rig *r = ctx;
    uint32_t divider = 2;
    while (125000000u / divider > hz) {
        divider += 2;
    }
    r->bus_hz = 125000000u / divider;
    return r->bus_hz;
}

static int32_t entropy(void *ctx, void *buf, size_t len)
{
    struct rig *r = ctx;
    for (size_t i = 0; i < len; i++) {
        r->rng = r->rng * UINT64_C(6364136223846793005) + 1442695040888963407u;
        ((uint8_t *)buf)[i] = (uint8_t)(r->rng >> 33);
    }
    return OL_OK;
}

/* --- consoles, pins, the rest ------------------------------------------------------- */

static size_t console_read(void *ctx, enum app_console console, char *buf, size_t cap)
{
    struct rig_terminal *t = &((struct rig *)ctx)->terminal[console];
    size_t n = t->in_len - t->in_at < cap ? t->in_len - t->in_at : cap;
    memcpy(buf, t->in + t->in_at, n);
    t->in_at += n;
    return n;
}

static size_t console_write(void *ctx, enum app_console console, const char *text,
                            size_t len)
{
    struct rig_terminal *t = &((struct rig *)ctx)->terminal[console];
    size_t n = len < t->out_room ? len : t->out_room;
    n = n < RIG_OUT_CAP - t->out_len ? n : RIG_OUT_CAP - t->out_len;
    memcpy(t->out + t->out_len, text, n);
    t->out_len += n;
    t->out[t->out_len] = '\0';
    t->out_room -= t->out_room == SIZE_MAX ? 0 : n;
    return n;
}

static bool console_is_open(void *ctx, enum app_console console)
{
    return ((struct rig *)ctx)->terminal[console].is_open;
}

static int32_t adc_read(void *ctx, unsigned input)
{
    return input < 5 ? ((struct rig *)ctx)->adc[input] : OL_E_ARG;
}

/* As on the boards: some pins belong to the chip. */
static bool is_free(unsigned pin)
{
    return pin < RIG_PINS && (pin < 16 || pin > 25 || pin == RIG_LED);
}

static int32_t gpio_read(void *ctx, unsigned pin)
{
    return is_free(pin) ? ((struct rig *)ctx)->gpio[pin] : OL_E_ARG;
}

static int32_t gpio_write(void *ctx, unsigned pin, int level)
{
    struct rig *r = ctx;
    if (!is_free(pin)) {
        return OL_E_ARG;
    }
    r->led_changes += pin == RIG_LED && r->gpio[pin] != level;
    r->gpio[pin] = level;
    return OL_OK;
}

static unsigned led_pin(void *ctx)
{
    (void)ctx;
    return RIG_LED;
}

static void unique_id(void *ctx, uint8_t id[8])
{
    memcpy(id, ((struct rig *)ctx)->unique_id, 8);
}

static struct app_boot boot(void *ctx)
{
    return ((struct rig *)ctx)->boot;
}

static void boot_succeeded(void *ctx)
{
    ((struct rig *)ctx)->was_successful = true;
}

static void reboot(void *ctx, enum app_reboot how)
{
    struct rig *r = ctx;
    r->reboots++;
    r->reboot_how = how;
}

static void watchdog_feed(void *ctx)
{
    ((struct rig *)ctx)->feeds++;
}

static const struct app_machine_ops ops = {.console_read = console_read,
                                           .console_write = console_write,
                                           .console_is_open = console_is_open,
                                           .adc_read = adc_read,
                                           .gpio_read = gpio_read,
                                           .gpio_write = gpio_write,
                                           .led_pin = led_pin,
                                           .chip_interrupt = chip_interrupt,
                                           .set_bus_clock = set_bus_clock,
                                           .unique_id = unique_id,
                                           .boot = boot,
                                           .boot_succeeded = boot_succeeded,
                                           .reboot = reboot,
                                           .watchdog_feed = watchdog_feed,
                                           .sleep = machine_sleep};

/* --- the rig ------------------------------------------------------------------------ */

void rig_open(struct rig *r, uint64_t seed)
{
    static const struct ol_bus_ops bus_ops = {transfer, reset_line};
    static const struct ol_clock_ops clock_ops = {monotonic_ms, wall, NULL};
    memset(r, 0, sizeof(*r));
    r->rng = seed;
    r->bus_rarity = 4;
    memcpy(r->unique_id, "\x01\x02\x03\x04\x05\x06\x07\x08", 8);
    r->lan = malloc(sim_lan_size());
    r->chip = malloc(sim_w5500_size());
    assert_non_null(r->lan);
    assert_non_null(r->chip);
    sim_lan_init(r->lan, seed);
    sim_lan_set_wall(r->lan, WALL_MS * 1000000);
    r->router = sim_lan_add_router(r->lan);
    sim_wire_init(&r->wire, r->lan);
    r->station = sim_wire_add_chip(&r->wire, r->chip, seed);
    open_cloud(r);
    ol_nor_init(&r->nor, 16384, 4096, 256, seed);
    for (unsigned i = 0; i < APP_CONSOLE_COUNT; i++) {
        r->terminal[i].out_room = SIZE_MAX;
        r->terminal[i].is_open = true;
    }
    r->adc[4] = 876; /* 27 degrees */
    r->machine = (struct app_machine){.ctx = r,
                                      .ops = &ops,
                                      .board = "test_board",
                                      .version = "0.1",
                                      .bus = {r, &bus_ops},
                                      .clock = {r, &clock_ops},
                                      .entropy = {r, entropy},
                                      .settings = ol_nor_link(&r->nor),
                                      .bus_clock_hz = 31250000};
}

void rig_close(struct rig *r)
{
    ol_node_close_all(&r->node, ms_of(r));
    for (size_t i = 0; i < RIG_SEATS; i++) {
        if (r->seats[i].is_used) {
            ol_node_close(&r->node, &r->seats[i].session, ms_of(r));
        }
    }
    ol_node_reset(&r->node);
    ol_memory_close(&r->store);
    free(r->lan);
    free(r->chip);
}

void rig_start(struct rig *r)
{
    app_init(&r->app, &r->machine);
}

void rig_run(struct rig *r, uint64_t ms)
{
    uint64_t end = r->now_ns + ms * RIG_MS;
    while (r->now_ns < end) {
        app_step(&r->app);
    }
}

static bool await(struct rig *r, const char *out, const char *text, uint64_t ms)
{
    uint64_t end = r->now_ns + ms * RIG_MS;
    while (strstr(out, text) == NULL) {
        if (r->now_ns >= end) {
            return false;
        }
        app_step(&r->app);
    }
    return true;
}

bool rig_await(struct rig *r, const char *text, uint64_t ms)
{
    return await(r, r->terminal[APP_CONSOLE_USB].out, text, ms);
}

bool rig_await_uart(struct rig *r, const char *text, uint64_t ms)
{
    return await(r, r->terminal[APP_CONSOLE_UART].out, text, ms);
}

void rig_clear(struct rig *r)
{
    for (unsigned i = 0; i < APP_CONSOLE_COUNT; i++) {
        r->terminal[i].out_len = 0;
        r->terminal[i].out[0] = '\0';
    }
}

const char *rig_said(const struct rig *r)
{
    return r->terminal[APP_CONSOLE_USB].out;
}

void rig_type_on(struct rig *r, unsigned console, const char *text)
{
    struct rig_terminal *t = &r->terminal[console];
    size_t len = strlen(text);
    t->in_len = t->in_at < t->in_len ? t->in_len : 0;
    t->in_at = t->in_len == 0 ? 0 : t->in_at;
    assert_true(t->in_len + len <= RIG_IN_CAP);
    memcpy(t->in + t->in_len, text, len);
    t->in_len += len;
}

const char *rig_type(struct rig *r, const char *text, uint64_t ms)
{
    rig_clear(r);
    rig_type_on(r, APP_CONSOLE_USB, text);
    rig_run(r, ms);
    return rig_said(r);
}

void rig_configure(struct rig *r)
{
    rig_type(r,
             "set product_id PID1\r"
             "set device_name d1\r"
             "set device_key " RIG_KEY "\r"
             "set host platform.test\r"
             "set report_interval_s 5\r"
             "set property.temp.source chip_temperature\r"
             "set property.humi.source sim:sine,min=40,max=60\r"
             "set property.led.command led\r"
             "save\r",
             20);
}
