/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "sim/lan/bytes.h"
#include "sim/lan/internal.h"

/* The DHCP servers (RFC 2131, options of RFC 2132, client identifier echoed as RFC 6842
 * asks). */

#define FIXED_LEN   236
#define OPTIONS     240
#define REPLY_CAP   576
#define COOKIE      0x63825363u
#define OFFER_LIFE  (60 * NS_PER_S)
#define SERVER_PORT 67
#define CLIENT_PORT 68

#define OP_REQUEST 1
#define OP_REPLY   2

enum message_type { DISCOVER = 1, OFFER, REQUEST, DECLINE, ACK, NAK, RELEASE, INFORM };

struct option {
    const uint8_t *data; /* NULL: absent */
    uint8_t len;
};

/* A client's message. */
struct message {
    const uint8_t *fixed;
    const uint8_t *mac;
    uint32_t ciaddr;
    uint32_t from, to; /* of the IPv4 header */
    uint8_t type;
    uint32_t requested, server; /* options 50, 54; 0: absent */
    struct option host_name, client_id, parameters;
};

/* ---- Reading ---- */

static struct option find_option(const uint8_t *data, size_t len, uint8_t code)
{
    size_t i = OPTIONS;
    while (i < len && data[i] != 255) {
        if (data[i] == 0) {
            i++;
            continue;
        }
        if (i + 1 >= len || data[i + 1] > len - i - 2) {
            break;
        }
        if (data[i] == code) {
            return (struct option){data + i + 2, data[i + 1]};
        }
        i += 2u + data[i + 1];
    }
    return (struct option){NULL, 0};
}

static uint32_t option_address(const uint8_t *data, size_t len, uint8_t code)
{
    struct option o = find_option(data, len, code);
    return o.len == 4 ? get32(o.data) : 0;
}

static bool read_message(const struct datagram *d, struct message *m)
{
    if (d->len <= OPTIONS || d->data[0] != OP_REQUEST || d->data[1] != 1 ||
        d->data[2] != 6 || get32(d->data + FIXED_LEN) != COOKIE) {
        return false;
    }
    struct option type = find_option(d->data, d->len, 53);
    if (type.len != 1) {
        return false;
    }
    *m = (struct message){.fixed = d->data,
                          .mac = d->data + 28,
                          .ciaddr = get32(d->data + 12),
                          .from = d->from,
                          .to = d->to,
                          .type = type.data[0],
                          .requested = option_address(d->data, d->len, 50),
                          .server = option_address(d->data, d->len, 54),
                          .host_name = find_option(d->data, d->len, 12),
                          .client_id = find_option(d->data, d->len, 61),
                          .parameters = find_option(d->data, d->len, 55)};
    return true;
}

static enum sim_lan_dhcp_state request_state(const struct message *m)
{
    if (m->server != 0) {
        return SIM_LAN_DHCP_SELECTING;
    }
    if (m->ciaddr == 0) {
        return SIM_LAN_DHCP_INIT_REBOOT;
    }
    return m->to == UINT32_MAX ? SIM_LAN_DHCP_REBINDING : SIM_LAN_DHCP_RENEWING;
}

