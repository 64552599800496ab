/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "onelink/onenet/onejson.h"
#include "tools/conformance.h"

/* What is expected: items parted by "; ", alternatives by " or ".
 *
 *     connack N                 a CONNACK with return code N, session present 0
 *     refused                   a CONNACK with another code than 0, or no packet and closed
 *     close, open               how the connection is afterwards; open where neither stands
 *     close after N             closed, and not before N seconds after the last packet
 *     silence                   for longer than usual nothing else comes
 *     twin let in               the second login was taken, and its connection stays
 *     twin refused              it got a CONNACK with another code than 0
 *     puback ID, unsuback ID
 *     suback ID HEX             with these codes
 *     pingresp
 *     reply ID CODE TEXT        on thing/property/post/reply; - is an empty id, #1 the
 *                               number 1 as id, * any text
 *     reply@TOPIC ...           on another topic of the device
 *     set, get                  a property set or get
 *
 * The order does not count. What the platform sends by itself (ota/inform, a set ...) is
 * passed over. */

#define ITEM_CAP 1024u

size_t cli_seen_parse(const struct cli_seen *seen,
                      struct cli_seen_packet out[CLI_SEEN_MAX], size_t *rest)
{
    size_t at = 0, n = 0;
    while (n < CLI_SEEN_MAX && at + 2 <= seen->len) {
        size_t len = 0, i = at + 1;
        unsigned shift = 0;
        do {
            len |= (size_t)(seen->bytes[i] & 127) << shift;
            shift += 7;
        } while (seen->bytes[i++] > 127 && i < seen->len && shift < 28);
        if (seen->bytes[i - 1] > 127 || len > seen->len - i) {
            break;
        }
        out[n++] = (struct cli_seen_packet){seen->bytes[at], seen->bytes + i, len};
        at = i + len;
    }
    *rest = seen->len - at;
    return n;
}

/* ---- PUBLISH ---- */

struct message {
    struct ol_str topic; /* behind "$sys/PRODUCT/NAME/" */
    struct ol_str payload;
};

/* A QoS 0 message on a topic of the device. */
static bool read_message(const struct cli_target *t, const struct cli_seen_packet *p,
                         struct message *out)
{
    char own[2 * CLI_NAME_CAP + 8];
    int n = snprintf(own, sizeof(own), "$sys/%s/%s/", t->product, t->name);
    if (p->first != 0x30 || p->len < 2) {
        return false;
    }
    struct ol_str topic =
        ol_str_make(p->body + 2, ((size_t)p->body[0] << 8) | p->body[1]);
    if (topic.len > p->len - 2 || !ol_str_has_prefix(topic, ol_str_from(own))) {
        return false;
    }
    out->payload = ol_str_make(topic.ptr + topic.len, p->len - 2 - topic.len);
    out->topic = ol_str_make(topic.ptr + n, topic.len - (size_t)n);
    return true;
}

static bool is(struct ol_str s, const char *text)
{
    return ol_str_equal(s, ol_str_from(text));
}

/* The platform speaks first on these. */
static bool is_unasked(const struct cli_target *t, const struct cli_seen_packet *p)
{
    struct message m;
    return read_message(t, p, &m) &&
           (is(m.topic, "thing/property/set") || is(m.topic, "thing/property/get") ||
            is(m.topic, "ota/inform") ||
            ol_str_has_prefix(m.topic, ol_str_from("thing/service/")) ||
            ol_str_has_prefix(m.topic, ol_str_from("custome/down/")));
}

/* Every value is bare: none is an object that has a member "value". */
static bool are_bare(struct ol_str params)
{
    struct ol_json_reader r = ol_json_reader_make(params.ptr, params.len);
    struct ol_json_token token;
    unsigned depth = 0;
    bool object = false;
    while (ol_json_reader_next(&r, &token) == OL_OK && token.kind != OL_JSON_END) {
        object = object || token.kind == OL_JSON_OBJECT_BEGIN;
        depth += token.kind == OL_JSON_OBJECT_BEGIN;
        depth -= token.kind == OL_JSON_OBJECT_END;
        if (depth == 2 && token.kind == OL_JSON_KEY &&
            ol_json_token_equal(&token, ol_str_from("value"))) {
            return false;
        }
    }
    return object;
}

