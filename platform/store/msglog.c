/* SPDX-License-Identifier: MIT */
#include "platform/store/msglog.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "platform/store/internal.h"

#define TEXT_MAX     1024 /* bytes kept of a topic or a reason */
#define WHO_MAX      200  /* of a product, a device, an address */
#define PUBLISH      3    /* MQTT control packet type */
#define STRANGERS_MS 1000
#define LENGTH_MAX   4 /* bytes of a remaining length */
#define PARTS        7
#define OURS         0x80
#define VERDICT_BIT  2

/* An entry begins with this; raw, topic, reason, product, device and peer follow. */
struct fixed {
    int64_t device;
    int64_t time_ms;
    int32_t code;
    uint32_t length;
    uint32_t raw_len;
    uint16_t raw;
    uint16_t topic;
    uint16_t reason;
    uint8_t product;
    uint8_t name;
    uint8_t peer;
    uint8_t kind; /* direction, verdict, ours */
    uint8_t packet;
    uint8_t qos;
};

int32_t ol_db_log_open(struct ol_db *db, const char *path, uint32_t bytes, char *why,
                       size_t cap)
{
    db->log = ol_ring_open(path, bytes);
    if (db->log == NULL) {
        snprintf(why, cap, "cannot open the message log %s: %s", path, strerror(errno));
        return OL_E_IO;
    }
    return OL_OK;
}

/* ---- writing ---- */

static struct ol_ring_part cut(struct ol_str s, size_t max)
{
    return (struct ol_ring_part){s.ptr, s.len < max ? s.len : max};
}

static void add(struct ol_db *db, const struct ol_msglog *line)
{
    const struct ol_str none = {NULL, 0};
    bool known = line->device != 0;
    /* What raw has need not be stored twice. */
    bool has_topic = line->packet == PUBLISH && line->raw.len > 0;
    struct ol_ring_part part[PARTS] = {
        {NULL, sizeof(struct fixed)},
        cut(line->raw, OL_MSGLOG_RAW_MAX),
        cut(has_topic ? none : line->topic, TEXT_MAX),
        cut(line->reason, TEXT_MAX),
        cut(known ? none : line->product_id, WHO_MAX),
        cut(known ? none : line->device_name, WHO_MAX),
        cut(line->peer, WHO_MAX),
    };
    const struct fixed f = {
        .device = line->device,
        .time_ms = line->time_ms,
        .code = line->code,
        .length = line->length,
        .raw_len = line->raw_len,
        .raw = (uint16_t)part[1].len,
        .topic = (uint16_t)part[2].len,
        .reason = (uint16_t)part[3].len,
        .product = (uint8_t)part[4].len,
        .name = (uint8_t)part[5].len,
        .peer = (uint8_t)part[6].len,
        .kind =
            (uint8_t)((unsigned)line->direction | (unsigned)line->verdict << VERDICT_BIT |
                      (line->ours ? OURS : 0U)),
        .packet = line->packet,
        .qos = line->qos,
    };
    part[0].data = &f;
    if (db->log == NULL || !ol_ring_add(db->log, line->device, part, PARTS)) {
        db->log_lost++;
    }
}

/* Ends the second of the strangers, and tells what was left out of it. */
static void strangers_end(struct ol_db *db, int64_t now_ms)
{
    uint32_t more =
        db->strangers > OL_DB_LOG_STRANGERS ? db->strangers - OL_DB_LOG_STRANGERS : 0;
    char text[48];
    db->strangers = 0;
    if (more == 0) {
        return;
    }
    snprintf(text, sizeof text, "%u more lines left out", (unsigned)more);
    const struct ol_msglog line = {.time_ms = now_ms,
                                   .direction = OL_MSGLOG_NODE,
                                   .verdict = OL_MSGLOG_LIMIT,
                                   .reason = ol_str_from(text)};
    add(db, &line);
}

void ol_db_put_log(void *ctx, const struct ol_msglog *line)
{
    struct ol_db *db = ctx;
    /* The wall clock may go back. */
    int64_t passed = line->time_ms - db->strangers_at_ms;
    if (db->strangers > 0 && (passed >= STRANGERS_MS || passed < 0)) {
        strangers_end(db, line->time_ms);
    }
    if (line->device == 0) {
        db->strangers_at_ms = db->strangers == 0 ? line->time_ms : db->strangers_at_ms;
        if (++db->strangers > OL_DB_LOG_STRANGERS) {
            return;
        }
    }
    add(db, line);
}

/* ---- reading ---- */

struct span {
    const uint8_t *data;
    size_t len;
};

static struct ol_str take(struct span *from, size_t len)
{
    size_t n = len < from->len ? len : from->len;
    struct ol_str out = ol_str_make(from->data, n);
    from->data += n;
    from->len -= n;
    return out;
}

