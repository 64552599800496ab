/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "onelink/mqtt/client_state.h"
#include "tests/unit/mqtt_rig.h"

/* Every state of the client against everything that can happen to it: what the call
 * answers and which state follows. Nothing is undefined. */

enum { STATES = OL_MQTT_STATE_ENDING + 1 };

/* The next event is of this type; beside the status codes, which are 0 or negative. */
#define EVENT(type) (100 + (int32_t)(type))

struct outcome {
    int32_t result;
    uint8_t state;
};

struct line {
    const char *name;
    int32_t (*happen)(struct rig *r);
    struct outcome outcome[STATES];
};

static void reach(struct rig *r, uint8_t state)
{
    *r = rig_make(64, 128, 2);
    assert_int_equal(ol_mqtt_client_init(&r->c, &r->config), OL_OK);
    if (state == OL_MQTT_STATE_OPENING || state == OL_MQTT_STATE_WAITING) {
        assert_int_equal(ol_mqtt_client_open(&r->c, &rig_connect, r->now), OL_OK);
    }
    if (state == OL_MQTT_STATE_WAITING) {
        rig_flush(r);
    }
    if (state >= OL_MQTT_STATE_ONLINE || state == OL_MQTT_STATE_OVER) {
        rig_login(r, false);
    }
    if (state == OL_MQTT_STATE_ENDING) {
        assert_int_equal(ol_mqtt_client_disconnect(&r->c), OL_OK);
    }
    if (state == OL_MQTT_STATE_OVER) {
        assert_int_equal(rig_feed(r, "\xf0", 1), 1);
        assert_int_equal(rig_next(r), OL_OK);
    }
    assert_int_equal(r->c.state, state);
}

static int32_t open_it(struct rig *r)
{
    return ol_mqtt_client_open(&r->c, &rig_connect, r->now);
}

static int32_t closed(struct rig *r)
{
    ol_mqtt_client_closed(&r->c, r->now);
    return OL_OK;
}

static int32_t disconnect(struct rig *r)
{
    return ol_mqtt_client_disconnect(&r->c);
}

static int32_t discard(struct rig *r)
{
    return ol_mqtt_client_discard(&r->c);
}

static int32_t publish_qos0(struct rig *r)
{
    return ol_mqtt_client_publish(&r->c, OL_STR("t"), OL_STR("p"), 0);
}

static int32_t publish_qos1(struct rig *r)
{
    return ol_mqtt_client_publish(&r->c, OL_STR("t"), OL_STR("p"), 1);
}

static int32_t commit(struct rig *r)
{
    return ol_mqtt_client_publish_commit(&r->c, 0);
}

static int32_t subscribe(struct rig *r)
{
    struct ol_str filter = OL_STR("t");
    return ol_mqtt_client_subscribe(&r->c, &filter, 1, 0);
}

static int32_t unsubscribe(struct rig *r)
{
    struct ol_str filter = OL_STR("t");
    return ol_mqtt_client_unsubscribe(&r->c, &filter, 1);
}

static int32_t output(struct rig *r)
{
    size_t len;
    (void)ol_mqtt_client_output(&r->c, &len);
    return len > 0;
}

static int32_t send_all(struct rig *r)
{
    return rig_flush(r) > 0;
}

static int32_t send_more_than_offered(struct rig *r)
{
    ol_mqtt_client_output_done(&r->c, 1000);
    return OL_OK;
}

static int32_t input(struct rig *r)
{
    size_t cap;
    (void)ol_mqtt_client_input(&r->c, &cap);
    return cap > 0;
}

static int32_t receive_more_than_room(struct rig *r)
{
    size_t cap;
    uint8_t *room = ol_mqtt_client_input(&r->c, &cap);
    memset(room, 0, cap);
    ol_mqtt_client_input_done(&r->c, 1000);
    return OL_OK;
}

static int32_t next_event(struct rig *r)
{
    int32_t rc = rig_next(r);
    return rc == OL_OK ? EVENT(r->ev.type) : rc;
}

static int32_t receive(struct rig *r, const char *bytes, size_t len)
{
    size_t fed = rig_feed(r, bytes, len);
    assert_true(fed == 0 || fed == len);
    return next_event(r);
}

static int32_t receive_accept(struct rig *r)
{
    return receive(r, "\x20\x02\x00\x00", 4);
}

static int32_t receive_refusal(struct rig *r)
{
    return receive(r, "\x20\x02\x00\x04", 4);
}

static int32_t receive_message(struct rig *r)
{
    return receive(r, "\x30\x03\x00\x01t", 5);
}

static int32_t receive_puback(struct rig *r)
{
    return receive(r, "\x40\x02\x00\x01", 4);
}

static int32_t receive_suback(struct rig *r)
{
    return receive(r, "\x90\x03\x00\x01\x00", 5);
}

