/* SPDX-License-Identifier: MIT */
#include "tests/sim/servers.h"

#include <string.h>

/* The name of a question in dotted form; 0 when it is no question. */
static size_t read_name(const uint8_t *data, size_t len, char *name, size_t *end)
{
    size_t at = 12;
    size_t n = 0;

    while (at < len && data[at] != 0) {
        size_t label = data[at];
        if (label > 63 || at + 1 + label >= len || n + label + 2 > 255) {
            return 0;
        }
        if (n > 0) {
            name[n++] = '.';
        }
        memcpy(name + n, data + at + 1, label);
        n += label;
        at += 1 + label;
    }
    name[n] = '\0';
    *end = at + 5; /* root, type, class */
    return *end <= len ? n : 0;
}

static const struct ol_addr *find_name(const struct sim_net *n, const char *name)
{
    const struct ol_addr *found = NULL;

    if (strstr(name, ".mqtts.acc.cmcconenet.cn") != NULL) {
        found = &n->smart;
    } else if (strcmp(name, "mqtts.heclouds.com") == 0) {
        found = &n->fixed;
    }
    return found != NULL && found->family == OL_ADDR_IPV4 ? found : NULL;
}

static size_t answer_dns(struct sim_net *n, const uint8_t *data, size_t len, uint8_t *out)
{
    char name[256];
    size_t end = 0;

    if (n->weather.dns_silent || read_name(data, len, name, &end) == 0) {
        return 0;
    }
    const struct ol_addr *addr = find_name(n, name);
    memcpy(out, data, end);
    out[2] = 0x81; /* response, recursion desired */
    out[3] = 0x80; /* recursion available, no error */
    memset(out + 6, 0, 6);
    if (n->weather.dns_failing) {
        out[3] |= 2;
        return end;
    }
    if (addr == NULL || n->weather.dns_lost) {
        out[3] |= 3;
        return end;
    }
    static const uint8_t record[12] = {0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4};
    out[7] = 1;
    memcpy(out + end, record, sizeof record);
    memcpy(out + end + sizeof record, addr->bytes, 4);
    return end + sizeof record + 4;
}

static void put_timestamp(uint8_t *out, int64_t unix_ms)
{
    uint64_t seconds = (uint64_t)(unix_ms / 1000) + UINT64_C(2208988800);
    uint64_t fraction = ((uint64_t)(unix_ms % 1000) << 32) / 1000;
    uint64_t stamp = (seconds << 32) | fraction;

    for (int i = 0; i < 8; i++) {
        out[i] = (uint8_t)(stamp >> (56 - 8 * i));
    }
}

static size_t answer_ntp(struct sim_net *n, const uint8_t *data, size_t len, uint8_t *out)
{
    int64_t now = n->clock->true_offset_ms + (int64_t)n->clock->now;

    if (n->weather.ntp_silent || len < 48) {
        return 0;
    }
    memset(out, 0, 48);
    out[0] = 0x24; /* no leap warning, version 4, server */
    out[1] = 2;    /* stratum */
    out[2] = 6;
    out[3] = 0xEC;
    memcpy(out + 12, "\xC0\x00\x02\x63", 4);
    put_timestamp(out + 16, now - 1000);
    memcpy(out + 24, data + 40, 8);
    put_timestamp(out + 32, now);
    put_timestamp(out + 40, now);
    return 48;
}

size_t sim_servers_answer(struct sim_net *n, uint16_t port, const uint8_t *data,
                          size_t len, uint8_t *out)
{
    switch (port) {
    case 53:
        return answer_dns(n, data, len, out);
    case 123:
        return answer_ntp(n, data, len, out);
    default:
        return 0;
    }
}
