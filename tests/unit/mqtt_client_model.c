/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/rng.h"
#include "tests/unit/mqtt_rig.h"

/* Random sessions against a model: a list of what was published and a server that follows
 * the standard. Everything the client sends must be what the model expects next;
 * everything the server sends must come out as the event expected next. Connections are
 * lost at any moment. */

#define SEEDS     2000
#define STEPS     600
#define QUEUE_MAX 1024
#define WIRE_MAX  4096
#define TEXT_MAX  128

/* A publish of the client. */
struct item {
    int32_t handle; /* 0 at QoS 0 */
    uint16_t id;    /* last used on the wire; 0 = never sent as a whole */
    bool begun;     /* some of its bytes were sent on an earlier connection */
    bool received;  /* by the server, on this connection */
    char payload[TEXT_MAX];
};

/* An event that the server's bytes must lead to. */
struct expected {
    enum ol_mqtt_event_type type;
    uint16_t number; /* handle, or identifier of a PUBACK owed */
    uint8_t qos;
    char payload[TEXT_MAX];
};

struct model {
    struct rig r;
    struct ol_rng rng;
    struct item item[QUEUE_MAX]; /* in order of publishing; first..count are alive */
    size_t first;
    size_t count;
    size_t next_out; /* the item expected next on the wire */
    struct expected expected[QUEUE_MAX];
    size_t expected_first;
    size_t expected_count;
    uint16_t puback[QUEUE_MAX]; /* owed by the client, in order */
    size_t puback_first;
    size_t puback_count;
    uint8_t wire[WIRE_MAX]; /* from the server, not yet received */
    size_t wire_len;
    uint16_t server_id;
    uint32_t serial;
    bool online;
    unsigned delivered;
    unsigned published;
    unsigned logins;
};

static unsigned roll(struct model *m, unsigned bound)
{
    return (unsigned)ol_rng_below(&m->rng, bound);
}

static void make_text(struct model *m, char *out)
{
    unsigned len = roll(m, 10) == 0 ? roll(m, 100) : roll(m, 20);
    int n = snprintf(out, TEXT_MAX, "%u", m->serial++);
    memset(out + n, 'x', len);
    out[(unsigned)n + len] = '\0';
}

static void publish(struct model *m)
{
    struct item *it = &m->item[m->count];
    uint8_t qos = roll(m, 4) > 0;
    struct ol_writer w;
    int32_t rc;
    *it = (struct item){.id = 0};
    make_text(m, it->payload);
    if (m->count + 1 == QUEUE_MAX) {
        return;
    }
    if (roll(m, 2) > 0) {
        rc = ol_mqtt_client_publish(&m->r.c, OL_STR("t"), ol_str_from(it->payload), qos);
    } else {
        size_t len = strlen(it->payload);
        rc = ol_mqtt_client_publish_begin(&m->r.c, OL_STR("t"), qos, len + roll(m, 200),
                                          &w);
        if (rc == OL_OK) {
            ol_writer_str(&w, ol_str_from(it->payload));
            rc = ol_mqtt_client_publish_commit(&m->r.c, len);
        }
    }
    assert_true(rc >= 0 || rc == OL_E_NOSPC || (qos == 0 && rc == OL_E_CLOSED));
    if (rc >= 0) {
        assert_int_equal(rc > 0, qos > 0);
        for (size_t i = m->first; i < m->count; i++) {
            assert_true(rc == 0 || m->item[i].handle != rc); /* unique among the alive */
        }
        it->handle = rc;
        m->count++;
        m->published += qos;
    }
}

/* Answered: takes the item out of the list. */
static void forget(struct model *m, size_t at)
{
    memmove(&m->item[at], &m->item[at + 1], (m->count - at - 1) * sizeof m->item[0]);
    m->count--;
    m->next_out -= at < m->next_out;
}

static void server_gets_publish(struct model *m, const struct ol_mqtt_header *h,
                                const uint8_t *body)
{
    struct ol_mqtt_publish p;
    assert_int_equal(ol_mqtt_publish_decode(h, body, h->remaining, &p), OL_OK);
    assert_true(m->next_out < m->count);
    struct item *it = &m->item[m->next_out];
    assert_true(ol_str_equal(p.payload, ol_str_from(it->payload)));
    assert_int_equal(p.qos, it->handle > 0);
    assert_int_equal(p.dup, it->begun);
    if (p.qos == 0) {
        forget(m, m->next_out);
        return;
    }
    if (it->begun && it->id != 0) {
        assert_int_equal(p.packet_id, it->id); /* the session was kept */
    }
    for (size_t i = m->first; i < m->count; i++) {
        assert_true(i == m->next_out || !m->item[i].received ||
                    m->item[i].id != p.packet_id);
    }
    it->id = p.packet_id;
    it->received = true;
    m->next_out++;
}