static int32_t receive_unsuback(struct rig *r)
{
    return receive(r, "\xb0\x02\x00\x01", 4);
}

static int32_t receive_pingresp(struct rig *r)
{
    return receive(r, "\xd0\x00", 2);
}

static int32_t receive_garbage(struct rig *r)
{
    return receive(r, "\xff\xff", 2);
}

static int32_t receive_half(struct rig *r)
{
    return receive(r, "\x20", 1);
}

static int32_t second_passes(struct rig *r)
{
    rig_pass(r, 1000);
    return next_event(r);
}

static int32_t year_passes(struct rig *r)
{
    rig_pass(r, UINT64_C(365) * 86400 * 1000);
    return next_event(r);
}

static int32_t deadline(struct rig *r)
{
    return ol_mqtt_client_deadline(&r->c) == OL_NEVER;
}

#define CLOSED  OL_MQTT_STATE_CLOSED
#define OVER    OL_MQTT_STATE_OVER
#define OPENING OL_MQTT_STATE_OPENING
#define WAITING OL_MQTT_STATE_WAITING
#define ONLINE  OL_MQTT_STATE_ONLINE
#define ENDING  OL_MQTT_STATE_ENDING
#define FAILED  EVENT(OL_MQTT_EVENT_FAILED)
#define AGAIN   OL_E_AGAIN

/* clang-format off */
static const struct line table[] = {
/*                    CLOSED                 OVER                  OPENING                WAITING                ONLINE                 ENDING */
{"open",       open_it,
                      {{OL_OK, OPENING},     {OL_E_ARG, OVER},     {OL_E_ARG, OPENING},   {OL_E_ARG, WAITING},   {OL_E_ARG, ONLINE},    {OL_E_ARG, ENDING}}},
{"closed",     closed,
                      {{OL_OK, CLOSED},      {OL_OK, CLOSED},      {OL_OK, CLOSED},       {OL_OK, CLOSED},       {OL_OK, CLOSED},       {OL_OK, CLOSED}}},
{"disconnect", disconnect,
                      {{OL_E_CLOSED, CLOSED},{OL_E_CLOSED, OVER},  {OL_E_CLOSED, OPENING},{OL_E_CLOSED, WAITING},{OL_OK, ENDING},       {OL_E_CLOSED, ENDING}}},
{"discard",    discard,
                      {{OL_OK, CLOSED},      {OL_E_ARG, OVER},     {OL_E_ARG, OPENING},   {OL_E_ARG, WAITING},   {OL_E_ARG, ONLINE},    {OL_E_ARG, ENDING}}},
{"publish QoS 0", publish_qos0,
                      {{OL_E_CLOSED, CLOSED},{OL_E_CLOSED, OVER},  {OL_E_CLOSED, OPENING},{OL_E_CLOSED, WAITING},{0, ONLINE},           {OL_E_CLOSED, ENDING}}},
{"publish QoS 1", publish_qos1,
                      {{1, CLOSED},          {1, OVER},            {1, OPENING},          {1, WAITING},          {1, ONLINE},           {OL_E_CLOSED, ENDING}}},
{"commit without begin", commit,
                      {{OL_E_ARG, CLOSED},   {OL_E_ARG, OVER},     {OL_E_ARG, OPENING},   {OL_E_ARG, WAITING},   {OL_E_ARG, ONLINE},    {OL_E_ARG, ENDING}}},
{"subscribe",  subscribe,
                      {{OL_E_CLOSED, CLOSED},{OL_E_CLOSED, OVER},  {OL_E_CLOSED, OPENING},{OL_E_CLOSED, WAITING},{1, ONLINE},           {OL_E_CLOSED, ENDING}}},
{"unsubscribe", unsubscribe,
                      {{OL_E_CLOSED, CLOSED},{OL_E_CLOSED, OVER},  {OL_E_CLOSED, OPENING},{OL_E_CLOSED, WAITING},{1, ONLINE},           {OL_E_CLOSED, ENDING}}},
{"is there output", output,
                      {{0, CLOSED},          {0, OVER},            {1, OPENING},          {0, WAITING},          {0, ONLINE},           {1, ENDING}}},
{"send all",   send_all,
                      {{0, CLOSED},          {0, OVER},            {1, WAITING},          {0, WAITING},          {0, ONLINE},           {1, ENDING}}},
{"send more than offered", send_more_than_offered,
                      {{OL_OK, CLOSED},      {OL_OK, OVER},        {OL_OK, WAITING},      {OL_OK, WAITING},      {OL_OK, ONLINE},       {OL_OK, ENDING}}},
{"is there room to receive", input,
                      {{0, CLOSED},          {0, OVER},            {0, OPENING},          {1, WAITING},          {1, ONLINE},           {0, ENDING}}},
{"receive more than room", receive_more_than_room,
                      {{OL_OK, CLOSED},      {OL_OK, OVER},        {OL_OK, OPENING},      {OL_OK, WAITING},      {OL_OK, ONLINE},       {OL_OK, ENDING}}},
{"next event", next_event,
                      {{AGAIN, CLOSED},      {AGAIN, OVER},        {AGAIN, OPENING},      {AGAIN, WAITING},      {AGAIN, ONLINE},       {AGAIN, ENDING}}},
{"CONNACK 0",  receive_accept,
                      {{AGAIN, CLOSED},      {AGAIN, OVER},        {AGAIN, OPENING},      {EVENT(OL_MQTT_EVENT_LOGIN), ONLINE}, {FAILED, OVER}, {AGAIN, ENDING}}},
{"CONNACK 4",  receive_refusal,
                      {{AGAIN, CLOSED},      {AGAIN, OVER},        {AGAIN, OPENING},      {EVENT(OL_MQTT_EVENT_REFUSED), OVER}, {FAILED, OVER}, {AGAIN, ENDING}}},
{"PUBLISH",    receive_message,
                      {{AGAIN, CLOSED},      {AGAIN, OVER},        {AGAIN, OPENING},      {FAILED, OVER},        {EVENT(OL_MQTT_EVENT_PUBLISH), ONLINE}, {AGAIN, ENDING}}},
{"PUBACK unasked", receive_puback,
                      {{AGAIN, CLOSED},      {AGAIN, OVER},        {AGAIN, OPENING},      {FAILED, OVER},        {FAILED, OVER},        {AGAIN, ENDING}}},
{"SUBACK unasked", receive_suback,
                      {{AGAIN, CLOSED},      {AGAIN, OVER},        {AGAIN, OPENING},      {FAILED, OVER},        {FAILED, OVER},        {AGAIN, ENDING}}},
{"UNSUBACK unasked", receive_unsuback,
                      {{AGAIN, CLOSED},      {AGAIN, OVER},        {AGAIN, OPENING},      {FAILED, OVER},        {FAILED, OVER},        {AGAIN, ENDING}}},
{"PINGRESP unasked", receive_pingresp,
                      {{AGAIN, CLOSED},      {AGAIN, OVER},        {AGAIN, OPENING},      {FAILED, OVER},        {AGAIN, ONLINE},       {AGAIN, ENDING}}},
{"garbage",    receive_garbage,
                      {{AGAIN, CLOSED},      {AGAIN, OVER},        {AGAIN, OPENING},      {FAILED, OVER},        {FAILED, OVER},        {AGAIN, ENDING}}},
{"half a packet", receive_half,
                      {{AGAIN, CLOSED},      {AGAIN, OVER},        {AGAIN, OPENING},      {AGAIN, WAITING},      {AGAIN, ONLINE},       {AGAIN, ENDING}}},
{"a second passes", second_passes,
                      {{AGAIN, CLOSED},      {AGAIN, OVER},        {AGAIN, OPENING},      {AGAIN, WAITING},      {AGAIN, ONLINE},       {AGAIN, ENDING}}},
{"a year passes", year_passes,
                      {{AGAIN, CLOSED},      {AGAIN, OVER},        {FAILED, OVER},        {FAILED, OVER},        {AGAIN, ONLINE},       {AGAIN, OVER}}},
{"waits without deadline", deadline,
                      {{1, CLOSED},          {1, OVER},            {0, OPENING},          {0, WAITING},          {0, ONLINE},           {0, ENDING}}},
};
/* clang-format on */

