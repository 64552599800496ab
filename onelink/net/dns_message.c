/* SPDX-License-Identifier: MIT */
#include "onelink/net/dns_message.h"

#include <string.h>

#include "onelink/base/buf.h"

#define HEADER_LEN      12
#define LABEL_MAX       63
#define POINTERS_MAX    16
#define RECORD_LEN      10 /* of a record between its name and its data */
#define TYPE_A          1
#define TYPE_CNAME      5
#define CLASS_IN        1
#define FLAG_RESPONSE   0x8000U
#define FLAGS_OPCODE    0x7800U
#define FLAG_AUTHORITY  0x0400U
#define FLAG_TRUNCATED  0x0200U
#define FLAG_WANT_RECUR 0x0100U
#define FLAG_RECURSED   0x0080U

struct message {
    const uint8_t *bytes;
    size_t len;
};

/* A walk over the labels of a name in a message, through its compression pointers. */
struct name {
    const struct message *msg;
    size_t pos;
    size_t end;   /* first byte behind the name where it is written; 0: not known yet */
    uint16_t len; /* bytes of the name so far, uncompressed */
    uint8_t pointers;
};

static struct name name_at(const struct message *msg, size_t pos)
{
    return (struct name){.msg = msg, .pos = pos};
}

/* Backwards only. A loop that labels in between make of it ends at the limits: of
 * pointers, and of the length of a name. */
static bool follow_pointer(struct name *n)
{
    if (n->msg->len - n->pos < 2 || n->pointers == POINTERS_MAX) {
        return false;
    }
    size_t target = ol_get_u16(n->msg->bytes + n->pos) & 0x3FFFU;
    if (n->end == 0) {
        n->end = n->pos + 2;
    }
    if (target < HEADER_LEN || target >= n->pos) {
        return false;
    }
    n->pos = target;
    n->pointers++;
    return true;
}

/* The next label, which begins with its length, 0 at the root. NULL: malformed. */
static const uint8_t *next_label(struct name *n)
{
    const struct message *msg = n->msg;

    while (n->pos < msg->len && msg->bytes[n->pos] >= 0xC0) {
        if (!follow_pointer(n)) {
            return NULL;
        }
    }
    if (n->pos >= msg->len) {
        return NULL;
    }
    const uint8_t *label = msg->bytes + n->pos;
    uint32_t size = *label + 1U;
    n->len = (uint16_t)(n->len + size);
    if (*label > LABEL_MAX || size > msg->len - n->pos || n->len > OL_DNS_WIRE_MAX) {
        return NULL;
    }
    n->pos += size;
    if (*label == 0 && n->end == 0) {
        n->end = n->pos;
    }
    return label;
}

static uint8_t to_lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
}

/* RFC 4343: letter case does not count. The length of a label, below 64, is no letter. */
static bool is_same(const uint8_t *a, const uint8_t *b, size_t len)
{
    while (len > 0 && to_lower(*a) == to_lower(*b)) {
        a++;
        b++;
        len--;
    }
    return len == 0;
}

/* Walks over the name at pos. Gives the first byte behind it, or 0: it is malformed. *is_other
 * is set when it is not the name at other_pos; malformed names equal nothing. */
static size_t pass_name(const struct message *msg, size_t pos, size_t other_pos,
                        bool *is_other)
{
    struct name n = name_at(msg, pos);
    struct name other = name_at(msg, other_pos);
    const uint8_t *label;

    *is_other = false;
    do {
        label = next_label(&n);
        if (label == NULL) {
            return 0;
        }
        if (!*is_other) {
            const uint8_t *o = next_label(&other);
            *is_other = o == NULL || !is_same(label, o, *label + 1U);
        }
    } while (*label != 0);
    return n.end;
}

/* ---- Queries ---- */

static bool is_label_char(uint8_t c)
{
    uint8_t lower = to_lower(c);
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
}

/* What is around the name; returns the length of the whole. */
static OL_NOINLINE int32_t frame(uint8_t *buf, uint16_t id, uint8_t *end)
{
    /* Recursion desired, one question, no answer. */
    static const uint8_t head[HEADER_LEN] = {0, 0, FLAG_WANT_RECUR >> 8, 0, 0, 1};
    static const uint8_t tail[4] = {0, TYPE_A, 0, CLASS_IN};

    memcpy(buf, head, sizeof head);
    buf[0] = (uint8_t)(id >> 8);
    buf[1] = (uint8_t)id;
    memcpy(end, tail, sizeof tail);
    return (int32_t)(end - buf) + (int32_t)sizeof tail;
}

int32_t ol_dns_query_encode(struct ol_str name, uint16_t id, void *buf, size_t cap)
{
    if (name.len > 0 && name.ptr[name.len - 1] == '.') {
        name.len--;
    }
    if (name.len == 0 || name.len > OL_DNS_NAME_MAX) {
        return OL_E_ARG;
    }
    if (cap < HEADER_LEN + 1 + name.len + 1 + 4) {
        return OL_E_NOSPC;
    }
    /* A dot parts two labels: one that ends the text leaves an empty label, refused. */
    uint8_t *label = (uint8_t *)buf + HEADER_LEN; /* where its length goes */
    uint8_t *p = label + 1;
    for (size_t i = 0; i <= name.len; i++) {
        uint8_t c = i < name.len ? (uint8_t)name.ptr[i] : '.';
        if (c != '.') {
            if (!is_label_char(c)) {
                return OL_E_ARG;
            }
            *p++ = c;
            continue;
        }
        size_t len = (size_t)(p - label) - 1;
        if (len == 0 || len > LABEL_MAX || label[1] == '-' || p[-1] == '-') {
            return OL_E_ARG;
        }
        *label = (uint8_t)len;
        label = p++;
    }
    *label = 0;
    return frame(buf, id, p);
}