/* What RFC 2131 tables 4 and 5 forbid; NULL: nothing of it. */
static const char *find_wrong(const struct message *m)
{
    switch (m->type) {
    case DISCOVER:
        return m->from != 0 || m->to != UINT32_MAX ? "DISCOVER not from 0 to broadcast"
               : m->ciaddr != 0                    ? "DISCOVER with ciaddr"
               : m->server != 0                    ? "DISCOVER with server identifier"
                                                   : NULL;
    case REQUEST:
        if (m->server != 0 || m->ciaddr == 0) {
            return m->requested == 0     ? "REQUEST without requested address"
                   : m->ciaddr != 0      ? "REQUEST (SELECTING) with ciaddr"
                   : m->from != 0        ? "REQUEST before BOUND from an address"
                   : m->to != UINT32_MAX ? "REQUEST before BOUND not to broadcast"
                                         : NULL;
        }
        return m->requested != 0      ? "REQUEST to renew with requested address"
               : m->from != m->ciaddr ? "REQUEST to renew not from ciaddr"
                                      : NULL;
    case DECLINE:
        return m->server == 0                        ? "DECLINE without server identifier"
               : m->requested == 0                   ? "DECLINE without requested address"
               : m->ciaddr != 0                      ? "DECLINE with ciaddr"
               : m->parameters.data != NULL          ? "DECLINE with parameter list"
               : m->from != 0 || m->to != UINT32_MAX ? "DECLINE not from 0 to broadcast"
                                                     : NULL;
    case RELEASE:
        return m->server == 0               ? "RELEASE without server identifier"
               : m->requested != 0          ? "RELEASE with requested address"
               : m->ciaddr == 0             ? "RELEASE without ciaddr"
               : m->parameters.data != NULL ? "RELEASE with parameter list"
               : m->to == UINT32_MAX        ? "RELEASE to broadcast"
                                            : NULL;
    case INFORM:
        return m->ciaddr == 0 ? "INFORM without ciaddr" : NULL;
    default:
        return "a server's message type";
    }
}

static uint8_t keep(uint8_t to[32], const struct option *o)
{
    uint8_t len = o->len < 32 ? o->len : 32;
    memcpy(to, o->data, len);
    return len;
}

static void record(struct sim_lan_dhcp_stats *s, const struct message *m)
{
    uint32_t *const counts[] = {[DISCOVER] = &s->discovers,
                                [REQUEST] = &s->requests,
                                [DECLINE] = &s->declines,
                                [RELEASE] = &s->releases,
                                [INFORM] = &s->informs};
    if (m->type <= INFORM && counts[m->type] != NULL) {
        ++*counts[m->type];
    }
    const char *wrong = find_wrong(m);
    if (wrong != NULL) {
        s->wrong++;
        s->wrong_text = wrong;
    }
    s->last_xid = get32(m->fixed + 4);
    s->last_secs = get16(m->fixed + 8);
    s->last_flags = get16(m->fixed + 10);
    if (m->type == REQUEST) {
        s->last_state = request_state(m);
    }
    if (m->host_name.data != NULL) {
        s->host_name_len = keep(s->host_name, &m->host_name);
    }
    if (m->client_id.data != NULL) {
        s->client_id_len = keep(s->client_id, &m->client_id);
    }
    if (m->parameters.data != NULL) {
        s->parameters_len = keep(s->parameters, &m->parameters);
    }
}

/* ---- Leases ---- */

#define LEASE_COUNT (sizeof(((struct dhcp_server *)0)->leases) / sizeof(struct lease))

static struct lease *lease_at(struct dhcp_server *s, uint32_t address)
{
    for (unsigned i = 0; i < LEASE_COUNT; i++) {
        if (s->leases[i].address == address) {
            return &s->leases[i];
        }
    }
    return NULL;
}

static struct lease *lease_of(struct dhcp_server *s, const uint8_t *mac)
{
    for (unsigned i = 0; i < LEASE_COUNT; i++) {
        struct lease *l = &s->leases[i];
        if (l->address != 0 && !l->is_declined && memcmp(l->mac, mac, 6) == 0) {
            return l;
        }
    }
    return NULL;
}

static bool is_free(const struct sim_lan *lan, struct dhcp_server *s, uint32_t address,
                    const uint8_t *mac)
{
    const struct lease *l = lease_at(s, address);
    return address != s->moved_from &&
           (l == NULL ||
            (!l->is_declined && (memcmp(l->mac, mac, 6) == 0 || l->until <= lan->now)));
}

