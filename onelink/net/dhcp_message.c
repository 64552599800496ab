/* SPDX-License-Identifier: MIT */
#include "onelink/net/dhcp_message.h"

#include <string.h>

#include "onelink/base/buf.h"

#define OP_REQUEST     1
#define OP_REPLY       2
#define HTYPE_ETHERNET 1
#define FLAG_BROADCAST 0x80
#define COOKIE         0x63, 0x82, 0x53, 0x63
#define HOSTNAME_MAX   63
#define MESSAGE_MIN    300

/* Where things are, RFC 2131 2, figure 1. */
enum {
    AT_XID = 4,
    AT_SECS = 8,
    AT_FLAGS = 10,
    AT_CLIENT = 12,
    AT_YOURS = 16,
    AT_MAC = 28,
    AT_SNAME = 44,
    AT_FILE = 108,
    AT_COOKIE = 236,
    AT_OPTIONS = 240,
    AT_TYPE = 242
};

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

/* ---- Requests ---- */

/* The cookie, the type of the message (AT_TYPE), the begin of a client identifier. */
static const uint8_t first_options[] = {COOKIE, OPT_TYPE,      1, 0, OPT_CLIENT,
                                        7,      HTYPE_ETHERNET};

/* What the server should know of a client that asks for an address. */
/* clang-format off */
static const uint8_t wishes[] = {
    OPT_MAX_SIZE, 2, OL_DHCP_MESSAGE_MAX >> 8, OL_DHCP_MESSAGE_MAX & 0xFF,
    OPT_WANTED, 8, OPT_MASK, OPT_ROUTER, OPT_DNS, OPT_DOMAIN,
    OPT_NTP, OPT_LEASE, OPT_RENEW, OPT_REBIND};
/* clang-format on */

static OL_NOINLINE uint8_t *append(uint8_t *p, const void *data, size_t len)
{
    memcpy(p, data, len);
    return p + len;
}

static uint8_t *option(uint8_t *p, uint8_t code, const void *data, size_t len)
{
    *p++ = code;
    *p++ = (uint8_t)len;
    return append(p, data, len);
}

static OL_NOINLINE uint8_t *address_option(uint8_t *p, uint8_t code,
                                           const struct ol_addr *addr)
{
    return addr != NULL ? option(p, code, addr->bytes, 4) : p;
}

/* The fixed part and the options that every message has. Returns the place behind. */
static uint8_t *begin(uint8_t *m, const struct ol_dhcp_request *r)
{
    m[0] = OP_REQUEST;
    m[1] = HTYPE_ETHERNET;
    m[2] = 6;
    memcpy(m + AT_XID, &r->xid, 4);
    m[AT_SECS] = (uint8_t)(r->secs >> 8);
    m[AT_SECS + 1] = (uint8_t)r->secs;
    if (r->client != NULL) {
        memcpy(m + AT_CLIENT, r->client->bytes, 4);
    } else {
        /* Without an address the interface takes no unicast, RFC 2131 4.1. */
        m[AT_FLAGS] = FLAG_BROADCAST;
    }
    memcpy(m + AT_MAC, r->mac, 6);
    uint8_t *p = append(m + AT_COOKIE, first_options, sizeof first_options);
    m[AT_TYPE] = (uint8_t)r->type;
    return append(p, r->mac, 6);
}

int32_t ol_dhcp_request_encode(const struct ol_dhcp_request *r, void *buf, size_t cap)
{
    if (cap < OL_DHCP_REQUEST_MAX || r->hostname.len > HOSTNAME_MAX) {
        return OL_E_NOSPC;
    }
    memset(buf, 0, OL_DHCP_REQUEST_MAX);
    uint8_t *p = begin(buf, r);
    p = address_option(p, OPT_REQUESTED, r->requested);
    p = address_option(p, OPT_SERVER, r->server);
    if (r->type == OL_DHCP_DISCOVER || r->type == OL_DHCP_REQUEST) {
        p = append(p, wishes, sizeof wishes);
        if (r->hostname.len > 0) {
            p = option(p, OPT_HOSTNAME, r->hostname.ptr, r->hostname.len);
        }
    }
    *p++ = OPT_END;
    int32_t len = (int32_t)(p - (uint8_t *)buf);
    return len > MESSAGE_MIN ? len : MESSAGE_MIN;
}

/* ---- Answers ---- */

/* The options as found; a span of another length than it must have is not taken. */
struct found {
    struct ol_dhcp_lease *out;
    uint8_t type;
    uint8_t overload;
};

static bool address(const uint8_t *b, uint16_t port, struct ol_addr *out)
{
    if (b[0] == 0 || b[0] == 127 || b[0] >= 224) {
        return false; /* no address of a host, RFC 1122 3.2.1.3 */
    }
    ol_addr_set_ipv4(out, b, port);
    return true;
}

static void address_list(const uint8_t *data, size_t len, struct ol_addr *out, size_t cap)
{
    const struct ol_addr *end = out + cap;

    for (; len >= 4 && out != end; len -= 4, data += 4) {
        out += address(data, 0, out) ? 1 : 0;
    }
}

