/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "tests/support/rng.h"
#include "tests/unit/mqtt_rig.h"

/* What MQTT clients get wrong: one row a fault, our client against an in-memory server.
 * Each row must end as "ok" (all of the session's work was done in spite of it) or
 * "closes" (the client reports an error, logs in anew, and what was unanswered is
 * published again). Prints a Markdown table. */

enum verdict { OK, CLOSES, WRONG };

static const char *const verdict_words[] = {"ok", "closes", "**wrong**"};

/* A session over a transport with limits: login, SUBSCRIBE, QoS 1 publish with PUBACK, a
 * message at QoS 0 and one at QoS 1. */
struct session {
    struct rig r;
    size_t write_max; /* bytes the transport takes at a time */
    size_t read_max;  /* bytes it gives at a time */
    unsigned gap;     /* turns of the loop without a byte between two reads */
    size_t pause_at;  /* silence after this many bytes, for pause_ms */
    ol_ms pause_ms;
    uint8_t down[1024]; /* from the server */
    size_t down_len;
    size_t down_at;
    bool has_sent; /* the server, its two messages */
    unsigned suback;
    unsigned delivered;
    unsigned messages;
    unsigned pubacks; /* received by the server */
    bool failed;
};

#define LIMIT 100000 /* turns of the loop; nobody may need so many */

static const struct ol_str filters[] = {OL_STR_INIT("$sys/p/d/thing/#"),
                                        OL_STR_INIT("$sys/p/d/ota/#")};
#define POST OL_STR("$sys/p/d/thing/property/post")
static const char payload[] = "{\"id\":\"1\",\"params\":{\"temp\":{\"value\":23.5}}}";

static void say(struct session *s, const void *bytes, size_t len)
{
    memcpy(s->down + s->down_len, bytes, len);
    s->down_len += len;
}

static void answer(struct session *s, const struct ol_mqtt_header *h, const uint8_t *body)
{
    uint8_t packet[128];
    struct ol_mqtt_publish p;
    switch (h->type) {
    case OL_MQTT_CONNECT:
        say(s, "\x20\x02\x00\x00", 4);
        break;
    case OL_MQTT_SUBSCRIBE:
        say(s, (uint8_t[]){0x90, 4, body[0], body[1], 0, 0x80}, 6);
        break;
    case OL_MQTT_PUBLISH:
        if (ol_mqtt_publish_decode(h, body, h->remaining, &p) == OL_OK && p.qos == 1) {
            uint8_t high = (uint8_t)(p.packet_id >> 8);
            say(s, (uint8_t[]){0x40, 2, high, (uint8_t)p.packet_id}, 4);
        }
        break;
    case OL_MQTT_PUBACK:
        s->pubacks++;
        break;
    default:
        break;
    }
    if (h->type == OL_MQTT_PUBLISH && !s->has_sent) {
        s->has_sent = true;
        for (uint8_t qos = 0; qos < 2; qos++) {
            size_t len =
                rig_publish_packet(packet, sizeof packet, "$sys/p/d/thing/property/set",
                                   qos, qos * 9u, false, payload, sizeof payload - 1);
            say(s, packet, len);
        }
    }
}

static void take_event(struct session *s)
{
    switch (s->r.ev.type) {
    case OL_MQTT_EVENT_LOGIN:
        s->failed |= ol_mqtt_client_subscribe(&s->r.c, filters, 2, 0) < 0;
        s->failed |= ol_mqtt_client_publish(&s->r.c, POST, ol_str_from(payload), 1) < 0;
        break;
    case OL_MQTT_EVENT_SUBACK:
        s->suback += s->r.ev.suback.codes.len == 2;
        break;
    case OL_MQTT_EVENT_DELIVERED:
        s->delivered++;
        break;
    case OL_MQTT_EVENT_PUBLISH:
        s->messages += ol_str_equal(s->r.ev.message.payload, ol_str_from(payload));
        break;
    default:
        s->failed = true;
    }
}

static bool is_done(const struct session *s)
{
    return s->suback == 1 && s->delivered == 1 && s->messages == 2 && s->pubacks == 1;
}