/* The address that a client gets; 0: none is left. */
static uint32_t choose(const struct sim_lan *lan, struct dhcp_server *s,
                       const struct message *m)
{
    uint32_t forced = lan->faults[SIM_LAN_FAULT_DHCP_OFFER];
    const struct lease *own = lease_of(s, m->mac);
    uint32_t first = s->config.first;
    if (forced != 0 && is_free(lan, s, forced, m->mac)) {
        return forced;
    }
    if (own != NULL && is_free(lan, s, own->address, m->mac)) {
        return own->address;
    }
    if (m->requested - first < s->config.count && is_free(lan, s, m->requested, m->mac)) {
        return m->requested;
    }
    for (uint32_t i = 0; i < s->config.count; i++) {
        if (is_free(lan, s, first + i, m->mac)) {
            return first + i;
        }
    }
    return 0;
}

/* The client holds this address and no other. */
static void give(struct dhcp_server *s, const uint8_t *mac, uint32_t address,
                 bool is_bound, uint64_t until)
{
    struct lease *old = lease_of(s, mac);
    if (old != NULL) {
        old->address = 0;
    }
    struct lease *l = lease_at(s, address);
    l = l != NULL ? l : lease_at(s, 0);
    if (l != NULL) {
        *l = (struct lease){.address = address, .is_bound = is_bound, .until = until};
        memcpy(l->mac, mac, 6);
    }
}

/* ---- Writing ---- */

struct reply {
    uint8_t data[REPLY_CAP];
    size_t len;
    bool has_wrong_lengths; /* SIM_LAN_FORGED_LENGTHS */
};

static void put_option(struct reply *r, uint8_t code, const void *data, size_t len)
{
    if (r->len + len + 3 <= REPLY_CAP) {
        r->data[r->len++] = code;
        r->data[r->len++] = (uint8_t)len;
        memcpy(r->data + r->len, data, len);
        r->len += len;
    }
}

static void put_option32(struct reply *r, uint8_t code, uint32_t v)
{
    uint8_t bytes[4];
    put32(bytes, v);
    put_option(r, code, bytes, r->has_wrong_lengths ? 3 : 4);
}

static void put_servers(struct reply *r, uint8_t code, const uint32_t list[2])
{
    uint8_t bytes[8];
    put32(bytes, list[0]);
    put32(bytes + 4, list[1]);
    if (list[0] != 0) {
        put_option(r, code, bytes, list[1] != 0 ? 8 : 4);
    }
}

/* Clients get what they ask for, or all when they do not say. */
static bool wants(const struct message *m, uint8_t code)
{
    return m->parameters.data == NULL ||
           memchr(m->parameters.data, code, m->parameters.len) != NULL;
}

static void put_lease(const struct sim_lan *lan, const struct dhcp_server *s,
                      struct reply *r)
{
    uint32_t lease = lan->faults[SIM_LAN_FAULT_DHCP_LEASE];
    if (lease != 0) {
        put_option32(r, 51, lease);
        put_option32(r, 58, lease / 2);
        put_option32(r, 59, (uint32_t)(lease * UINT64_C(7) / 8));
        return;
    }
    put_option32(r, 51, s->config.lease_s);
    if (s->config.t1_s != 0) {
        put_option32(r, 58, s->config.t1_s);
    }
    if (s->config.t2_s != 0) {
        put_option32(r, 59, s->config.t2_s);
    }
}

static void put_parameters(const struct sim_lan *lan, const struct dhcp_server *s,
                           const struct message *m, struct reply *r)
{
    const struct sim_lan_dhcp *c = &s->config;
    if (wants(m, 1)) {
        put_option32(r, 1, lan->stations[s->host].mask);
    }
    if (c->router != 0 && wants(m, 3)) {
        put_option32(r, 3, c->router);
    }
    if (wants(m, 6)) {
        put_servers(r, 6, c->dns);
    }
    if (s->domain[0] != 0 && wants(m, 15)) {
        put_option(r, 15, s->domain, strlen(s->domain));
    }
    if (wants(m, 42)) {
        put_servers(r, 42, c->ntp);
    }
}

