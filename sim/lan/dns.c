/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "sim/lan/bytes.h"
#include "sim/lan/internal.h"

/* The DNS servers (RFC 1035 over UDP, 512 bytes). All serve one table of A and CNAME
 * records; who asks for another type gets an answer without records. */

#define HEADER_LEN 12
#define REPLY_CAP  512
#define TYPE_A     1
#define TYPE_CNAME 5
#define FLAG_QR    0x8000u
#define FLAG_AA    0x0400u
#define FLAG_TC    0x0200u
#define FLAG_RD    0x0100u
#define FLAG_RA    0x0080u
#define NXDOMAIN   3u
#define CHAIN_MAX  8

/* ---- The table ---- */

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Copies a name in lower case, without a dot at its end; false: it is none. */
static bool put_name(char to[SIM_LAN_NAME_CAP], const char *name)
{
    size_t len = strlen(name);
    size_t label_len = 0;
    if (len > 0 && name[len - 1] == '.') {
        len--;
    }
    if (len == 0 || len >= SIM_LAN_NAME_CAP) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        bool is_dot = name[i] == '.';
        if ((is_dot && label_len == 0) || (!is_dot && label_len == 63)) {
            return false;
        }
        label_len = is_dot ? 0 : label_len + 1;
        to[i] = lower(name[i]);
    }
    to[len] = 0;
    return label_len > 0;
}

static bool add_record(struct sim_lan *lan, const struct dns_record *record)
{
    for (unsigned i = 0; i < SIM_LAN_RECORDS; i++) {
        if (lan->records[i].name[0] == 0) {
            lan->records[i] = *record;
            return true;
        }
    }
    return false;
}

bool sim_lan_dns_add_a(struct sim_lan *lan, const char *name, uint32_t address,
                       uint32_t ttl_s)
{
    struct dns_record r = {.address = address, .ttl_s = ttl_s};
    return put_name(r.name, name) && add_record(lan, &r);
}

bool sim_lan_dns_add_cname(struct sim_lan *lan, const char *name, const char *target,
                           uint32_t ttl_s)
{
    struct dns_record r = {.is_cname = true, .ttl_s = ttl_s};
    return put_name(r.name, name) && put_name(r.target, target) && add_record(lan, &r);
}

void sim_lan_dns_remove(struct sim_lan *lan, const char *name)
{
    char want[SIM_LAN_NAME_CAP] = "";
    if (name != NULL && !put_name(want, name)) {
        return;
    }
    for (unsigned i = 0; i < SIM_LAN_RECORDS; i++) {
        if (name == NULL || strcmp(lan->records[i].name, want) == 0) {
            lan->records[i].name[0] = 0;
        }
    }
}

uint32_t sim_lan_add_dns(struct sim_lan *lan, uint32_t host)
{
    uint32_t n = lan_is_host(lan, host) ? lan_server_of(lan->dns, 0) : 0;
    if (n != 0) {
        lan->dns[n] = host;
    }
    return n;
}

uint32_t sim_lan_dns_queries(const struct sim_lan *lan)
{
    return lan->dns_queries;
}

/* ---- Reading ---- */

struct query {
    const uint8_t *data;
    size_t question_len; /* name, type and class, from HEADER_LEN on */
    uint16_t type;
    char name[SIM_LAN_NAME_CAP];
};

/* The name at HEADER_LEN as text; longer ones than the table can hold are cut. Returns the
 * offset behind it, 0: broken. */
static size_t read_name(const uint8_t *data, size_t len, char name[SIM_LAN_NAME_CAP])
{
    size_t i = HEADER_LEN;
    size_t n = 0;
    while (i < len && data[i] != 0) {
        size_t label_len = data[i++];
        if (label_len > 63 || label_len > len - i) {
            return 0;
        }
        for (size_t k = 0; k <= label_len && n < SIM_LAN_NAME_CAP - 1; k++) {
            name[n++] = k < label_len ? lower((char)data[i + k]) : '.';
        }
        i += label_len;
    }
    name[n > 0 ? n - 1 : 0] = 0;
    return i < len && i - HEADER_LEN < 255 ? i + 1 : 0;
}

static bool read_query(const struct datagram *d, struct query *q)
{
    if (d->len < HEADER_LEN || (get16(d->data + 2) & 0xF800) != 0 ||
        get16(d->data + 4) != 1) {
        return false;
    }
    size_t at = read_name(d->data, d->len, q->name);
    if (at == 0 || d->len - at < 4) {
        return false;
    }
    q->data = d->data;
    q->type = get16(d->data + at);
    q->question_len = at + 4 - HEADER_LEN;
    return true;
}