static size_t may_read(struct session *s, unsigned turn)
{
    if (s->gap != 0 && turn % (s->gap + 1) != 0) {
        return 0;
    }
    size_t n = s->down_len - s->down_at;
    n = n < s->read_max ? n : s->read_max;
    if (s->pause_ms > 0 && s->down_at < s->pause_at && s->down_at + n >= s->pause_at) {
        n = s->pause_at - s->down_at;
    }
    return n;
}

static enum verdict run(struct session *s)
{
    const uint8_t *body;
    struct ol_mqtt_header h;
    s->r = rig_make(256, 256, 4);
    s->failed = ol_mqtt_client_init(&s->r.c, &s->r.config) != OL_OK ||
                ol_mqtt_client_open(&s->r.c, &rig_connect, s->r.now) != OL_OK;
    for (unsigned turn = 0; turn < LIMIT && !s->failed && !is_done(s); turn++) {
        (void)rig_send(&s->r, s->write_max);
        while ((body = rig_take(&s->r, &h)) != NULL) {
            answer(s, &h, body);
        }
        if (s->pause_ms > 0 && s->down_at == s->pause_at && s->pause_at > 0) {
            rig_pass(&s->r, s->pause_ms);
            s->pause_ms = 0;
        }
        s->down_at += rig_feed(&s->r, s->down + s->down_at, may_read(s, turn));
        while (rig_next(&s->r) == OL_OK) {
            take_event(s);
        }
    }
    enum verdict v = is_done(s) && !s->failed ? OK : WRONG;
    rig_free(&s->r);
    return v;
}

static struct session plain(void)
{
    return (struct session){.write_max = SIZE_MAX, .read_max = SIZE_MAX};
}

/* --- the transport ------------------------------------------------------------------ */

static enum verdict seven_bytes_a_write(void)
{
    struct session s = plain();
    s.write_max = 7;
    return run(&s);
}

static enum verdict one_byte_a_read(void)
{
    struct session s = plain();
    s.read_max = 1;
    return run(&s);
}

static enum verdict one_byte_a_read_with_gaps(void)
{
    struct session s = plain();
    s.read_max = 1;
    s.gap = 3;
    return run(&s);
}

/* Silence of 5 s at every byte of what the server sends. */
static enum verdict silence_within_a_packet(void)
{
    for (size_t at = 1; at < 200; at++) {
        struct session s = plain();
        s.pause_at = at;
        s.pause_ms = 5000;
        if (run(&s) != OK) {
            return WRONG;
        }
    }
    return OK;
}

/* --- wrong packets --------------------------------------------------------------------
 */

/* Logs in, publishes, subscribes, then receives the bytes: closes when the client says so
 * and both publishes come again after a new login. */
static enum verdict wrong_packet(const char *bytes, size_t len)
{
    struct rig r = rig_make(256, 256, 4);
    struct ol_mqtt_header h;
    enum verdict v = WRONG;
    rig_login(&r, false);
    if (ol_mqtt_client_publish(&r.c, POST, ol_str_from(payload), 1) != 1 ||
        ol_mqtt_client_subscribe(&r.c, filters, 2, 0) != 2) {
        return WRONG;
    }
    rig_flush(&r);
    for (size_t at = 0; at < len; at++) {
        size_t fed = rig_feed(&r, bytes + at, 1);
        int32_t rc = rig_next(&r);
        if (rc == OL_OK && r.ev.type == OL_MQTT_EVENT_FAILED) {
            v = CLOSES;
            break;
        }
        if (rc == OL_OK || fed != 1) {
            break;
        }
    }
    if (v == CLOSES) {
        ol_mqtt_client_closed(&r.c, r.now);
        rig_login(&r, false);
        rig_flush(&r);
        v = rig_take(&r, &h) != NULL && h.type == OL_MQTT_PUBLISH ? CLOSES : WRONG;
    }
    rig_free(&r);
    return v;
}

static enum verdict puback_for_another_id(void)
{
    return wrong_packet("\x40\x02\x00\x05", 4);
}

static enum verdict puback_without_id(void)
{
    return wrong_packet("\x40\x00", 2);
}

static enum verdict suback_without_code(void)
{
    return wrong_packet("\x90\x02\x00\x02", 4);
}

static enum verdict suback_for_another_id(void)
{
    return wrong_packet("\x90\x04\x00\x05\x00\x00", 6);
}