/* The length of a mask: ones, then zeros. 0: not such, or all of either. */
static uint8_t prefix_of(uint32_t mask)
{
    uint32_t rest = ~mask;
    uint8_t len = 0;

    if (mask == 0 || rest == 0 || (rest & (rest + 1)) != 0) {
        return 0;
    }
    for (; mask != 0; mask <<= 1) {
        len++;
    }
    return len;
}

/* Some servers count a NUL. A name that is cut would be another name: it is left out. */
static void take_domain(const uint8_t *text, size_t text_len,
                        char out[OL_DHCP_DOMAIN_CAP])
{
    size_t len = 0;

    while (len < text_len && text[len] > ' ' && text[len] <= '~') {
        len++;
    }
    bool is_whole = len == text_len || (len + 1 == text_len && text[len] == '\0');
    if (is_whole && len > 0 && len < OL_DHCP_DOMAIN_CAP) {
        memcpy(out, text, len);
        out[len] = '\0';
    }
}

static void take_word(struct found *f, uint8_t code, uint32_t value)
{
    switch (code) {
    case OPT_MASK:
        f->out->prefix_len = prefix_of(value);
        break;
    case OPT_LEASE:
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

static void take_option(struct found *f, uint8_t code, const uint8_t *data, size_t len)
{
    struct ol_dhcp_lease *out = f->out;

    switch (code) {
    case OPT_ROUTER:
        address_list(data, len, &out->gateway, 1);
        break;
    case OPT_DNS:
        address_list(data, len, out->dns, OL_DHCP_SERVERS_MAX);
        break;
    case OPT_NTP:
        address_list(data, len, out->ntp, OL_DHCP_SERVERS_MAX);
        break;
    case OPT_DOMAIN:
        take_domain(data, len, out->domain);
        break;
    case OPT_TYPE:
        f->type = len == 1 ? data[0] : 0;
        break;
    case OPT_OVERLOAD:
        f->overload = len == 1 ? data[0] : 0;
        break;
    case OPT_SERVER:
        if (len != 4 || !address(data, OL_DHCP_SERVER_PORT, &out->server)) {
            out->server.family = OL_ADDR_NONE;
        }
        break;
    default:
        if (len == 4) {
            take_word(f, code, ol_get_u32(data));
        }
        break;
    }
}

/* A field of options. A missing end is forgiven, an option that passes the end is not. */
static bool take_options(struct found *f, const uint8_t *p, const uint8_t *end)
{
    while (p != end && *p != OPT_END) {
        if (*p == OPT_PAD) {
            p++;
            continue;
        }
        if (end - p < 2 || end - p - 2 < p[1]) {
            return false;
        }
        take_option(f, p[0], p + 2, p[1]);
        p += 2 + p[1];
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
    uint32_t all = UINT32_MAX >> prefix_len;
    uint32_t host = ol_get_u32(addr->bytes) & all;

    return prefix_len >= 31 || (host != 0 && host != all);
}

static int32_t judge(struct found *f, const uint8_t *yiaddr)
{
    struct ol_dhcp_lease *out = f->out;

    if (out->server.family == OL_ADDR_NONE) {
        return OL_E_PROTO;
    }
    if (f->type == OL_DHCP_NAK) {
        return OL_DHCP_NAK;
    }
    if ((f->type != OL_DHCP_OFFER && f->type != OL_DHCP_ACK) || out->lease_s == 0 ||
        !address(yiaddr, 0, &out->address)) {
        return OL_E_PROTO;
    }
    if (out->prefix_len == 0) {
        out->prefix_len = class_prefix(&out->address);
    }
    return is_host(&out->address, out->prefix_len) ? f->type : OL_E_PROTO;
}

/* An answer to us, RFC 2131 2, figure 1. */
static bool is_ours(const uint8_t *m, uint32_t xid, const uint8_t mac[6])
{
    static const uint8_t kind[] = {OP_REPLY, HTYPE_ETHERNET, 6};

    return memcmp(m, kind, sizeof kind) == 0 && memcmp(m + AT_XID, &xid, 4) == 0 &&
           memcmp(m + AT_MAC, mac, 6) == 0 &&
           memcmp(m + AT_COOKIE, first_options, AT_OPTIONS - AT_COOKIE) == 0;
}

int32_t ol_dhcp_answer_decode(const void *data, size_t len, uint32_t xid,
                              const uint8_t mac[6], struct ol_dhcp_lease *out)
{
    const uint8_t *m = data;
    struct found f = {.out = out};

    memset(out, 0, sizeof *out);
    if (len < AT_OPTIONS || !is_ours(m, xid, mac)) {
        return OL_E_PROTO;
    }
    /* RFC 2131 4.1: the options, then `file`, then `sname` where option 52 says so. */
    if (!take_options(&f, m + AT_OPTIONS, m + len) ||
        ((f.overload & 1U) != 0 && !take_options(&f, m + AT_FILE, m + AT_COOKIE)) ||
        ((f.overload & 2U) != 0 && !take_options(&f, m + AT_SNAME, m + AT_FILE))) {
        return OL_E_PROTO;
    }
    return judge(&f, m + AT_YOURS);
}