/* A set or a get, as docs/protocol.md §4.3 has them. */
static bool is_asked(const struct cli_target *t, const struct cli_seen_packet *p,
                     bool get, char id[24])
{
    struct message m;
    struct ol_json_token token, key;
    struct ol_str span, params = {0}, text = {0};
    if (!read_message(t, p, &m) ||
        !is(m.topic, get ? "thing/property/get" : "thing/property/set")) {
        return false;
    }
    struct ol_json_reader r = ol_json_reader_make(m.payload.ptr, m.payload.len);
    if (ol_json_reader_next(&r, &token) != OL_OK || token.kind != OL_JSON_OBJECT_BEGIN) {
        return false;
    }
    while (ol_json_reader_next(&r, &key) == OL_OK && key.kind == OL_JSON_KEY) {
        if (ol_json_reader_skip(&r, &key, &span) != OL_OK) {
            return false;
        }
        if (ol_json_token_equal(&key, ol_str_from("id"))) {
            text = span;
        } else if (ol_json_token_equal(&key, ol_str_from("params"))) {
            params = span;
        }
    }
    bool good = get ? params.len > 0 && params.ptr[0] == '[' : are_bare(params);
    if (text.len < 3 || text.len > 15 || text.ptr[0] != '"' || !good) {
        return false;
    }
    text = ol_str_make(text.ptr + 1, text.len - 2);
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9') {
            return false;
        }
    }
    if (id) {
        memcpy(id, text.ptr, text.len);
        id[text.len] = 0;
    }
    return true;
}

bool cli_seen_asked(const struct cli_target *t, const struct cli_seen *seen, bool get,
                    char id[24])
{
    static struct cli_seen_packet packets[CLI_SEEN_MAX];
    size_t rest, n = cli_seen_parse(seen, packets, &rest);
    for (size_t i = 0; i < n; i++) {
        if (is_asked(t, &packets[i], get, id)) {
            return true;
        }
    }
    return false;
}

/* "reply[@TOPIC] ID CODE TEXT", its words replaced. */
static bool is_reply(const struct cli_target *t, const char *item,
                     const struct cli_seen_packet *p)
{
    char topic[128] = "thing/property/post/reply", id[64], code[16], msg[256];
    int text_at = 0;
    struct message m;
    struct ol_onenet_reply reply = {0};
    item += strlen("reply");
    if (*item == '@' && sscanf(++item, "%127s", topic) == 1) {
        item += strlen(topic);
    }
    if (sscanf(item, " %63s %15s %n", id, code, &text_at) != 2 ||
        !read_message(t, p, &m) || !is(m.topic, topic) ||
        ol_onenet_reply_decode(m.payload, &reply) != OL_OK ||
        reply.id.numeric != (id[0] == '#')) {
        return false;
    }
    int n = ol_json_token_decode(&reply.msg, msg, sizeof(msg));
    bool text_fits = strcmp(item + text_at, "*") == 0 ||
                     (n >= 0 && is(ol_str_make(msg, (size_t)n), item + text_at));
    return is(reply.id.text, strcmp(id, "-") == 0 ? "" : id + reply.id.numeric) &&
           reply.code == atoi(code) && text_fits;
}

/* ---- items ---- */

/* The packet is exactly `first len bytes...`. */
static bool is_bytes(const struct cli_seen_packet *p, uint8_t first, const uint8_t *bytes,
                     size_t len)
{
    return p->first == first && p->len == len &&
           (len == 0 || memcmp(p->body, bytes, len) == 0);
}

