/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "firmware/board_machine.h"
#include "firmware/tests/say.h"
#include "onelink/wiznet/w5500.h"

/* How fast bytes go through the driver: connects to PEER_PORT of the router, again and again, and
 * does what it is ordered there, as fast as the driver takes and gives. An order is three numbers
 * of 32 bits, most significant byte first: bytes to send, then bytes to receive, and how many to
 * give or ask for in a call; both must be whole calls. Byte i of a call is i modulo 251 each way,
 * which is checked of the last call received. Results go to UART0, a line per order. */

#define BUS_HZ     31250000u /* on each board, whatever its own */
#define PEER_PORT  5001
#define ORDER_LEN  12
#define CALL_MAX   16384u
#define PATTERN    251u
#define CONNECT_MS 5000u
#define GOODBYE_MS 1000u

enum phase { ORDER, SEND, RECEIVE, REST };

struct run {
    enum phase phase;
    uint32_t to_send, to_receive, call;
    uint32_t done;  /* bytes of this phase */
    uint32_t wrong; /* calls whose bytes were not as they should be */
    uint8_t order[ORDER_LEN];
};

static const struct app_machine *m;
static struct ol_w5500 chip;
static struct ol_w5500_tcp tcp;
static struct ol_stream stream;
static struct run run;
static uint8_t out[CALL_MAX], in[CALL_MAX];

static ol_ms now(void)
{
    return m->clock.ops->monotonic_ms(m->clock.ctx);
}

static uint32_t get32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void take_order(void)
{
    run.to_send = get32(run.order);
    run.to_receive = get32(run.order + 4);
    run.call = get32(run.order + 8);
    if (run.call == 0 || run.call > CALL_MAX || run.to_send % run.call != 0 ||
        run.to_receive % run.call != 0) {
        say("\r\nbad order");
        run.phase = REST;
        return;
    }
    run.phase = SEND;
    run.done = 0;
}

/* Each of these goes one call further; false: there is nothing to be done now. */

static bool step_order(void)
{
    int32_t n = stream.ops->recv(stream.ctx, run.order + run.done, ORDER_LEN - run.done);
    if (n <= 0) {
        return false;
    }
    run.done += (uint32_t)n;
    if (run.done == ORDER_LEN) {
        take_order();
    }
    return true;
}

static bool step_send(void)
{
    if (run.done == run.to_send) {
        run.phase = RECEIVE;
        run.done = 0;
        return true;
    }
    uint32_t at = run.done % run.call;
    int32_t n = stream.ops->send(stream.ctx, out + at, run.call - at);
    if (n <= 0) {
        return false;
    }
    run.done += (uint32_t)n;
    return true;
}

static void tell(void)
{
    const struct ol_w5500_stats *stats = ol_w5500_get_stats(&chip);
    say("\r\nresult");
    say_number("sent", run.to_send);
    say_number("received", run.to_receive);
    say_number("call", run.call);
    say_number("wrong", run.wrong);
    say_number("frames", stats->frames);
    say_number("bytes", stats->bytes);
    say_number("rereads", stats->rereads);
    say("\r\n");
}

static bool step_receive(void)
{
    if (run.done == run.to_receive) {
        tell();
        run.phase = REST;
        return true;
    }
    uint32_t at = run.done % run.call;
    int32_t n = stream.ops->recv(stream.ctx, in + at, run.call - at);
    if (n <= 0) {
        return false;
    }
    run.done += (uint32_t)n;
    /* Not each: comparing would be measured, too. */
    if (run.done == run.to_receive && memcmp(in, out, run.call) != 0) {
        run.wrong++;
    }
    return true;
}

static void connect(void)
{
    const struct ol_addr peer = ol_addr_ipv4(192, 168, 7, 1, PEER_PORT);
    struct ol_netif netif = ol_w5500_netif(&chip);
    if (!netif.ops->is_link_up(netif.ctx)) {
        return;
    }
    run = (struct run){.phase = ORDER};
    (void)stream.ops->open(stream.ctx, &peer, (struct ol_str){NULL, 0}, now(),
                           now() + CONNECT_MS);
}

static void turn(void)
{
    static bool (*const steps[])(void) = {
        [ORDER] = step_order, [SEND] = step_send, [RECEIVE] = step_receive};
    struct ol_w5500_event event;

    if (m->ops->chip_interrupt(m->ctx)) {
        ol_w5500_interrupt(&chip);
    }
    ol_w5500_step(&chip, now());
    while (ol_w5500_next_event(&chip, &event)) {
        say(event.type == OL_W5500_EVENT_LOST ? "\r\nchip lost" : "");
    }
    stream.ops->step(stream.ctx, now());
    int32_t state = stream.ops->state(stream.ctx);
    if (state == OL_OK && run.phase == REST) {
        stream.ops->close(stream.ctx, now(), now() + GOODBYE_MS);
    } else if (state == OL_OK) {
        while (run.phase != REST && steps[run.phase]()) {
        }
    } else if (state != OL_E_AGAIN) {
        connect();
    }
    m->ops->watchdog_feed(m->ctx);
    m->ops->sleep(m->ctx, ol_w5500_deadline(&chip));
}

int main(void)
{
    m = board_machine_init();
    say_on(m);
    struct ol_w5500_config config = {.bus = m->bus,
                                     .entropy = m->entropy,
                                     .mac = {0x02, 0x4F, 0x4C, 0, 0, 1},
                                     .rx_kb = {16},
                                     .tx_kb = {16}};
    const struct ol_netif_config address = {.address = ol_addr_ipv4(192, 168, 7, 50, 0),
                                            .gateway = ol_addr_ipv4(192, 168, 7, 1, 0),
                                            .prefix_len = 24};
    for (uint32_t i = 0; i < CALL_MAX; i++) {
        out[i] = (uint8_t)(i % PATTERN);
    }
    if (ol_w5500_init(&chip, &config) != OL_OK) {
        say("\r\nbad configuration\r\n");
    }
    ol_w5500_tcp_init(&tcp, &chip);
    stream = ol_w5500_tcp_stream(&tcp);
    struct ol_netif netif = ol_w5500_netif(&chip);
    (void)netif.ops->set_config(netif.ctx, &address);
    say("\r\nbus");
    say_number("clock", m->ops->set_bus_clock(m->ctx, BUS_HZ));
    say("\r\n");
    for (;;) {
        turn();
    }
}