static void server_gets(struct model *m)
{
    struct ol_mqtt_header h;
    const uint8_t *body;
    while ((body = rig_take(&m->r, &h)) != NULL) {
        uint16_t id;
        switch (h.type) {
        case OL_MQTT_PUBLISH:
            server_gets_publish(m, &h, body);
            break;
        case OL_MQTT_PUBACK:
            assert_int_equal(ol_mqtt_ack_decode(body, h.remaining, &id), OL_OK);
            assert_true(m->puback_first < m->puback_count);
            assert_int_equal(id, m->puback[m->puback_first++]);
            break;
        case OL_MQTT_PINGREQ:
            memcpy(m->wire + m->wire_len, "\xd0\x00", 2);
            m->wire_len += 2;
            break;
        default:
            fail_msg("the client sent %s", ol_mqtt_type_str(h.type));
        }
    }
}

static struct expected *expect(struct model *m, enum ol_mqtt_event_type type)
{
    struct expected *e = &m->expected[m->expected_count++];
    *e = (struct expected){.type = type};
    return e;
}

static bool has_room(const struct model *m)
{
    return m->wire_len + 256 < sizeof m->wire && m->expected_count + 1 < QUEUE_MAX;
}

/* Acknowledges one that was received: mostly the oldest. */
static void server_acknowledges(struct model *m)
{
    size_t open[QUEUE_MAX];
    size_t n = 0;
    for (size_t i = m->first; i < m->count; i++) {
        if (m->item[i].received) {
            open[n++] = i;
        }
    }
    if (n == 0 || !has_room(m)) {
        return;
    }
    size_t at = open[roll(m, 4) > 0 ? 0 : roll(m, (unsigned)n)];
    struct item *it = &m->item[at];
    uint8_t bytes[] = {0x40, 2, (uint8_t)(it->id >> 8), (uint8_t)it->id};
    memcpy(m->wire + m->wire_len, bytes, 4);
    m->wire_len += 4;
    expect(m, OL_MQTT_EVENT_DELIVERED)->number = (uint16_t)it->handle;
    it->received = false; /* answered once; forgotten when the client knows */
}

static void server_sends(struct model *m)
{
    if (!has_room(m) || m->puback_count + 1 == QUEUE_MAX) {
        return;
    }
    struct expected *e = expect(m, OL_MQTT_EVENT_PUBLISH);
    e->qos = roll(m, 2) > 0;
    make_text(m, e->payload);
    m->server_id = (uint16_t)(m->server_id % 65535 + 1);
    e->number = m->server_id;
    m->wire_len += rig_publish_packet(m->wire + m->wire_len, sizeof m->wire - m->wire_len,
                                      "down", e->qos, e->qos > 0 ? m->server_id : 0,
                                      false, e->payload, strlen(e->payload));
}

static void client_receives(struct model *m)
{
    size_t n = roll(m, 3) > 0 ? m->wire_len : roll(m, (unsigned)m->wire_len + 1);
    n = rig_feed(&m->r, m->wire, n);
    m->wire_len -= n;
    memmove(m->wire, m->wire + n, m->wire_len);
}

static void client_takes_event(struct model *m)
{
    if (rig_next(&m->r) != OL_OK) {
        return;
    }
    assert_true(m->expected_first < m->expected_count);
    const struct expected *e = &m->expected[m->expected_first++];
    assert_int_equal(m->r.ev.type, e->type);
    if (e->type == OL_MQTT_EVENT_PUBLISH) {
        assert_true(ol_str_equal(m->r.ev.message.payload, ol_str_from(e->payload)));
        assert_int_equal(m->r.ev.message.qos, e->qos);
        if (e->qos > 0) {
            m->puback[m->puback_count++] = e->number;
        }
        return;
    }
    assert_int_equal(m->r.ev.handle, e->number);
    for (size_t i = m->first; i < m->count; i++) {
        if (m->item[i].handle == e->number) {
            forget(m, i);
            m->delivered++;
            return;
        }
    }
    fail_msg("a handle that nobody has: %u", e->number);
}