static enum verdict topic_longer_than_packet(void)
{
    return wrong_packet("\x30\x05\xff\xff"
                        "abc",
                        7);
}

static enum verdict five_length_bytes(void)
{
    return wrong_packet("\x30\xff\xff\xff\xff\xff", 6);
}

static enum verdict publish_with_qos_3(void)
{
    return wrong_packet("\x36\x05\x00\x01t\x00\x01", 7);
}

/* --- large messages -------------------------------------------------------------------
 */

static enum verdict larger_than_rx(uint8_t large)
{
    static uint8_t data[5000];
    static uint8_t packet[6000];
    struct rig r = rig_make(256, 256, 4);
    size_t got = 0;
    bool told = false;
    for (size_t i = 0; i < sizeof data; i++) {
        data[i] = (uint8_t)(i * 7);
    }
    size_t len =
        rig_publish_packet(packet, sizeof packet, "t", 1, 3, false, data, sizeof data);
    memcpy(packet + len, "\x30\x03\x00\x01u", 5); /* and a small one behind */
    len += 5;
    r.config.large = large;
    rig_login(&r, false);
    for (size_t at = 0; at < len;) {
        at += rig_feed(&r, packet + at, len - at);
        while (rig_next(&r) == OL_OK) {
            const struct ol_mqtt_message *m = &r.ev.message;
            if (r.ev.type == OL_MQTT_EVENT_SKIPPED) {
                got = m->total_len;
            } else if (r.ev.type != OL_MQTT_EVENT_PUBLISH) {
                return WRONG;
            } else if (m->topic.ptr[0] == 'u') {
                told = got == sizeof data;
            } else if (memcmp(data + m->offset, m->payload.ptr, m->payload.len) == 0) {
                got += m->payload.len;
            }
        }
    }
    rig_flush(&r);
    bool acknowledged = r.sent_len == 4 && memcmp(r.sent, "\x40\x02\x00\x03", 4) == 0;
    rig_free(&r);
    return told && acknowledged ? OK : WRONG;
}

static enum verdict larger_than_rx_skipped(void)
{
    return larger_than_rx(OL_MQTT_LARGE_SKIP);
}

static enum verdict larger_than_rx_streamed(void)
{
    return larger_than_rx(OL_MQTT_LARGE_STREAM);
}

/* --- silence --------------------------------------------------------------------------
 */

static ol_ms failed_after(struct rig *r)
{
    ol_ms begin = r->now;
    while (r->now < begin + 3600000) {
        ol_ms at = ol_mqtt_client_deadline(&r->c);
        if (at == OL_NEVER) {
            return 0;
        }
        rig_pass(r, at > r->now ? at - r->now : 0);
        rig_flush(r);
        if (rig_next(r) == OL_OK) {
            return r->ev.type == OL_MQTT_EVENT_FAILED ? r->now - begin : 0;
        }
    }
    return 0;
}

static enum verdict no_pingresp(void)
{
    struct rig r = rig_make(256, 256, 4);
    struct ol_mqtt_connect connect = rig_connect;
    connect.keepalive_s = 30;
    rig_login_with(&r, &connect, false);
    ol_ms after = failed_after(&r);
    rig_free(&r);
    return after == 40000 ? CLOSES : WRONG; /* 30 s of silence, 10 s for the answer */
}

/* The PUBACK never comes: the connection is closed and the publish is there again after
 * the next login, where it is answered. */
static enum verdict lost_puback(bool keeps_session)
{
    struct rig r = rig_make(256, 256, 4);
    struct ol_mqtt_header h;
    struct ol_mqtt_publish p;
    rig_login(&r, keeps_session);
    int32_t handle = ol_mqtt_client_publish(&r.c, POST, ol_str_from(payload), 1);
    rig_flush(&r);
    r.sent_len = 0;
    enum verdict v = failed_after(&r) == 20000 ? CLOSES : WRONG;
    ol_mqtt_client_closed(&r.c, r.now);
    rig_login(&r, keeps_session);
    rig_flush(&r);
    const uint8_t *body = rig_take(&r, &h);
    if (body == NULL || ol_mqtt_publish_decode(&h, body, h.remaining, &p) != OL_OK ||
        p.dup != keeps_session || (p.packet_id == 1) != keeps_session ||
        !ol_str_equal(p.payload, ol_str_from(payload))) {
        v = WRONG;
    }
    (void)rig_feed(&r, (uint8_t[]){0x40, 2, 0, (uint8_t)p.packet_id}, 4);
    if (rig_next(&r) != OL_OK || r.ev.type != OL_MQTT_EVENT_DELIVERED ||
        r.ev.handle != handle) {
        v = WRONG;
    }
    rig_free(&r);
    return v;
}

