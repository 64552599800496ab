/* SPDX-License-Identifier: MIT */
#include "onelink/net/dhcp_message.h"

#include <string.h>

#include "onelink/base/buf.h"

#define OP_REQUEST     1
#define OP_REPLY       2
#define HTYPE_ETHERNET 1
#define FLAG_BROADCAST 0x8000U
#define COOKIE         0x63825363U
#define CHADDR_LEN     16
#define SNAME_LEN      64
#define FILE_LEN       128
#define MESSAGE_MIN    300

enum option {
    OPT_PAD = 0,
    OPT_MASK = 1,
    OPT_ROUTER = 3,
    OPT_DNS = 6,
    OPT_HOSTNAME = 12,
    OPT_DOMAIN = 15,
    OPT_NTP = 42,
    OPT_REQUESTED = 50,
    OPT_LEASE = 51,
    OPT_OVERLOAD = 52,
    OPT_TYPE = 53,
    OPT_SERVER = 54,
    OPT_WANTED = 55,
    OPT_MAX_SIZE = 57,
    OPT_RENEW = 58,
    OPT_REBIND = 59,
    OPT_CLIENT = 61,
    OPT_END = 255
};

static const uint8_t wanted[] = {OPT_MASK, OPT_ROUTER, OPT_DNS,   OPT_DOMAIN,
                                 OPT_NTP,  OPT_LEASE,  OPT_RENEW, OPT_REBIND};

/* ---- Requests ---- */

static void zeros(struct ol_writer *w, size_t count)
{
    while (count-- > 0) {
        ol_writer_u8(w, 0);
    }
}

static void option(struct ol_writer *w, uint8_t code, const void *data, size_t len)
{
    ol_writer_u8(w, code);
    ol_writer_u8(w, (uint8_t)len);
    ol_writer_bytes(w, data, len);
}

static void address_option(struct ol_writer *w, uint8_t code, const struct ol_addr *addr)
{
    if (addr->family == OL_ADDR_IPV4) {
        option(w, code, addr->bytes, 4);
    }
}

/* RFC 2131 2, figure 1. */
static void fixed_part(struct ol_writer *w, const struct ol_dhcp_request *r)
{
    static const uint8_t none[4];
    bool has_client = r->client.family == OL_ADDR_IPV4;

    ol_writer_u8(w, OP_REQUEST);
    ol_writer_u8(w, HTYPE_ETHERNET);
    ol_writer_u8(w, sizeof r->mac);
    ol_writer_u8(w, 0); /* hops */
    ol_writer_u32(w, r->xid);
    ol_writer_u16(w, r->secs);
    /* Without an address the interface takes no unicast, RFC 2131 4.1. */
    ol_writer_u16(w, has_client ? 0 : FLAG_BROADCAST);
    ol_writer_bytes(w, has_client ? r->client.bytes : none, 4);
    zeros(w, 12); /* yiaddr, siaddr, giaddr */
    ol_writer_bytes(w, r->mac, sizeof r->mac);
    zeros(w, CHADDR_LEN - sizeof r->mac + SNAME_LEN + FILE_LEN);
    ol_writer_u32(w, COOKIE);
}

int32_t ol_dhcp_request_encode(const struct ol_dhcp_request *r, void *buf, size_t cap)
{
    struct ol_writer w = ol_writer_make(buf, cap);
    uint8_t type = (uint8_t)r->type;
    uint8_t client[1 + sizeof r->mac] = {HTYPE_ETHERNET};

    fixed_part(&w, r);
    option(&w, OPT_TYPE, &type, 1);
    memcpy(client + 1, r->mac, sizeof r->mac);
    option(&w, OPT_CLIENT, client, sizeof client);
    address_option(&w, OPT_REQUESTED, &r->requested);
    address_option(&w, OPT_SERVER, &r->server);
    if (r->type == OL_DHCP_DISCOVER || r->type == OL_DHCP_REQUEST) {
        static const uint8_t size[] = {OL_DHCP_MESSAGE_MAX >> 8,
                                       OL_DHCP_MESSAGE_MAX & 0xFF};
        option(&w, OPT_MAX_SIZE, size, sizeof size);
        option(&w, OPT_WANTED, wanted, sizeof wanted);
        if (r->hostname.len > 0 && r->hostname.len <= 63) {
            option(&w, OPT_HOSTNAME, r->hostname.ptr, r->hostname.len);
        }
    }
    ol_writer_u8(&w, OPT_END);
    if (w.len < MESSAGE_MIN) {
        zeros(&w, MESSAGE_MIN - w.len);
    }
    return ol_writer_status(&w) == OL_OK ? (int32_t)w.len : OL_E_NOSPC;
}