static bool is_suback(const char *item, const struct cli_seen_packet *p)
{
    unsigned id = 0;
    char hex[64];
    uint8_t want[34];
    size_t n = 2;
    if (sscanf(item, "suback %u %63s", &id, hex) != 2) {
        return false;
    }
    want[0] = (uint8_t)(id >> 8);
    want[1] = (uint8_t)id;
    for (size_t i = 0; hex[i] && hex[i + 1]; i += 2) {
        char two[3] = {hex[i], hex[i + 1], 0};
        want[n++] = (uint8_t)strtoul(two, NULL, 16);
    }
    return is_bytes(p, 0x90, want, n);
}

static bool item_fits(const struct cli_target *t, const char *item,
                      const struct cli_seen_packet *p)
{
    unsigned v = 0;
    if (strcmp(item, "pingresp") == 0) {
        return is_bytes(p, 0xD0, NULL, 0);
    }
    if (strcmp(item, "set") == 0 || strcmp(item, "get") == 0) {
        return is_asked(t, p, item[0] == 'g', NULL);
    }
    if (strcmp(item, "refused") == 0) {
        return p->first == 0x20 && p->len == 2 && p->body[0] == 0 && p->body[1] != 0;
    }
    if (strncmp(item, "reply", 5) == 0) {
        return is_reply(t, item, p);
    }
    if (strncmp(item, "suback", 6) == 0) {
        return is_suback(item, p);
    }
    if (sscanf(item, "connack %u", &v) == 1) {
        return is_bytes(p, 0x20, (uint8_t[]){0, (uint8_t)v}, 2);
    }
    if (sscanf(item, "puback %u", &v) == 1) {
        return is_bytes(p, 0x40, (uint8_t[]){(uint8_t)(v >> 8), (uint8_t)v}, 2);
    }
    if (sscanf(item, "unsuback %u", &v) == 1) {
        return is_bytes(p, 0xB0, (uint8_t[]){(uint8_t)(v >> 8), (uint8_t)v}, 2);
    }
    return false;
}

/* ---- alternatives ---- */

/* One alternative, held against the packets. */
struct match {
    bool used[CLI_SEEN_MAX];
    bool complete; /* all items but close and open are there */
    bool close;
    bool early;   /* closed, but before the time */
    bool refused; /* "refused", and no CONNACK says so */
};

/* The next piece of *text up to `by`, or false. */
static bool next_piece(const char **text, const char *by, char out[ITEM_CAP])
{
    if (!*text || !**text) {
        return false;
    }
    const char *stop = strstr(*text, by);
    size_t len = stop ? (size_t)(stop - *text) : strlen(*text);
    len = len < ITEM_CAP ? len : ITEM_CAP - 1;
    memcpy(out, *text, len);
    out[len] = 0;
    *text = stop ? stop + strlen(by) : NULL;
    return true;
}

/* "close", "close after N", "open", "silence", "twin let in", "twin refused": what is no
 * packet. */
static bool match_state(const char *item, const struct cli_seen *seen, struct match *m)
{
    unsigned seconds = 0;
    if (strncmp(item, "close", 5) == 0) {
        m->close = true;
        m->early = m->early || (sscanf(item, "close after %u", &seconds) == 1 &&
                                seen->closed_at_ms < seen->sent_at_ms + 1000u * seconds);
        return true;
    }
    if (strncmp(item, "twin ", 5) == 0) {
        enum cli_twin want = item[5] == 'l' ? CLI_TWIN_LET_IN : CLI_TWIN_REFUSED;
        m->complete = m->complete && seen->twin == want;
        return true;
    }
    return strcmp(item, "open") == 0 || strcmp(item, "silence") == 0;
}

static void match_item(const struct cli_target *t, const char *item,
                       const struct cli_seen *seen, const struct cli_seen_packet *packets,
                       size_t n, struct match *m)
{
    if (match_state(item, seen, m)) {
        return;
    }
    for (size_t i = 0; i < n; i++) {
        if (!m->used[i] && item_fits(t, item, &packets[i])) {
            m->used[i] = true;
            return;
        }
    }
    if (strcmp(item, "refused") == 0) {
        m->refused = true;
        m->close = true;
        return;
    }
    m->complete = false;
}