static enum verdict lost_puback_clean(void)
{
    return lost_puback(false);
}

static enum verdict lost_puback_kept(void)
{
    return lost_puback(true);
}

static enum verdict no_connack(void)
{
    struct rig r = rig_make(256, 256, 4);
    if (ol_mqtt_client_init(&r.c, &r.config) != OL_OK ||
        ol_mqtt_client_open(&r.c, &rig_connect, r.now) != OL_OK) {
        return WRONG;
    }
    ol_ms after = failed_after(&r);
    rig_free(&r);
    return after == 10000 ? CLOSES : WRONG;
}

/* --- use from within an event, long topics
 * ---------------------------------------------- */

static enum verdict publish_from_an_event(void)
{
    struct rig r = rig_make(256, 256, 4);
    uint8_t packet[64];
    rig_login(&r, false);
    int32_t first = ol_mqtt_client_publish(&r.c, POST, OL_STR("1"), 1);
    rig_flush(&r);
    size_t len = rig_publish_packet(packet, sizeof packet, "set", 0, 0, false, "x", 1);
    (void)rig_feed(&r, packet, len);
    if (rig_next(&r) != OL_OK || r.ev.type != OL_MQTT_EVENT_PUBLISH) {
        return WRONG;
    }
    int32_t second = ol_mqtt_client_publish(&r.c, POST, OL_STR("2"), 1);
    rig_flush(&r);
    (void)rig_feed(&r, "\x40\x02\x00\x02\x40\x02\x00\x01", 8);
    bool ok = rig_next(&r) == OL_OK && r.ev.handle == second && rig_next(&r) == OL_OK &&
              r.ev.handle == first;
    rig_free(&r);
    return ok ? OK : WRONG;
}

static enum verdict filter_of_200_bytes(void)
{
    struct rig r = rig_make(256, 256, 4);
    struct ol_mqtt_header h;
    struct ol_mqtt_subscribe sub;
    char text[200];
    memset(text, 'f', sizeof text);
    struct ol_str filter = {text, sizeof text};
    rig_login(&r, false);
    if (ol_mqtt_client_subscribe(&r.c, &filter, 1, 0) < 0) {
        return WRONG;
    }
    rig_flush(&r);
    const uint8_t *body = rig_take(&r, &h);
    bool ok = body != NULL && h.type == OL_MQTT_SUBSCRIBE &&
              ol_mqtt_subscribe_decode(h.type, body, h.remaining, &sub) == OL_OK;
    rig_free(&r);
    return ok ? OK : WRONG;
}

/* --- noise
 * ------------------------------------------------------------------------------ */

#define MUTATIONS 40000

static uint64_t seed;

/* One packet a server could send, then up to four bytes of it changed, or a byte cut or
 * doubled. */
static size_t mutate(struct ol_rng *rng, uint8_t *out, size_t cap)
{
    static const char *const packets[] = {"\x40\x02\x00\x01", "\x90\x04\x00\x02\x00\x00",
                                          "\xb0\x02\x00\x01", "\xd0\x00",
                                          "\x20\x02\x00\x00"};
    static const size_t lens[] = {4, 6, 4, 2, 4};
    size_t which = (size_t)ol_rng_below(rng, 8);
    size_t len;
    if (which < 5) {
        len = lens[which];
        memcpy(out, packets[which], len);
    } else {
        len = rig_publish_packet(out, cap, "$sys/p/d/thing/property/set", which == 6,
                                 which == 6 ? 7 : 0, false, payload,
                                 (size_t)ol_rng_below(rng, sizeof payload));
    }
    for (uint64_t n = ol_rng_below(rng, 5); n > 0; n--) {
        out[ol_rng_below(rng, len)] = (uint8_t)ol_rng_u64(rng);
    }
    if (ol_rng_below(rng, 4) == 0 && len > 1) {
        len--;
    }
    return len;
}

