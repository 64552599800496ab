/* SPDX-License-Identifier: MIT */
#include "onelink/net/dns_message.h"

#include "onelink/base/buf.h"

#define HEADER_LEN      12
#define LABEL_MAX       63
#define POINTERS_MAX    16
#define TYPE_A          1
#define TYPE_CNAME      5
#define CLASS_IN        1
#define FLAG_RESPONSE   0x8000U
#define FLAGS_OPCODE    0x7800U
#define FLAG_AUTHORITY  0x0400U
#define FLAG_TRUNCATED  0x0200U
#define FLAG_WANT_RECUR 0x0100U
#define FLAG_RECURSED   0x0080U

/* A walk over the labels of a name in a message, through its compression pointers. */
struct name {
    const uint8_t *msg;
    size_t msg_len;
    size_t pos;
    size_t end;   /* first byte behind the name where it is written; 0: not known yet */
    uint16_t len; /* bytes of the name so far, uncompressed */
    uint8_t pointers;
};

struct record {
    size_t name_pos;
    size_t data_pos;
    uint32_t ttl_s;
    uint16_t type;
    uint16_t class;
    uint16_t data_len;
};

static struct name name_at(const uint8_t *msg, size_t msg_len, size_t pos)
{
    return (struct name){.msg = msg, .msg_len = msg_len, .pos = pos};
}

/* Backwards only. A loop that labels in between make of it ends at the limits: of
 * pointers, and of the length of a name. */
static bool follow_pointer(struct name *n)
{
    if (n->msg_len - n->pos < 2 || n->pointers == POINTERS_MAX) {
        return false;
    }
    size_t target = (size_t)(n->msg[n->pos] & 0x3F) << 8 | n->msg[n->pos + 1];
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

/* The length of the next label, 0 at the root, or OL_E_PROTO. */
static int32_t next_label(struct name *n, const uint8_t **label)
{
    while (n->pos < n->msg_len && n->msg[n->pos] >= 0xC0) {
        if (!follow_pointer(n)) {
            return OL_E_PROTO;
        }
    }
    if (n->pos >= n->msg_len) {
        return OL_E_PROTO;
    }
    uint8_t len = n->msg[n->pos];
    n->len = (uint16_t)(n->len + 1 + len);
    if (len > LABEL_MAX || len >= n->msg_len - n->pos || n->len > OL_DNS_WIRE_MAX) {
        return OL_E_PROTO;
    }
    *label = &n->msg[n->pos + 1];
    n->pos += 1U + len;
    if (len == 0 && n->end == 0) {
        n->end = n->pos;
    }
    return len;
}

/* Walks to the root. The first byte behind the name, or 0 when it is malformed. */
static size_t name_end(const uint8_t *msg, size_t msg_len, size_t pos)
{
    struct name n = name_at(msg, msg_len, pos);
    const uint8_t *label;
    int32_t len;
    do {
        len = next_label(&n, &label);
    } while (len > 0);
    return len == 0 ? n.end : 0;
}

static uint8_t to_lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
}

/* RFC 4343: letter case does not count. Malformed names equal nothing. */
static bool is_same_name(struct name *a, struct name *b)
{
    for (;;) {
        const uint8_t *pa;
        const uint8_t *pb;
        int32_t len = next_label(a, &pa);
        if (len < 0 || next_label(b, &pb) != len) {
            return false;
        }
        if (len == 0) {
            return true;
        }
        for (int32_t i = 0; i < len; i++) {
            if (to_lower(pa[i]) != to_lower(pb[i])) {
                return false;
            }
        }
    }
}

static bool is_label_char(char c)
{
    uint8_t lower = to_lower((uint8_t)c);
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
}

/* Writes the label that text begins with; its length, or 0 when it is not allowed. */
static size_t write_label(struct ol_writer *w, const char *text, size_t left)
{
    size_t len = 0;
    while (len < left && text[len] != '.') {
        if (!is_label_char(text[len])) {
            return 0;
        }
        len++;
    }
    if (len == 0 || len > LABEL_MAX || text[0] == '-' || text[len - 1] == '-') {
        return 0;
    }
    ol_writer_u8(w, (uint8_t)len);
    ol_writer_bytes(w, text, len);
    return len;
}

static void begin_query(struct ol_writer *w, uint16_t id)
{
    ol_writer_u16(w, id);
    ol_writer_u16(w, FLAG_WANT_RECUR);
    ol_writer_u32(w, 0x00010000); /* one question, no answer */
    ol_writer_u32(w, 0);
}

static int32_t end_query(struct ol_writer *w)
{
    ol_writer_u8(w, 0);
    ol_writer_u32(w, (uint32_t)TYPE_A << 16 | CLASS_IN);
    int32_t rc = ol_writer_status(w);
    return rc == OL_OK ? (int32_t)w->len : rc;
}

int32_t ol_dns_query_encode(struct ol_str name, uint16_t id, void *buf, size_t cap)
{
    if (name.len > 0 && name.ptr[name.len - 1] == '.') {
        name.len--;
    }
    if (name.len == 0 || name.len > OL_DNS_NAME_MAX) {
        return OL_E_ARG;
    }
    struct ol_writer w = ol_writer_make(buf, cap);
    begin_query(&w, id);
    /* A dot parts two labels: one that ends the text leaves an empty label, refused. */
    for (size_t pos = 0; pos <= name.len; pos++) {
        size_t len = write_label(&w, name.ptr + pos, name.len - pos);
        if (len == 0) {
            return OL_E_ARG;
        }
        pos += len;
    }
    return end_query(&w);
}