static void build(const struct sim_lan *lan, const struct dhcp_server *s,
                  const struct message *m, enum message_type type, uint32_t address,
                  struct reply *r)
{
    uint8_t one = (uint8_t)type;
    memset(r->data, 0, sizeof r->data);
    memcpy(r->data, m->fixed, 12); /* htype, hlen, xid, flags */
    r->data[0] = OP_REPLY;
    r->data[3] = 0;
    put16(r->data + 8, 0);
    if (type == ACK) {
        put32(r->data + 12, m->ciaddr);
    }
    put32(r->data + 16, address);
    memcpy(r->data + 28, m->fixed + 28, 16);
    put32(r->data + FIXED_LEN, COOKIE);
    r->len = OPTIONS;
    put_option(r, 53, &one, 1);
    put_option32(r, 54, lan->stations[s->host].address);
    if (type != NAK) {
        if (m->type != INFORM) {
            put_lease(lan, s, r);
        }
        put_parameters(lan, s, m, r);
    }
    if (m->client_id.data != NULL) {
        put_option(r, 61, m->client_id.data, m->client_id.len);
    }
    r->data[r->len++] = 255;
    if (r->len < 300) { /* as BOOTP had it, RFC 1542 2.1 */
        r->len = 300;
    }
}

static void send(struct sim_lan *lan, const struct dhcp_server *s,
                 const struct message *m, enum message_type type, const struct reply *r)
{
    uint32_t yiaddr = get32(r->data + 16);
    struct datagram d = {.host = s->host,
                         .from = lan->stations[s->host].address,
                         .to = UINT32_MAX,
                         .from_port = SERVER_PORT,
                         .to_port = CLIENT_PORT,
                         .data = r->data,
                         .len = r->len};
    const uint8_t *mac = NULL;
    if (type != NAK && lan->faults[SIM_LAN_FAULT_DHCP_BROADCAST] == 0) {
        if (m->ciaddr != 0) {
            d.to = m->ciaddr;
        } else if ((get16(m->fixed + 10) & 0x8000) == 0 && yiaddr != 0) {
            d.to = yiaddr;
            mac = m->mac;
        }
    }
    udp_send(lan, &d, mac, lan->faults[SIM_LAN_FAULT_DHCP_DELAY]);
}

/* ---- Forged replies ---- */

static void forge(struct sim_lan *lan, struct reply *r, uint32_t kind)
{
    switch (kind) {
    case SIM_LAN_FORGED_XID:
    case SIM_LAN_FORGED_XID_NAK:
        r->data[7] ^= 1;
        break;
    case SIM_LAN_FORGED_CHADDR:
        r->data[33] ^= 1;
        break;
    case SIM_LAN_FORGED_OP:
        r->data[0] = OP_REQUEST;
        break;
    case SIM_LAN_FORGED_COOKIE:
        put32(r->data + FIXED_LEN, 0);
        break;
    case SIM_LAN_FORGED_NO_TYPE: /* the first option becomes padding */
        memset(r->data + OPTIONS, 0, 3);
        break;
    case SIM_LAN_FORGED_NO_SERVER: /* the second */
        memset(r->data + OPTIONS + 3, 0, 6);
        break;
    case SIM_LAN_FORGED_SHORT:
        r->len = FIXED_LEN - 36;
        break;
    case SIM_LAN_FORGED_OVERRUN:
        r->len = OPTIONS + 3 + 6 + 2;
        put16(r->data + OPTIONS + 9, 3u << 8 | 250);
        break;
    case SIM_LAN_FORGED_NO_IP:
        put32(r->data + 16, 0);
        break;
    case SIM_LAN_FORGED_RANDOM:
        for (size_t i = OPTIONS; i < r->len; i++) {
            r->data[i] = (uint8_t)lan_random(lan);
        }
        break;
    default: /* SIM_LAN_FORGED_LENGTHS was built so */
        break;
    }
}