/* Sanitizers see to memory; here: always a defined state, and a login afterwards. */
static enum verdict mutated_packets(void)
{
    struct ol_rng rng = ol_rng_make(seed);
    unsigned failures = 0;
    unsigned taken = 0;
    for (unsigned i = 0; i < MUTATIONS;) {
        struct rig r = rig_make(64 + (size_t)ol_rng_below(&rng, 200), 128, 4);
        r.config.large = i % 2 ? OL_MQTT_LARGE_STREAM : OL_MQTT_LARGE_SKIP;
        rig_login(&r, false);
        while (i < MUTATIONS && ol_mqtt_client_is_online(&r.c)) {
            uint8_t packet[256];
            size_t len = mutate(&rng, packet, sizeof packet);
            for (size_t at = 0; at < len && ol_mqtt_client_is_online(&r.c);) {
                at += rig_feed(&r, packet + at, len - at);
                while (rig_next(&r) == OL_OK) {
                    failures += r.ev.type == OL_MQTT_EVENT_FAILED;
                }
                rig_flush(&r);
                r.sent_len = 0;
            }
            if (ol_rng_below(&rng, 4) == 0) {
                taken += ol_mqtt_client_publish(&r.c, POST, OL_STR("x"), 1) > 0;
            }
            i++;
        }
        ol_mqtt_client_closed(&r.c, r.now);
        rig_login(&r, false);
        rig_free(&r);
    }
    return failures > 1000 && taken > 1000 ? CLOSES : WRONG;
}

/* --- the target
 * ------------------------------------------------------------------------- */

/* bench/m0/run builds a whole session for the Cortex-M0 with the default ABI and runs it
 * in an emulator that faults at unaligned accesses. */
static enum verdict runs_on_cortex_m0(void)
{
    const char *source = getenv("OL_SOURCE_DIR");
    const char *binary = getenv("OL_BINARY_DIR");
    char command[1024];
    if (source == NULL || binary == NULL) {
        return WRONG;
    }
    snprintf(command, sizeof command, "'%s/bench/m0/run' --build '%s/m0-faults' mqtt >&2",
             source, binary);
    int status = system(command);
    /* 1 says that a budget is exceeded, which is not this test's business. */
    return WIFEXITED(status) && WEXITSTATUS(status) <= 1 ? OK : WRONG;
}

struct row {
    const char *fault;
    enum verdict (*run)(void);
};

static const struct row rows[] = {
    {"transport takes 7 bytes per write", seven_bytes_a_write},
    {"1 byte per read", one_byte_a_read},
    {"1 byte per read with would-block gaps", one_byte_a_read_with_gaps},
    {"half a packet, silence, rest", silence_within_a_packet},
    {"PUBACK for another id", puback_for_another_id},
    {"PUBACK with no id", puback_without_id},
    {"SUBACK without return code", suback_without_code},
    {"SUBACK for another id", suback_for_another_id},
    {"PUBLISH bigger than rx buffer, skipped", larger_than_rx_skipped},
    {"PUBLISH bigger than rx buffer, streamed", larger_than_rx_streamed},
    {"topic length > packet", topic_longer_than_packet},
    {"5-byte remaining length", five_length_bytes},
    {"PUBLISH with QoS 3", publish_with_qos_3},
    {"no CONNACK", no_connack},
    {"no PINGRESP, keepalive 30 s", no_pingresp},
    {"lost PUBACK, new session", lost_puback_clean},
    {"lost PUBACK, session kept", lost_puback_kept},
    {"QoS 1 publish while a message is handled", publish_from_an_event},
    {"filter of 200 bytes", filter_of_200_bytes},
    {"40,000 mutated packets", mutated_packets},
    {"runs on Cortex-M0 with default ABI", runs_on_cortex_m0},
};

int main(void)
{
    unsigned wrong = 0;
    seed = ol_rng_seed("faults_mqtt", 7);
    printf("\n| fault | onelink |\n|---|---|\n");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        enum verdict v = rows[i].run();
        printf("| %s | %s |\n", rows[i].fault, verdict_words[v]);
        fflush(stdout);
        wrong += v == WRONG;
    }
    return wrong == 0 ? 0 : 1;
}