/* Topic and payload of a PUBLISH, as far as its bytes are there and make sense. */
static void publish_of(struct ol_msglog *l)
{
    struct span s = {(const uint8_t *)l->raw.ptr, l->raw.len};
    (void)take(&s, 1);
    for (int i = 0; i < LENGTH_MAX && s.len > 0; i++) {
        bool more = (s.data[0] & 0x80) != 0;
        (void)take(&s, 1);
        if (!more) {
            break;
        }
    }
    if (s.len < 2) {
        return;
    }
    size_t topic = (size_t)s.data[0] * 256 + s.data[1];
    (void)take(&s, 2);
    l->topic = take(&s, topic);
    if (l->topic.len == topic) {
        (void)take(&s, l->qos > 0 ? 2 : 0);
        l->body = ol_str_make(s.data, s.len);
    }
}

static bool line_of(const uint8_t *entry, size_t len, struct ol_msglog *out)
{
    struct fixed f;
    if (len < sizeof f) {
        return false;
    }
    memcpy(&f, entry, sizeof f);
    struct span s = {entry + sizeof f, len - sizeof f};
    *out = (struct ol_msglog){
        .device = f.device,
        .time_ms = f.time_ms,
        .direction = (enum ol_msglog_direction)(f.kind & 3),
        .verdict = (enum ol_msglog_verdict)((f.kind & ~OURS) >> VERDICT_BIT),
        .packet = f.packet,
        .qos = f.qos,
        .length = f.length,
        .code = f.code,
        .ours = (f.kind & OURS) != 0,
        .raw_len = f.raw_len,
    };
    out->raw = take(&s, f.raw);
    out->topic = take(&s, f.topic);
    out->reason = take(&s, f.reason);
    out->product_id = take(&s, f.product);
    out->device_name = take(&s, f.name);
    out->peer = take(&s, f.peer);
    if (f.packet == PUBLISH && out->raw.len > 0) {
        publish_of(out);
    }
    return true;
}

/* What is before that is too old; INT64_MIN: nothing is. A file may hold any number. */
static int64_t oldest_ms(const struct ol_ring *log, int64_t now_ms)
{
    int64_t age = ol_ring_note(log);
    return age > 0 && now_ms > 0 ? now_ms - age : INT64_MIN;
}

struct reading {
    const struct ol_db_log_query *query;
    int64_t oldest_ms;
    void (*row)(void *ctx, const struct ol_db_log_line *l);
    void *ctx;
    uint64_t skip; /* lines that are too many */
    uint64_t seen;
    bool counting;
};

static bool on_entry(void *ctx, uint64_t seq, const uint8_t *entry, size_t len)
{
    struct reading *rd = ctx;
    struct ol_db_log_line l = {.seq = (int64_t)seq};
    if (!line_of(entry, len, &l.line) || l.line.device != rd->query->device ||
        l.line.time_ms < rd->oldest_ms ||
        (rd->query->wanted != NULL &&
         !rd->query->wanted(rd->query->wanted_ctx, &l.line))) {
        return true;
    }
    rd->seen++;
    if (rd->counting || rd->seen <= rd->skip) {
        return true;
    }
    rd->row(rd->ctx, &l);
    return rd->seen - rd->skip < rd->query->limit;
}

int32_t ol_log_each(struct ol_ring *log, const struct ol_db_log_query *query,
                    void (*row)(void *ctx, const struct ol_db_log_line *l), void *ctx)
{
    struct reading rd = {.query = query, .row = row, .ctx = ctx, .counting = true};
    uint64_t after = query->after > 0 ? (uint64_t)query->after : 0;
    if (log == NULL || query->limit == 0) {
        return log == NULL ? OL_E_IO : OL_OK;
    }
    rd.oldest_ms = oldest_ms(log, query->now_ms);
    if (query->newest) {
        if (ol_ring_each(log, query->device, after, on_entry, &rd) != OL_OK) {
            return OL_E_IO;
        }
        rd.skip = rd.seen > query->limit ? rd.seen - query->limit : 0;
    }
    rd.counting = false;
    rd.seen = 0;
    return ol_ring_each(log, query->device, after, on_entry, &rd) == OL_OK ? OL_OK
                                                                           : OL_E_IO;
}

/* ---- what goes ---- */

void ol_db_log_set_age(struct ol_db *db, int64_t max_age_ms)
{
    if (db->log != NULL) {
        ol_ring_set_note(db->log, max_age_ms);
    }
}

static bool is_old(void *ctx, const uint8_t *entry, size_t len)
{
    const int64_t *oldest = ctx;
    struct fixed f;
    if (len < sizeof f) {
        return true; /* no line, and never shown */
    }
    memcpy(&f, entry, sizeof f);
    return f.time_ms < *oldest;
}

int64_t ol_db_log_retention_step(struct ol_db *db, uint32_t *at, int64_t now_ms)
{
    uint64_t given = 0;
    int64_t oldest = db->log == NULL ? INT64_MIN : oldest_ms(db->log, now_ms);
    if (oldest == INT64_MIN) {
        return OL_DB_LOG_IDLE_MS;
    }
    return ol_ring_trim(db->log, at, OL_DB_LOG_SLICE, is_old, &oldest, &given)
               ? OL_DB_LOG_IDLE_MS
               : OL_DB_LOG_BUSY_MS;
}

void ol_db_log_forget(struct ol_db *db, int64_t device)
{
    if (db->log != NULL) {
        ol_ring_drop(db->log, device);
    }
}