static void every_state_meets_everything(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        for (uint8_t s = 0; s < STATES; s++) {
            struct rig r;
            reach(&r, s);
            int32_t result = table[i].happen(&r);
            if (result != table[i].outcome[s].result ||
                r.c.state != table[i].outcome[s].state) {
                fail_msg("%s in state %u: %d, then state %u", table[i].name, s,
                         (int)result, r.c.state);
            }
            /* From wherever it has come to, the client can be closed and log in again. */
            ol_mqtt_client_closed(&r.c, r.now);
            assert_int_equal(rig_next(&r), OL_E_AGAIN);
            rig_login(&r, false);
            rig_free(&r);
        }
    }
}

/* The same twice in a row, for every pair: no assertion but the sanitizers' and that it
 * can always be closed and used again. */
static void every_pair_of_happenings_is_survived(void **state)
{
    (void)state;
    size_t lines = sizeof table / sizeof table[0];
    for (size_t i = 0; i < lines; i++) {
        for (size_t k = 0; k < lines; k++) {
            for (uint8_t s = 0; s < STATES; s++) {
                struct rig r;
                reach(&r, s);
                (void)table[i].happen(&r);
                (void)table[k].happen(&r);
                ol_mqtt_client_closed(&r.c, r.now);
                rig_login(&r, false);
                rig_free(&r);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_meets_everything),
        cmocka_unit_test(every_pair_of_happenings_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