int32_t ol_dns_query_encode_alias(const void *msg, size_t msg_len, uint16_t alias_pos,
                                  uint16_t id, void *buf, size_t cap)
{
    const struct message m = {msg, msg_len};
    struct name n = name_at(&m, alias_pos);
    size_t len = HEADER_LEN;
    const uint8_t *label;
    do {
        label = next_label(&n);
        if (label == NULL) {
            return OL_E_PROTO;
        }
        if (HEADER_LEN + n.len + 4U > cap) {
            return OL_E_NOSPC;
        }
        memcpy((uint8_t *)buf + len, label, *label + 1U);
        len = HEADER_LEN + n.len;
    } while (*label != 0);
    return frame(buf, id, (uint8_t *)buf + len);
}

/* ---- Answers ---- */

/* Takes what the record whose fixed part is at r says about its owner, which is the name
 * looked for. Its data is inside the message. */
static bool take_record(const struct message *msg, const uint8_t *r, uint16_t *alias_pos,
                        struct ol_dns_answer *out)
{
    uint32_t kind = ol_get_u32(r);
    uint32_t ttl_s = ol_get_u32(r + 4);
    size_t data_len = ol_get_u16(r + 8);
    size_t data_pos = (size_t)(r + RECORD_LEN - msg->bytes);

    if (kind == ((uint32_t)TYPE_A << 16 | CLASS_IN)) {
        if (data_len != 4) {
            return false;
        }
        if (out->addr_count < OL_DNS_ADDRS_MAX) {
            ol_addr_set_ipv4(&out->addrs[out->addr_count++], r + RECORD_LEN, 0);
        }
    } else if (kind == ((uint32_t)TYPE_CNAME << 16 | CLASS_IN)) {
        bool is_other;
        if (pass_name(msg, data_pos, data_pos, &is_other) != data_pos + data_len) {
            return false;
        }
        *alias_pos = (uint16_t)data_pos;
    } else {
        return true;
    }
    if (ttl_s > INT32_MAX) {
        ttl_s = 0;
    }
    if (ttl_s < out->ttl_s) {
        out->ttl_s = ttl_s;
    }
    return true;
}

/* Goes once over the answer section at pos for records of the name at name_pos. */
static bool scan_answers(const struct message *msg, size_t pos, uint32_t count,
                         size_t name_pos, uint16_t *alias_pos, struct ol_dns_answer *out)
{
    for (; count > 0; count--) {
        bool is_other;
        pos = pass_name(msg, pos, name_pos, &is_other);
        if (pos == 0 || msg->len - pos < RECORD_LEN) {
            return !out->is_conclusive; /* it may be cut */
        }
        const uint8_t *r = msg->bytes + pos;
        pos += RECORD_LEN + ol_get_u16(r + 8);
        if (pos > msg->len) {
            return !out->is_conclusive;
        }
        if (!is_other && !take_record(msg, r, alias_pos, out)) {
            return false;
        }
    }
    return true;
}

/* RFC 1034 3.6.2: records of a chain may come in any order, so each link is a scan of its
 * own. out->alias_pos is where the name looked for is, 0 for the question's. */
static int32_t follow_chain(const struct message *msg, size_t pos, uint32_t count,
                            struct ol_dns_answer *out)
{
    uint16_t name_pos = HEADER_LEN;

    out->ttl_s = UINT32_MAX;
    for (;;) {
        uint16_t alias_pos = 0;
        if (!scan_answers(msg, pos, count, name_pos, &alias_pos, out)) {
            return OL_E_PROTO;
        }
        if (out->addr_count > 0) {
            out->alias_pos = 0;
            return OL_OK;
        }
        if (alias_pos == 0 || out->chain_len == OL_DNS_CHAIN_MAX) {
            return OL_OK;
        }
        out->alias_pos = alias_pos;
        name_pos = alias_pos;
        out->chain_len++;
    }
}

int32_t ol_dns_answer_decode(const void *msg, size_t msg_len, const void *query,
                             size_t query_len, struct ol_dns_answer *out)
{
    const struct message m = {msg, msg_len};
    const uint8_t *asked = query;
    memset(out, 0, sizeof *out);
    if (msg_len > UINT16_MAX || query_len < HEADER_LEN || msg_len < query_len) {
        return OL_E_PROTO;
    }
    uint16_t flags = ol_get_u16(m.bytes + 2);
    /* The identifier and the one question as it was asked (RFC 5452 9.1). A query's name is
     * not compressed, nor can the first one of an answer be. */
    if (memcmp(m.bytes, asked, 2) != 0 || (flags & FLAG_RESPONSE) == 0 ||
        (flags & FLAGS_OPCODE) != 0 || ol_get_u16(m.bytes + 4) != 1 ||
        !is_same(m.bytes + HEADER_LEN, asked + HEADER_LEN, query_len - HEADER_LEN)) {
        return OL_E_PROTO;
    }
    out->rcode = flags & 0x0F;
    if (out->rcode != OL_DNS_NOERROR) {
        return OL_OK;
    }
    out->is_conclusive = (flags & FLAG_TRUNCATED) == 0;
    int32_t rc = follow_chain(&m, query_len, ol_get_u16(m.bytes + 6), out);
    out->is_conclusive =
        out->is_conclusive && (flags & (FLAG_AUTHORITY | FLAG_RECURSED)) != 0;
    return rc;
}
