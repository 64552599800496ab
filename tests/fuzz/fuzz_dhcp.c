/* SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "onelink/net/dhcp.h"
#include "tests/fuzz/fuzz.h"

/* The DHCP client under a hostile network and an odd caller: the input is a list of commands. */

struct run {
    struct fuzz_input in;
    ol_ms now;
    struct ol_dhcp dhcp;
    uint8_t request[OL_DHCP_REQUEST_MAX];
};

static void check(const struct run *r)
{
    ol_ms end_at;
    const struct ol_dhcp_lease *lease = ol_dhcp_get_lease(&r->dhcp, &end_at);

    if (lease != NULL) {
        require(lease->address.family == OL_ADDR_IPV4 && lease->server.port == 67);
        require(lease->prefix_len >= 1 && lease->prefix_len <= 31);
        require(lease->renew_s <= lease->rebind_s && lease->rebind_s <= lease->lease_s);
        require(memchr(lease->domain, 0, sizeof lease->domain) != NULL);
    }
    enum ol_dhcp_state state = ol_dhcp_get_state(&r->dhcp);
    bool may_sleep = state == OL_DHCP_CLOSED || state == OL_DHCP_PROBING ||
                     (state == OL_DHCP_BOUND && lease->renew_s == OL_DHCP_FOREVER);
    require(may_sleep || ol_dhcp_deadline(&r->dhcp) != OL_NEVER);
    require(lease == NULL || ol_dhcp_deadline(&r->dhcp) <= end_at);
}

static void send_out(struct run *r)
{
    struct ol_addr to = {0};
    int32_t len = ol_dhcp_output(&r->dhcp, r->request, sizeof r->request, &to, r->now);

    require((len == 0) == !ol_dhcp_has_output(&r->dhcp));
    if (len != 0) {
        require(len >= 300 && to.port == 67 && ol_dhcp_is_busy(&r->dhcp));
        ol_dhcp_output_done(&r->dhcp, r->now);
    }
}

static void take_events(struct run *r, bool is_taken)
{
    struct ol_dhcp_event ev;

    while (ol_dhcp_next_event(&r->dhcp, &ev)) {
        if (ev.kind == OL_DHCP_EVENT_PROBE) {
            ol_dhcp_probe_done(&r->dhcp, is_taken, r->now);
        }
    }
}

/* Options of the input behind a head that fits the last request, or bytes as they are. */
static void give(struct run *r)
{
    uint8_t head = fuzz_next(&r->in);
    size_t want = fuzz_next(&r->in) % 96;
    size_t len = want < r->in.left ? want : r->in.left;
    size_t before = (head & 0x80) != 0 ? 0 : 240;
    struct ol_addr from = ol_addr_ipv4(192, 0, 2, 1, (head & 0x40) != 0 ? 68 : 67);
    uint8_t *msg = calloc(1, before + len + 1);

    require(msg != NULL);
    if (before != 0) {
        memcpy(msg, r->request, 240);
        msg[0] = 2;
        msg[16] = 10;
        msg[19] = head & 0x3F;
    }
    memcpy(msg + before, r->in.data, len);
    r->in.data += len;
    r->in.left -= len;
    (void)ol_dhcp_input(&r->dhcp, &from, msg, before + len, r->now);
    free(msg);
}

static void command(struct run *r)
{
    switch (fuzz_next(&r->in) % 10) {
    case 0:
        ol_dhcp_open(&r->dhcp, fuzz_next(&r->in), r->now);
        break;
    case 1:
        r->now += fuzz_next(&r->in);
        break;
    case 2:
        r->now = ol_ms_add(r->now, (ol_ms)fuzz_next(&r->in) << 10);
        break;
    case 3:
        ol_dhcp_step(&r->dhcp, r->now);
        require(ol_dhcp_deadline(&r->dhcp) > r->now);
        break;
    case 4:
    case 5:
        send_out(r);
        break;
    case 6:
        take_events(r, (fuzz_next(&r->in) & 1) != 0);
        break;
    case 7:
        if (fuzz_next(&r->in) == 0) {
            ol_dhcp_close(&r->dhcp);
        } else {
            ol_dhcp_release(&r->dhcp, r->now);
        }
        break;
    default:
        give(r);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct run r = {.in = {data, size}, .now = UINT32_MAX - 1000};
    struct ol_dhcp_config config = {.mac = {2, 0, 0, 0, 0, 1}, .hostname = OL_STR("h")};

    require(ol_dhcp_init(&r.dhcp, &config) == OL_OK);
    while (r.in.left > 0) {
        command(&r);
        check(&r);
    }
    return 0;
}