/* ---- Writing ---- */

struct reply {
    uint8_t data[REPLY_CAP];
    size_t len;
    size_t owner; /* offset of the name whose records come next */
    uint16_t answers;
    bool is_full;
};

static bool has_room(struct reply *r, size_t len)
{
    r->is_full = r->is_full || len > REPLY_CAP - r->len;
    return !r->is_full;
}

static void put_record(struct reply *r, uint16_t type, uint32_t ttl_s, const void *data,
                       size_t len)
{
    if (has_room(r, 12 + len)) {
        uint8_t *p = r->data + r->len;
        put16(p, 0xC000u | (uint32_t)r->owner);
        put16(p + 2, type);
        put16(p + 4, 1);
        put32(p + 6, ttl_s);
        put16(p + 10, (uint32_t)len);
        memcpy(p + 12, data, len);
        r->len += 12 + len;
        r->answers++;
    }
}

static void put_a(const struct sim_lan *lan, struct reply *r, uint32_t address,
                  uint32_t ttl_s)
{
    uint8_t bytes[4];
    uint32_t wrong = lan->faults[SIM_LAN_FAULT_DNS_WRONG_ADDRESS];
    put32(bytes, wrong != 0 ? wrong : address);
    put_record(r, TYPE_A, ttl_s, bytes, 4);
}

/* The records that follow belong to target. */
static void put_cname(struct reply *r, const char *target, uint32_t ttl_s)
{
    uint8_t name[SIM_LAN_NAME_CAP + 1];
    size_t len = strlen(target);
    size_t label = 0;
    for (size_t i = 0; i <= len; i++) {
        if (i == len || target[i] == '.') {
            name[label] = (uint8_t)(i - label);
            label = i + 1;
        } else {
            name[i + 1] = (uint8_t)target[i];
        }
    }
    name[label] = 0;
    size_t at = r->len + 12;
    put_record(r, TYPE_CNAME, ttl_s, name, label + 1);
    if (!r->is_full) {
        r->owner = at;
    }
}

static void begin(struct reply *r, const struct query *q)
{
    memset(r->data, 0, HEADER_LEN);
    memcpy(r->data, q->data, HEADER_LEN + q->question_len);
    put32(r->data + 6, 0);
    put16(r->data + 10, 0);
    r->len = HEADER_LEN + q->question_len;
    r->owner = HEADER_LEN;
    r->answers = 0;
    r->is_full = false;
}

static void finish(struct reply *r, const struct query *q, uint32_t rcode)
{
    uint32_t flags = FLAG_QR | FLAG_AA | FLAG_RA | (get16(q->data + 2) & FLAG_RD) | rcode;
    put16(r->data + 2, flags | (r->is_full ? FLAG_TC : 0));
    put16(r->data + 6, r->answers);
}

/* All records of name. Returns the CNAME's target, or NULL. */
static const char *put_records(const struct sim_lan *lan, struct reply *r,
                               const char *name, uint16_t type, bool *is_known)
{
    *is_known = false;
    for (unsigned i = 0; i < SIM_LAN_RECORDS; i++) {
        const struct dns_record *rr = &lan->records[i];
        if (strcmp(rr->name, name) != 0) {
            continue;
        }
        *is_known = true;
        if (rr->is_cname) {
            put_cname(r, rr->target, rr->ttl_s);
            return rr->target;
        }
        if (type == TYPE_A) {
            put_a(lan, r, rr->address, rr->ttl_s);
        }
    }
    return NULL;
}

static void right_answer(const struct sim_lan *lan, struct reply *r,
                         const struct query *q)
{
    const char *name = q->name;
    bool is_known = false;
    begin(r, q);
    for (int i = 0; name != NULL && i < CHAIN_MAX; i++) {
        name = put_records(lan, r, name, q->type, &is_known);
    }
    finish(r, q, is_known || name != NULL ? 0 : NXDOMAIN);
}

/* ---- Faults ---- */

/* Answers that would keep a careless reader busy for ever. */
static void loop_answer(const struct sim_lan *lan, struct reply *r, const struct query *q,
                        uint32_t kind)
{
    begin(r, q);
    if (kind == 4) {
        put_cname(r, "loop.test", 60);
        put_cname(r, "pool.test", 60);
        put_cname(r, "loop.test", 60);
    } else {
        size_t at = r->len;
        put_a(lan, r, SIM_IP4(198, 51, 100, 66), 60);
        put_a(lan, r, SIM_IP4(198, 51, 100, 66), 60);
        if (!r->is_full) {
            size_t to = kind == 1 ? at : at + 16;
            put16(r->data + at, 0xC000u | (uint32_t)to);
            put16(r->data + at + 16, 0xC000u | (uint32_t)(kind == 2 ? at : at + 12));
        }
    }
    finish(r, q, 0);
}