static void send_forged(struct sim_lan *lan, const struct dhcp_server *s,
                        const struct message *m, enum message_type type)
{
    uint32_t kinds = lan->faults[SIM_LAN_FAULT_DHCP_FORGED] & SIM_LAN_FORGED_ALL;
    for (uint32_t kind = 1; kind != 0 && kind <= kinds; kind <<= 1) {
        if ((kinds & kind) == 0) {
            continue;
        }
        struct reply r = {.has_wrong_lengths = kind == SIM_LAN_FORGED_LENGTHS};
        enum message_type as = kind == SIM_LAN_FORGED_XID_NAK ? NAK : type;
        /* An address of nobody here, so that who believes it is seen to. */
        build(lan, s, m, as, as == NAK ? 0 : SIM_IP4(198, 51, 100, 66), &r);
        forge(lan, &r, kind);
        send(lan, s, m, NAK, &r); /* broadcast: it must reach the client */
    }
}

static void answer(struct sim_lan *lan, struct dhcp_server *s, const struct message *m,
                   enum message_type type, uint32_t address)
{
    struct reply r = {.has_wrong_lengths = false};
    send_forged(lan, s, m, type);
    if ((lan->faults[SIM_LAN_FAULT_DHCP_FORGED] & SIM_LAN_FORGED_ONLY) != 0) {
        return;
    }
    s->stats.offers += type == OFFER;
    s->stats.naks += type == NAK;
    s->stats.acks += type == ACK;
    build(lan, s, m, type, address, &r);
    send(lan, s, m, type, &r);
}

/* ---- Messages ---- */

static void discover(struct sim_lan *lan, struct dhcp_server *s, const struct message *m)
{
    uint32_t address = choose(lan, s, m);
    if (address != 0) {
        give(s, m->mac, address, false, lan->now + OFFER_LIFE);
        answer(lan, s, m, OFFER, address);
    }
}

static void ack(struct sim_lan *lan, struct dhcp_server *s, const struct message *m,
                uint32_t address)
{
    uint32_t lease = lan->faults[SIM_LAN_FAULT_DHCP_LEASE];
    lease = lease != 0 ? lease : s->config.lease_s;
    give(s, m->mac, address, true,
         lease == UINT32_MAX ? SIM_LAN_NEVER : lan->now + lease * NS_PER_S);
    s->stats.last_bound = address;
    s->stats.last_ack_ns = lan->now;
    answer(lan, s, m, ACK, address);
}

static void selecting(struct sim_lan *lan, struct dhcp_server *s, const struct message *m)
{
    struct lease *l = lease_of(s, m->mac);
    if (m->server != lan->stations[s->host].address) {
        if (l != NULL && !l->is_bound) {
            l->address = 0; /* it took another server's offer */
        }
        return;
    }
    if (l != NULL && l->address == m->requested && l->until > lan->now) {
        ack(lan, s, m, m->requested);
    } else {
        answer(lan, s, m, NAK, 0);
    }
}

static void init_reboot(struct sim_lan *lan, struct dhcp_server *s,
                        const struct message *m)
{
    const struct station *h = &lan->stations[s->host];
    struct lease *l = lease_of(s, m->mac);
    if (l != NULL && l->is_bound && l->address == m->requested && l->until > lan->now) {
        ack(lan, s, m, m->requested);
    } else if (l != NULL || s->config.is_authoritative ||
               ((m->requested ^ h->address) & h->mask) != 0) {
        answer(lan, s, m, NAK, 0);
    }
}

static void renew(struct sim_lan *lan, struct dhcp_server *s, const struct message *m)
{
    uint32_t move = lan->faults[SIM_LAN_FAULT_DHCP_MOVE];
    struct lease *l = lease_of(s, m->mac);
    bool is_known =
        l != NULL && l->is_bound && l->address == m->ciaddr && l->until > lan->now;
    if (lan->faults[SIM_LAN_FAULT_DHCP_NO_RENEW] != 0) {
        return;
    }
    if (is_known && move != 0) {
        s->moved_from = m->ciaddr;
        l->address = 0;
        uint32_t other = choose(lan, s, m);
        if (move == 2 && other != 0) {
            ack(lan, s, m, other);
        } else {
            answer(lan, s, m, NAK, 0);
        }
    } else if (is_known) {
        ack(lan, s, m, m->ciaddr);
    } else if (s->config.is_authoritative) {
        answer(lan, s, m, NAK, 0);
    }
}