static void match_all(const struct cli_target *t, const char *alternative,
                      const struct cli_seen *seen, const struct cli_seen_packet *packets,
                      size_t n, struct match *m)
{
    char item[ITEM_CAP];
    memset(m, 0, sizeof(*m));
    m->complete = true;
    while (next_piece(&alternative, "; ", item)) {
        match_item(t, item, seen, packets, n, m);
    }
}

/* Nothing is left but what nobody asked for and the answers to probes. */
static bool is_all(const struct cli_target *t, const struct cli_seen *seen,
                   const struct cli_seen_packet *packets, size_t n, const struct match *m)
{
    unsigned probed = seen->probed;
    for (size_t i = 0; i < n; i++) {
        if (m->used[i] || is_unasked(t, &packets[i])) {
            continue;
        }
        if (probed == 0 || packets[i].first != 0xD0 || packets[i].len != 0) {
            return false;
        }
        probed--;
    }
    return true;
}

static bool expand(const struct cli_target *t, const char *expect, char out[4 * ITEM_CAP])
{
    char why[CLI_WHY_CAP];
    struct ol_writer w = ol_writer_make(out, 4 * ITEM_CAP - 1);
    bool ok = cli_words_expand(t, expect, strlen(expect), &w, why);
    out[w.len] = 0;
    return ok;
}

bool cli_judge_complete(const struct cli_target *t, const char *expect,
                        const struct cli_seen *seen)
{
    static struct cli_seen_packet packets[CLI_SEEN_MAX];
    char text[4 * ITEM_CAP], alternative[ITEM_CAP];
    const char *at = text;
    struct match m;
    size_t rest, n = cli_seen_parse(seen, packets, &rest);
    if (!expand(t, expect, text)) {
        return false;
    }
    while (next_piece(&at, " or ", alternative)) {
        match_all(t, alternative, seen, packets, n, &m);
        if (m.complete && !m.refused) {
            return true;
        }
    }
    return false;
}

bool cli_judge(const struct cli_target *t, const char *expect,
               const struct cli_seen *seen)
{
    static struct cli_seen_packet packets[CLI_SEEN_MAX];
    char text[4 * ITEM_CAP], alternative[ITEM_CAP];
    const char *at = text;
    struct match m;
    size_t rest, n = cli_seen_parse(seen, packets, &rest);
    if (!expand(t, expect, text) || rest > 0 || seen->flooded) {
        return false;
    }
    while (next_piece(&at, " or ", alternative)) {
        match_all(t, alternative, seen, packets, n, &m);
        /* After an error CONNACK the standard has the server close; both will do. */
        bool any_end = strcmp(alternative, "refused") == 0 && !m.refused;
        bool end_fits = any_end || (m.close == seen->closed && !m.early);
        bool proved = seen->closed || any_end || seen->probed == seen->probes;
        if (m.complete && end_fits && proved && is_all(t, seen, packets, n, &m)) {
            return true;
        }
    }
    return false;
}

bool cli_judge_wants_close(const char *expect)
{
    return !strstr(expect, "open") &&
           (strstr(expect, "close") != NULL || strcmp(expect, "refused") == 0);
}

bool cli_judge_wants_packets(const char *expect)
{
    char item[ITEM_CAP], alternative[ITEM_CAP];
    static const struct cli_seen nothing;
    while (next_piece(&expect, " or ", alternative)) {
        const char *at = alternative;
        while (next_piece(&at, "; ", item)) {
            struct match m = {.complete = true};
            if (!match_state(item, &nothing, &m)) {
                return true;
            }
        }
    }
    return false;
}

bool cli_judge_wants_refusal(const char *expect)
{
    return strcmp(expect, "refused") == 0 || strncmp(expect, "connack 4", 9) == 0;
}