/* ---- Answers ---- */

/* The options as found; a span of another length than it must have is not taken. */
struct found {
    struct ol_dhcp_lease *out;
    uint8_t type;
    uint8_t overload;
    bool has_mask;
    bool has_lease;
};

static uint32_t number(struct ol_str data)
{
    struct ol_reader r = ol_reader_make(data.ptr, data.len);

    return ol_reader_u32(&r);
}

static bool address(const char *bytes, uint16_t port, struct ol_addr *out)
{
    const uint8_t *b = (const uint8_t *)bytes;

    if (b[0] == 0 || b[0] == 127 || b[0] >= 224) {
        return false; /* no address of a host, RFC 1122 3.2.1.3 */
    }
    *out = ol_addr_ipv4(b[0], b[1], b[2], b[3], port);
    return true;
}

static void address_list(struct ol_str data, struct ol_addr *out, size_t cap)
{
    size_t count = 0;

    for (size_t i = 0; i + 4 <= data.len && count < cap; i += 4) {
        count += address(data.ptr + i, 0, &out[count]) ? 1 : 0;
    }
}

/* Ones, then zeros; not all of either. */
static bool prefix_of(uint32_t mask, uint8_t *out)
{
    uint32_t rest = ~mask;

    if (mask == 0 || rest == 0 || (rest & (rest + 1)) != 0) {
        return false;
    }
    *out = 0;
    for (; mask != 0; mask <<= 1) {
        (*out)++;
    }
    return true;
}

/* Some servers count a NUL. A name that is cut would be another name: it is left out. */
static void take_domain(struct ol_str text, char out[OL_DHCP_DOMAIN_CAP])
{
    size_t len = 0;

    while (len < text.len && text.ptr[len] > ' ' && text.ptr[len] <= '~') {
        len++;
    }
    bool is_whole = len == text.len || (len + 1 == text.len && text.ptr[len] == '\0');
    if (is_whole && len > 0 && len < OL_DHCP_DOMAIN_CAP) {
        memcpy(out, text.ptr, len);
        out[len] = '\0';
    }
}

static void take_word(struct found *f, uint8_t code, uint32_t value)
{
    switch (code) {
    case OPT_MASK:
        f->has_mask = prefix_of(value, &f->out->prefix_len);
        break;
    case OPT_LEASE:
        f->has_lease = value != 0;
        f->out->lease_s = value;
        break;
    case OPT_RENEW:
        f->out->renew_s = value;
        break;
    case OPT_REBIND:
        f->out->rebind_s = value;
        break;
    default:
        break;
    }
}

static void take_option(struct found *f, uint8_t code, struct ol_str data)
{
    switch (code) {
    case OPT_ROUTER:
        address_list(data, &f->out->gateway, 1);
        break;
    case OPT_DNS:
        address_list(data, f->out->dns, OL_DHCP_SERVERS_MAX);
        break;
    case OPT_NTP:
        address_list(data, f->out->ntp, OL_DHCP_SERVERS_MAX);
        break;
    case OPT_DOMAIN:
        take_domain(data, f->out->domain);
        break;
    case OPT_TYPE:
        f->type = data.len == 1 ? (uint8_t)data.ptr[0] : 0;
        break;
    case OPT_OVERLOAD:
        f->overload = data.len == 1 ? (uint8_t)data.ptr[0] : 0;
        break;
    case OPT_SERVER:
        if (data.len != 4 || !address(data.ptr, OL_DHCP_SERVER_PORT, &f->out->server)) {
            f->out->server.family = OL_ADDR_NONE;
        }
        break;
    default:
        if (data.len == 4) {
            take_word(f, code, number(data));
        }
        break;
    }
}

