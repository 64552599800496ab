/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "sim/lan/bytes.h"
#include "sim/lan/internal.h"

/* Rules on exact frames. */

uint32_t sim_lan_add_rule(struct sim_lan *lan, const struct sim_lan_rule *rule)
{
    for (uint32_t i = 1; i <= SIM_LAN_RULES; i++) {
        if (!lan->rules[i].is_used) {
            lan->rules[i] = (struct rule){.is_used = true, .rule = *rule};
            return i;
        }
    }
    return 0;
}

void sim_lan_remove_rule(struct sim_lan *lan, uint32_t rule)
{
    if (rule <= SIM_LAN_RULES) {
        lan->rules[rule].is_used = false;
    }
}

uint32_t sim_lan_rule_hits(const struct sim_lan *lan, uint32_t rule)
{
    return rule <= SIM_LAN_RULES ? lan->rules[rule].hits : 0;
}

/* What of a frame rules ask for; a field that the frame has not is 0. */
struct facts {
    uint16_t ethertype;
    uint8_t protocol;
    uint32_t from, to;
    uint16_t from_port, to_port;
    uint8_t tcp_flags;
    uint32_t payload_len;
};

static void l4_facts(struct facts *k, const uint8_t *l4, uint32_t len)
{
    if ((k->protocol != 6 && k->protocol != 17) || len < 8) {
        return;
    }
    k->from_port = get16(l4);
    k->to_port = get16(l4 + 2);
    uint32_t header_len = 8;
    if (k->protocol == 6 && len >= 20) {
        k->tcp_flags = l4[13];
        header_len = (uint32_t)(l4[12] >> 4) * 4;
    }
    k->payload_len = len > header_len ? len - header_len : 0;
}

static struct facts facts_of(const struct frame *f)
{
    struct facts k = {.ethertype = get16(f->data + 12)};
    if (k.ethertype != 0x0800 || f->len < L4_OFFSET) {
        return k;
    }
    const uint8_t *ip = f->data + IP_OFFSET;
    uint32_t header_len = (uint32_t)(ip[0] & 15) * 4;
    uint32_t total = get16(ip + 2);
    k.protocol = ip[9];
    k.from = get32(ip + 12);
    k.to = get32(ip + 16);
    if (header_len <= total && total <= f->len - (uint32_t)IP_OFFSET) {
        l4_facts(&k, ip + header_len, total - header_len);
    }
    return k;
}

static bool matches(const struct sim_lan_rule *r, const struct facts *k, uint32_t from,
                    uint32_t to)
{
    return (r->from == 0 || r->from == from) && (r->to == 0 || r->to == to) &&
           (r->ethertype == 0 || r->ethertype == k->ethertype) &&
           (r->protocol == 0 || r->protocol == k->protocol) &&
           (r->address == 0 || r->address == k->from || r->address == k->to) &&
           (r->port == 0 || r->port == k->from_port || r->port == k->to_port) &&
           k->payload_len >= r->payload_min &&
           (k->tcp_flags & r->tcp_flags) == r->tcp_flags &&
           (k->tcp_flags & r->tcp_flags_not) == 0;
}

const struct sim_lan_rule *rules_find(struct sim_lan *lan, const struct frame *f,
                                      uint32_t to)
{
    struct facts k = facts_of(f);
    for (uint32_t i = 1; i <= SIM_LAN_RULES; i++) {
        struct rule *r = &lan->rules[i];
        if (!r->is_used || !matches(&r->rule, &k, f->from, to)) {
            continue;
        }
        uint32_t n = r->seen++;
        if (n >= r->rule.skip &&
            (r->rule.count == 0 || n - r->rule.skip < r->rule.count)) {
            r->hits++;
            return &r->rule;
        }
    }
    return NULL;
}