int32_t ol_dns_query_encode_alias(const void *msg, size_t msg_len, uint16_t alias_pos,
                                  uint16_t id, void *buf, size_t cap)
{
    struct ol_writer w = ol_writer_make(buf, cap);
    struct name n = name_at(msg, msg_len, alias_pos);
    const uint8_t *label;
    int32_t len;
    begin_query(&w, id);
    while ((len = next_label(&n, &label)) > 0) {
        ol_writer_u8(&w, (uint8_t)len);
        ol_writer_bytes(&w, label, (size_t)len);
    }
    return len < 0 ? len : end_query(&w);
}

static bool read_record(struct ol_reader *r, struct record *out)
{
    out->name_pos = r->pos;
    size_t end = name_end(r->buf, r->len, r->pos);
    if (end == 0) {
        return false;
    }
    r->pos = end;
    out->type = ol_reader_u16(r);
    out->class = ol_reader_u16(r);
    out->ttl_s = ol_reader_u32(r);
    out->data_len = ol_reader_u16(r);
    out->data_pos = r->pos;
    (void)ol_reader_bytes(r, out->data_len);
    if (out->ttl_s > INT32_MAX) {
        out->ttl_s = 0;
    }
    return !r->bad;
}

static bool take_address(const uint8_t *msg, const struct record *rec,
                         struct ol_dns_answer *out)
{
    if (rec->data_len != 4) {
        return false;
    }
    if (out->addr_count < OL_DNS_ADDRS_MAX) {
        const uint8_t *p = msg + rec->data_pos;
        out->addrs[out->addr_count++] = ol_addr_ipv4(p[0], p[1], p[2], p[3], 0);
    }
    return true;
}

/* Takes what a record says about its owner, which is the name looked for. */
static bool take_record(const struct ol_reader *r, const struct record *rec,
                        struct ol_dns_answer *out)
{
    if (rec->type == TYPE_A) {
        if (!take_address(r->buf, rec, out)) {
            return false;
        }
    } else if (rec->type == TYPE_CNAME) {
        if (name_end(r->buf, r->len, rec->data_pos) != rec->data_pos + rec->data_len) {
            return false;
        }
        out->alias_pos = (uint16_t)rec->data_pos;
    } else {
        return true;
    }
    if (rec->ttl_s < out->ttl_s) {
        out->ttl_s = rec->ttl_s;
    }
    return true;
}

/* Goes once over the answer section for records of the name at name_pos. */
static bool scan_answers(struct ol_reader r, uint16_t count, size_t name_pos,
                         bool may_be_cut, struct ol_dns_answer *out)
{
    for (uint16_t i = 0; i < count; i++) {
        struct record rec;
        if (!read_record(&r, &rec)) {
            return may_be_cut;
        }
        struct name wanted = name_at(r.buf, r.len, name_pos);
        struct name owner = name_at(r.buf, r.len, rec.name_pos);
        if (rec.class == CLASS_IN && is_same_name(&wanted, &owner) &&
            !take_record(&r, &rec, out)) {
            return false;
        }
    }
    return true;
}

/* RFC 1034 3.6.2: records of a chain may come in any order, so each link is a scan of its
 * own. */
static int32_t follow_chain(struct ol_reader r, uint16_t count, struct ol_dns_answer *out)
{
    size_t name_pos = HEADER_LEN;
    bool may_be_cut = !out->is_conclusive;
    out->ttl_s = UINT32_MAX;
    for (;;) {
        out->alias_pos = 0;
        if (!scan_answers(r, count, name_pos, may_be_cut, out)) {
            return OL_E_PROTO;
        }
        if (out->addr_count > 0) {
            out->alias_pos = 0;
            return OL_OK;
        }
        if (out->alias_pos == 0 || out->chain_len == OL_DNS_CHAIN_MAX) {
            out->alias_pos = name_pos == HEADER_LEN ? 0 : (uint16_t)name_pos;
            return OL_OK;
        }
        name_pos = out->alias_pos;
        out->chain_len++;
    }
}

/* The question as it was asked (RFC 5452 9.1); moves *r behind it. */
static bool read_question(struct ol_reader *r, const uint8_t *query, size_t query_len)
{
    struct name asked = name_at(query, query_len, HEADER_LEN);
    struct name told = name_at(r->buf, r->len, HEADER_LEN);
    if (!is_same_name(&asked, &told)) {
        return false;
    }
    r->pos = told.end;
    uint32_t type_and_class = ol_reader_u32(r);
    return !r->bad && type_and_class == ((uint32_t)TYPE_A << 16 | CLASS_IN);
}

int32_t ol_dns_answer_decode(const void *msg, size_t msg_len, const void *query,
                             size_t query_len, struct ol_dns_answer *out)
{
    const uint8_t *asked = query;
    struct ol_reader r = ol_reader_make(msg, msg_len);
    *out = (struct ol_dns_answer){0};
    uint16_t id = ol_reader_u16(&r);
    uint16_t flags = ol_reader_u16(&r);
    uint16_t question_count = ol_reader_u16(&r);
    uint16_t answer_count = ol_reader_u16(&r);
    (void)ol_reader_u32(&r); /* authority and additional records are of no use here */
    if (r.bad || msg_len > UINT16_MAX || query_len < HEADER_LEN ||
        id != (asked[0] << 8 | asked[1]) || (flags & FLAG_RESPONSE) == 0 ||
        (flags & FLAGS_OPCODE) != 0 || question_count != 1 ||
        !read_question(&r, asked, query_len)) {
        return OL_E_PROTO;
    }
    out->rcode = flags & 0x0F;
    if (out->rcode != OL_DNS_NOERROR) {
        return OL_OK;
    }
    out->is_conclusive = (flags & FLAG_TRUNCATED) == 0;
    int32_t rc = follow_chain(r, answer_count, out);
    out->is_conclusive =
        out->is_conclusive && (flags & (FLAG_AUTHORITY | FLAG_RECURSED)) != 0;
    return rc;
}