/* A field of options. A missing end is forgiven, an option that passes the end is not. */
static bool take_options(struct found *f, struct ol_str field)
{
    struct ol_reader r = ol_reader_make(field.ptr, field.len);

    while (ol_reader_left(&r) > 0) {
        uint8_t code = ol_reader_u8(&r);
        if (code == OPT_END) {
            return true;
        }
        if (code == OPT_PAD) {
            continue;
        }
        uint8_t len = ol_reader_u8(&r);
        struct ol_str data = ol_reader_bytes(&r, len);
        if (r.bad) {
            return false;
        }
        take_option(f, code, data);
    }
    return true;
}

static uint8_t class_prefix(const struct ol_addr *addr)
{
    if (addr->bytes[0] < 128) {
        return 8;
    }
    return addr->bytes[0] < 192 ? 16 : 24;
}

/* Neither the network itself nor its broadcast address. */
static bool is_host(const struct ol_addr *addr, uint8_t prefix_len)
{
    uint32_t host = number(ol_str_make(addr->bytes, 4)) & (UINT32_MAX >> prefix_len);

    return prefix_len >= 31 || (host != 0 && host != UINT32_MAX >> prefix_len);
}

static int32_t judge(struct found *f, struct ol_str yiaddr)
{
    struct ol_dhcp_lease *out = f->out;

    if (out->server.family == OL_ADDR_NONE) {
        return OL_E_PROTO;
    }
    if (f->type == OL_DHCP_NAK) {
        return OL_DHCP_NAK;
    }
    if ((f->type != OL_DHCP_OFFER && f->type != OL_DHCP_ACK) || !f->has_lease ||
        !address(yiaddr.ptr, 0, &out->address)) {
        return OL_E_PROTO;
    }
    if (!f->has_mask) {
        out->prefix_len = class_prefix(&out->address);
    }
    return is_host(&out->address, out->prefix_len) ? f->type : OL_E_PROTO;
}

int32_t ol_dhcp_answer_decode(const void *data, size_t len, uint32_t xid,
                              const uint8_t mac[6], struct ol_dhcp_lease *out)
{
    struct ol_reader r = ol_reader_make(data, len);
    struct found f = {.out = out};

    memset(out, 0, sizeof *out);
    bool is_ours = ol_reader_u8(&r) == OP_REPLY;
    is_ours = ol_reader_u8(&r) == HTYPE_ETHERNET && is_ours;
    is_ours = ol_reader_u8(&r) == 6 && is_ours;
    (void)ol_reader_u8(&r); /* hops */
    is_ours = ol_reader_u32(&r) == xid && is_ours;
    (void)ol_reader_bytes(&r, 8); /* secs, flags, ciaddr */
    struct ol_str yiaddr = ol_reader_bytes(&r, 4);
    (void)ol_reader_bytes(&r, 8); /* siaddr, giaddr */
    struct ol_str chaddr = ol_reader_bytes(&r, CHADDR_LEN);
    struct ol_str sname = ol_reader_bytes(&r, SNAME_LEN);
    struct ol_str file = ol_reader_bytes(&r, FILE_LEN);
    is_ours = ol_reader_u32(&r) == COOKIE && is_ours;
    if (r.bad || !is_ours || memcmp(chaddr.ptr, mac, 6) != 0) {
        return OL_E_PROTO;
    }
    struct ol_str options = ol_reader_bytes(&r, ol_reader_left(&r));
    /* RFC 2131 4.1: the options, then `file`, then `sname` where option 52 says so. */
    if (!take_options(&f, options) ||
        ((f.overload & 1U) != 0 && !take_options(&f, file)) ||
        ((f.overload & 2U) != 0 && !take_options(&f, sname))) {
        return OL_E_PROTO;
    }
    return judge(&f, yiaddr);
}