static void garble(struct sim_lan *lan, struct reply *r, uint32_t kind, size_t answers_at)
{
    switch (kind) {
    case 1:
        for (size_t i = 4; i < r->len; i++) {
            r->data[i] = (uint8_t)lan_random(lan);
        }
        break;
    case 2:
        r->len -= r->len - answers_at < 6 ? 0 : 6;
        break;
    case 3:
        if (r->len > answers_at) {
            put16(r->data + answers_at + 10, 0xFFFF);
        }
        break;
    case 4:
        r->len = answers_at;
        put16(r->data + 6, 0);
        break;
    default:
        memset(r->data + 4, 0xFF, 8);
        break;
    }
}

static void make_answer(struct sim_lan *lan, struct reply *r, const struct query *q)
{
    const uint32_t *faults = lan->faults;
    if (faults[SIM_LAN_FAULT_DNS_LOOP] != 0) {
        loop_answer(lan, r, q, faults[SIM_LAN_FAULT_DNS_LOOP]);
    } else if (faults[SIM_LAN_FAULT_DNS_RCODE] != 0) {
        begin(r, q);
        finish(r, q, faults[SIM_LAN_FAULT_DNS_RCODE] & 15);
    } else if (faults[SIM_LAN_FAULT_DNS_TRUNCATED] != 0) {
        begin(r, q);
        r->is_full = true;
        finish(r, q, 0);
    } else {
        right_answer(lan, r, q);
        if (faults[SIM_LAN_FAULT_DNS_GARBAGE] != 0) {
            garble(lan, r, faults[SIM_LAN_FAULT_DNS_GARBAGE],
                   HEADER_LEN + q->question_len);
        }
    }
}

/* The first letter of the name is another. */
static void change_question(struct reply *r)
{
    if (r->data[HEADER_LEN] != 0) {
        r->data[HEADER_LEN + 1] = r->data[HEADER_LEN + 1] == 'x' ? 'y' : 'x';
    }
}

static void send(struct sim_lan *lan, const struct datagram *d, const struct reply *r,
                 uint32_t from, uint16_t from_port)
{
    udp_send(lan,
             &(struct datagram){.host = d->host,
                                .from = from,
                                .to = d->from,
                                .from_port = from_port,
                                .to_port = d->from_port,
                                .data = r->data,
                                .len = r->len},
             NULL, lan->faults[SIM_LAN_FAULT_DNS_DELAY]);
}

static void poison(struct sim_lan *lan, const struct datagram *d, const struct query *q)
{
    uint8_t bytes[4];
    struct reply r;
    put32(bytes, lan->faults[SIM_LAN_FAULT_DNS_POISON]);
    begin(&r, q);
    put_record(&r, TYPE_A, 86400, bytes, 4);
    finish(&r, q, 0);
    send(lan, d, &r, d->to ^ 0x40, d->to_port);
    send(lan, d, &r, d->to, 5353);
    r.data[1] ^= 1;
    send(lan, d, &r, d->to, d->to_port);
    r.data[1] ^= 1;
    change_question(&r);
    send(lan, d, &r, d->to, d->to_port);
}

void dns_datagram_in(struct sim_lan *lan, const struct datagram *d)
{
    struct query q;
    struct reply r;
    uint32_t server = lan_server_of(lan->dns, d->host);
    uint16_t port = d->to_port;
    if (!read_query(d, &q)) {
        lan->stats.malformed++;
        return;
    }
    lan->dns_queries++;
    if (lan_fault_bit(lan, SIM_LAN_FAULT_DNS_SILENT, server)) {
        return;
    }
    if (lan->faults[SIM_LAN_FAULT_DNS_POISON] != 0) {
        poison(lan, d, &q);
    }
    make_answer(lan, &r, &q);
    if (lan_fault_bit(lan, SIM_LAN_FAULT_DNS_WRONG_ID, server)) {
        r.data[0] ^= 0x55;
    }
    if (lan_fault_bit(lan, SIM_LAN_FAULT_DNS_WRONG_QUESTION, server)) {
        change_question(&r);
    }
    if (lan_fault_bit(lan, SIM_LAN_FAULT_DNS_WRONG_SOURCE, server)) {
        port = 5353;
    }
    send(lan, d, &r, d->to, port);
}