/* What the loss of a connection and the next login mean to the model. */
static void reconnect(struct model *m)
{
    bool keeps = roll(m, 2) > 0;
    size_t to = 0;
    /* The client has begun to send what is in front of next_out, and that one when bytes
     * of it are in the stream that never became a packet. */
    bool is_half = m->r.sent_len > 0 && m->next_out < m->count &&
                   (m->r.sent[0] >> 4) == OL_MQTT_PUBLISH;
    for (size_t i = 0; i < m->count; i++) {
        struct item it = m->item[i];
        if (it.handle == 0) {
            continue; /* QoS 0 is gone */
        }
        it.begun = it.begun || i < m->next_out || (is_half && i == m->next_out);
        it.received = false;
        if (!keeps) {
            it.begun = false;
            it.id = 0;
        }
        m->item[to++] = it;
    }
    m->count = to;
    m->first = 0;
    m->next_out = 0;
    m->wire_len = 0;
    m->expected_first = m->expected_count = 0;
    m->puback_first = m->puback_count = 0;
    m->r.sent_len = 0;
    ol_mqtt_client_closed(&m->r.c, m->r.now);
    for (unsigned n = roll(m, 3); n > 0; n--) {
        publish(m);
    }
    rig_login(&m->r, keeps);
    m->logins++;
}

static void step(struct model *m)
{
    switch (roll(m, 16)) {
    case 0:
    case 1:
    case 2:
        publish(m);
        break;
    case 3:
    case 4:
    case 5:
        (void)rig_send(&m->r, roll(m, 3) > 0 ? SIZE_MAX : roll(m, 40));
        server_gets(m);
        break;
    case 6:
    case 7:
        server_acknowledges(m);
        break;
    case 8:
        server_sends(m);
        break;
    case 9:
    case 10:
        client_receives(m);
        break;
    case 11:
        rig_pass(&m->r, roll(m, 2000));
        break;
    case 12:
        if (roll(m, 8) == 0) {
            reconnect(m);
        }
        break;
    default:
        client_takes_event(m);
    }
}

/* Runs the session to its end: all is sent, answered and delivered. */
static void settle(struct model *m)
{
    for (unsigned i = 0; i < 4 * QUEUE_MAX && m->count + m->wire_len > 0; i++) {
        rig_flush(&m->r);
        server_gets(m);
        server_acknowledges(m);
        client_receives(m);
        client_takes_event(m);
    }
    for (unsigned i = 0; i < 64; i++) {
        client_takes_event(m);
        rig_flush(&m->r);
        server_gets(m);
    }
    assert_int_equal(m->count, 0);
    assert_int_equal(m->expected_first, m->expected_count);
    assert_int_equal(m->puback_first, m->puback_count);
    assert_int_equal(m->delivered, m->published);
    assert_int_equal(ol_mqtt_client_get_in_flight(&m->r.c), 0);
    assert_true(ol_mqtt_client_is_online(&m->r.c));
}

static struct model model;

static void random_sessions_agree_with_the_model(void **state)
{
    (void)state;
    uint64_t base = ol_rng_seed("test_mqtt_client_model", 20260101);
    unsigned delivered = 0;
    unsigned logins = 0;
    for (uint64_t seed = base; seed < base + SEEDS; seed++) {
        struct model *m = &model;
        memset(m, 0, sizeof *m);
        m->rng = ol_rng_make(seed);
        m->r = rig_make(64 + roll(m, 200), 40 + roll(m, 400),
                        (uint8_t)(1 + roll(m, OL_MQTT_WINDOW_MAX)));
        if (m->r.config.rx_cap < 160) {
            m->r.config.rx_cap = 160; /* holds every message of this test */
            rig_free(&m->r);
            m->r = rig_make(160, m->r.config.tx_cap, m->r.config.window);
        }
        m->r.config.ack_timeout_ms = OL_MQTT_NO_TIMEOUT;
        m->r.config.pingresp_timeout_ms = OL_MQTT_NO_TIMEOUT;
        rig_login(&m->r, false);
        for (unsigned i = 0; i < STEPS; i++) {
            step(m);
        }
        settle(m);
        delivered += m->delivered;
        logins += m->logins;
        rig_free(&m->r);
    }
    assert_true(delivered > SEEDS * 10);
    assert_true(logins > SEEDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_sessions_agree_with_the_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