static void request(struct sim_lan *lan, struct dhcp_server *s, const struct message *m,
                    uint32_t number)
{
    enum sim_lan_dhcp_state state = request_state(m);
    bool is_for_us = m->server == 0 || m->server == lan->stations[s->host].address;
    if (is_for_us && lan_fault_bit(lan, SIM_LAN_FAULT_DHCP_NAK, number)) {
        answer(lan, s, m, NAK, 0);
    } else if (state == SIM_LAN_DHCP_SELECTING) {
        selecting(lan, s, m);
    } else if (state == SIM_LAN_DHCP_INIT_REBOOT) {
        init_reboot(lan, s, m);
    } else {
        renew(lan, s, m);
    }
}

static void decline(struct sim_lan *lan, struct dhcp_server *s, const struct message *m)
{
    if (m->server != lan->stations[s->host].address) {
        return;
    }
    s->stats.last_declined = m->requested;
    struct lease *l = lease_of(s, m->mac);
    if (l != NULL && l->address == m->requested) {
        l->is_declined = true;
        l->is_bound = false;
    }
}

static void release(struct sim_lan *lan, struct dhcp_server *s, const struct message *m)
{
    struct lease *l = lease_of(s, m->mac);
    if (m->server != lan->stations[s->host].address) {
        return;
    }
    s->stats.last_released = m->ciaddr;
    if (l != NULL && l->address == m->ciaddr) {
        l->address = 0;
    }
}

static void server_in(struct sim_lan *lan, uint32_t number, const struct message *m)
{
    struct dhcp_server *s = &lan->dhcp[number];
    record(&s->stats, m);
    if (lan_fault_bit(lan, SIM_LAN_FAULT_DHCP_SILENT, number)) {
        return;
    }
    switch (m->type) {
    case DISCOVER:
        discover(lan, s, m);
        break;
    case REQUEST:
        request(lan, s, m, number);
        break;
    case DECLINE:
        decline(lan, s, m);
        break;
    case RELEASE:
        release(lan, s, m);
        break;
    case INFORM:
        if (m->ciaddr != 0) {
            answer(lan, s, m, ACK, 0);
        }
        break;
    default:
        break;
    }
}

void dhcp_datagram_in(struct sim_lan *lan, const struct datagram *d)
{
    struct message m;
    if (!read_message(d, &m)) {
        lan->stats.malformed++;
        return;
    }
    for (uint32_t n = 1; n <= 2; n++) {
        if (lan->dhcp[n].host == d->host) {
            server_in(lan, n, &m);
        }
    }
}

/* ---- For the caller ---- */

uint32_t sim_lan_add_dhcp(struct sim_lan *lan, uint32_t host,
                          const struct sim_lan_dhcp *config)
{
    size_t domain_len = config->domain != NULL ? strlen(config->domain) : 0;
    if (!lan_is_host(lan, host) || config->count < 1 || config->count > SIM_LAN_LEASES ||
        config->lease_s == 0 || domain_len >= sizeof lan->dhcp[0].domain) {
        return 0;
    }
    for (uint32_t n = 1; n <= 2; n++) {
        struct dhcp_server *s = &lan->dhcp[n];
        if (s->host == 0) {
            *s = (struct dhcp_server){.host = host, .config = *config};
            if (domain_len > 0) {
                memcpy(s->domain, config->domain, domain_len);
            }
            s->config.domain = NULL; /* it was the caller's */
            return n;
        }
    }
    return 0;
}

const struct sim_lan_dhcp_stats *sim_lan_dhcp_get_stats(const struct sim_lan *lan,
                                                        uint32_t server)
{
    return &lan->dhcp[server == 2 ? 2 : 1].stats;
}

void sim_lan_dhcp_forget(struct sim_lan *lan, uint32_t server)
{
    memset(lan->dhcp[server == 2 ? 2 : 1].leases, 0, sizeof lan->dhcp[0].leases);
}
