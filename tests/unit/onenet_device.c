/* SPDX-License-Identifier: MIT */
#include "onelink/onenet/device.h"

#include "tests/support/battery.h"
#include "tests/unit/onenet_util.h"

#define P  "$sys/AbCdEf1234/dev-01/"
#define T0 ((ol_ms)UINT32_MAX - 5000) /* so that every test crosses 2^32 ms */

static struct model_box box;
static uint8_t out[512];

static struct ol_onenet_device device(void)
{
    size_t len;
    char *file = read_vector_file("onenet/model.json", &len);
    assert_int_equal(model_box_import(&box, file, len), OL_OK);
    free(file);
    struct ol_onenet_device dev;
    const struct ol_onenet_device_config config = {
        .pid = OL_STR("AbCdEf1234"), .device = OL_STR("dev-01"), .model = &box.model};
    assert_int_equal(ol_onenet_device_init(&dev, &config), OL_OK);
    return dev;
}

/* Posts temp = 23.6 and gives the id. */
static uint64_t post(struct ol_onenet_device *dev, ol_ms now)
{
    struct ol_writer w = ol_writer_make(out, sizeof out);
    struct ol_onenet_post p;
    struct ol_onenet_value v = ol_onenet_value_dec((struct ol_dec){236, -1});
    assert_int_equal(ol_onenet_device_post_begin(dev, &p, &w), OL_OK);
    assert_int_equal(ol_onenet_post_add(&p, OL_STR("temp"), &v, 0), OL_OK);
    assert_int_equal(ol_onenet_device_post_commit(dev, &p, now), OL_OK);
    return p.id;
}

static struct ol_onenet_device_event input(struct ol_onenet_device *dev,
                                           const char *topic, const char *payload)
{
    struct ol_onenet_device_event ev;
    assert_int_equal(
        ol_onenet_device_input(dev, ol_str_from(topic), ol_str_from(payload), T0), OL_OK);
    assert_true(ol_onenet_device_next_event(dev, &ev));
    return ev;
}

static void assert_no_event(struct ol_onenet_device *dev)
{
    struct ol_onenet_device_event ev;
    assert_false(ol_onenet_device_next_event(dev, &ev));
}

static void test_init(void **state)
{
    (void)state;
    struct ol_onenet_device dev;
    struct ol_onenet_device_config config = {.pid = OL_STR(""), .device = OL_STR("d")};
    assert_int_equal(ol_onenet_device_init(&dev, &config), OL_E_ARG);
    config.pid = OL_STR("p");
    config.device = OL_STR("a/b");
    assert_int_equal(ol_onenet_device_init(&dev, &config), OL_E_ARG);
    config.device = OL_STR("d");
    config.first_id = OL_ONENET_ID_MAX * 3 + 17;
    assert_int_equal(ol_onenet_device_init(&dev, &config), OL_OK);
    assert_int_equal(ol_onenet_device_id_next(&dev), 17);
    assert_true(ol_onenet_device_deadline(&dev) == OL_NEVER);
    assert_no_event(&dev);
}

static void test_topics(void **state)
{
    (void)state;
    struct ol_onenet_device dev = device();
    struct ol_writer w = ol_writer_make(out, sizeof out);
    assert_int_equal(ol_onenet_device_topic_encode(
                         &dev, &w, OL_ONENET_TOPIC_PROPERTY_SET_REPLY, OL_STR("")),
                     OL_OK);
    assert_written(&w, P "thing/property/set_reply");
    w = ol_writer_make(out, sizeof out);
    assert_int_equal(ol_onenet_device_filter_encode(&dev, &w, OL_STR("thing/#")), OL_OK);
    assert_written(&w, P "thing/#");
    w = ol_writer_make(out, 10);
    assert_int_equal(ol_onenet_device_filter_encode(&dev, &w, OL_STR("thing/#")),
                     OL_E_NOSPC);
}

static void test_post_and_reply(void **state)
{
    (void)state;
    struct ol_onenet_device dev = device();
    assert_int_equal(post(&dev, T0), 1);
    assert_int_equal(ol_onenet_device_pending_count(&dev), 1);
    assert_true(ol_onenet_device_deadline(&dev) == T0 + 5000);
    struct ol_onenet_device_event ev =
        input(&dev, P "thing/property/post/reply",
              "{\"id\":\"1\",\"code\":200,\"msg\":\"success\"}");
    assert_int_equal(ev.kind, OL_ONENET_DEVICE_REPLY);
    assert_int_equal(ev.post_id, 1);
    assert_int_equal(ev.reply.code, 200);
    assert_int_equal(ev.topic.kind, OL_ONENET_TOPIC_PROPERTY_POST_REPLY);
    assert_span(ev.refused, "");
    assert_int_equal(ol_onenet_device_pending_count(&dev), 0);
    assert_true(ol_onenet_device_deadline(&dev) == OL_NEVER);
    assert_no_event(&dev);
    assert_int_equal(post(&dev, T0), 2);
}

/* A refusal carries the platform's words and the member that it names. */
static void test_refused(void **state)
{
    (void)state;
    struct ol_onenet_device dev = device();
    (void)post(&dev, T0);
    struct ol_onenet_device_event ev = input(
        &dev, P "thing/property/post/reply",
        "{\"id\":\"1\",\"code\":2306,\"msg\":\"identifier not exist:identifier:temp\"}");
    assert_int_equal(ev.kind, OL_ONENET_DEVICE_REPLY);
    assert_int_equal(ev.reply.code, 2306);
    assert_span(ev.refused, "temp");
    assert_span(ev.reply.msg.text, "identifier not exist:identifier:temp");
}

/* Late, foreign, on another topic, malformed: told, and the post still waits. */
static void test_stray_replies(void **state)
{
    (void)state;
    static const struct {
        const char *topic;
        const char *payload;
        enum ol_onenet_device_event_kind kind;
        uint64_t id;
    } rows[] = {
        {P "thing/property/post/reply", "{\"id\":\"2\",\"code\":200}",
         OL_ONENET_DEVICE_STRAY, 2},
        {P "thing/property/post/reply", "{\"id\":\"0\",\"code\":200}",
         OL_ONENET_DEVICE_STRAY, 0},
        {P "thing/property/post/reply", "{\"id\":\"x\",\"code\":200}",
         OL_ONENET_DEVICE_STRAY, 0},
        {P "thing/property/post/reply", "{\"id\":\"11111111111111\",\"code\":200}",
         OL_ONENET_DEVICE_STRAY, 0},
        {P "thing/event/post/reply", "{\"id\":\"1\",\"code\":200}",
         OL_ONENET_DEVICE_STRAY, 1},
        {P "thing/property/desired/get/reply", "{\"id\":\"1\",\"code\":200}",
         OL_ONENET_DEVICE_STRAY, 1},
        {P "thing/property/post/reply", "{\"id\":\"1\"}", OL_ONENET_DEVICE_BAD, 0},
        {P "thing/property/post/reply", "", OL_ONENET_DEVICE_BAD, 0},
        {P "thing/property/post", "{\"id\":\"1\",\"code\":200}", OL_ONENET_DEVICE_UNKNOWN,
         0},
        {P "thing/property/set_reply", "{\"id\":\"1\",\"code\":200}",
         OL_ONENET_DEVICE_UNKNOWN, 0},
        {P "thing/service/add/invoke", "{\"id\":\"1\",\"params\":{}}",
         OL_ONENET_DEVICE_UNKNOWN, 0},
        {P "ota/inform", "{\"id\":\"1\"}", OL_ONENET_DEVICE_UNKNOWN, 0},
        {P "some/thing/else", "", OL_ONENET_DEVICE_UNKNOWN, 0},
    };
    struct ol_onenet_device dev = device();
    (void)post(&dev, T0);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ol_onenet_device_event ev = input(&dev, rows[i].topic, rows[i].payload);
        if (ev.kind != rows[i].kind) {
            fail_msg("%s %s: %d", rows[i].topic, rows[i].payload, ev.kind);
        }
        assert_true(ev.post_id == rows[i].id);
        assert_int_equal(ol_onenet_device_pending_count(&dev), 1);
        assert_no_event(&dev);
    }
    /* A numeric id answers too. */
    struct ol_onenet_device_event ev =
        input(&dev, P "thing/property/post/reply", "{\"id\":1,\"code\":200}");
    assert_int_equal(ev.kind, OL_ONENET_DEVICE_REPLY);
    ev = input(&dev, P "thing/property/post/reply", "{\"id\":1,\"code\":200}");
    assert_int_equal(ev.kind, OL_ONENET_DEVICE_STRAY);
}

static void test_foreign_topics(void **state)
{
    (void)state;
    static const char *const topics[] = {
        "", "x", "$sys/AbCdEf1234/dev-02/thing/property/set",
        "$sys/Other/dev-01/thing/property/set", "$sys/AbCdEf1234/dev-01/"};
    struct ol_onenet_device dev = device();
    for (size_t i = 0; i < COUNT(topics); i++) {
        assert_int_equal(
            ol_onenet_device_input(&dev, ol_str_from(topics[i]), OL_STR("{}"), T0),
            OL_E_ARG);
        assert_no_event(&dev);
    }
}

static void test_timeout(void **state)
{
    (void)state;
    struct ol_onenet_device dev = device();
    (void)post(&dev, T0);
    (void)post(&dev, T0 + 1000);
    ol_onenet_device_step(&dev, T0 + 4999);
    assert_no_event(&dev);
    assert_true(ol_onenet_device_deadline(&dev) == T0 + 5000);
    ol_onenet_device_step(&dev, T0 + 5000);
    struct ol_onenet_device_event ev;
    assert_true(ol_onenet_device_next_event(&dev, &ev));
    assert_int_equal(ev.kind, OL_ONENET_DEVICE_TIMEOUT);
    assert_int_equal(ev.post_id, 1);
    assert_int_equal(ev.topic.kind, OL_ONENET_TOPIC_PROPERTY_POST);
    assert_no_event(&dev);
    assert_true(ol_onenet_device_deadline(&dev) == T0 + 6000);
    /* The reply that comes after it is a stray one. */
    ev = input(&dev, P "thing/property/post/reply", "{\"id\":\"1\",\"code\":200}");
    assert_int_equal(ev.kind, OL_ONENET_DEVICE_STRAY);
}

static void test_table_full(void **state)
{
    (void)state;
    struct ol_onenet_device dev = device();
    for (int i = 0; i < OL_ONENET_PENDING_MAX; i++) {
        (void)post(&dev, T0);
    }
    struct ol_writer w = ol_writer_make(out, sizeof out);
    struct ol_onenet_post p;
    assert_int_equal(ol_onenet_device_post_begin(&dev, &p, &w), OL_E_AGAIN);
    assert_int_equal(ol_onenet_device_expect(&dev, OL_ONENET_TOPIC_PROPERTY_POST, 99, T0),
                     OL_E_AGAIN);
    ol_onenet_device_forget(&dev, 3);
    ol_onenet_device_forget(&dev, 77);
    ol_onenet_device_forget(&dev, 0);
    assert_int_equal(ol_onenet_device_pending_count(&dev), OL_ONENET_PENDING_MAX - 1);
    assert_int_equal(post(&dev, T0), 5);
}

/* A post that is not committed costs nothing. */
static void test_abandoned_posts(void **state)
{
    (void)state;
    struct ol_onenet_device dev = device();
    struct ol_writer w = ol_writer_make(out, sizeof out);
    struct ol_onenet_post p;
    assert_int_equal(ol_onenet_device_post_begin(&dev, &p, &w), OL_OK);
    assert_int_equal(ol_onenet_device_post_commit(&dev, &p, T0), OL_E_ARG);
    assert_int_equal(ol_onenet_device_pending_count(&dev), 0);
    w = ol_writer_make(out, 20);
    assert_int_equal(ol_onenet_device_post_begin(&dev, &p, &w), OL_E_NOSPC);
    assert_int_equal(post(&dev, T0), 1);
}

/* Ids stay within 13 digits and never meet one that waits. */
static void test_id_wrap(void **state)
{
    (void)state;
    struct ol_onenet_device dev = device();
    dev.next_id = OL_ONENET_ID_MAX;
    assert_int_equal(ol_onenet_device_expect(&dev, OL_ONENET_TOPIC_EVENT_POST, 1, T0),
                     OL_OK);
    assert_true(post(&dev, T0) == OL_ONENET_ID_MAX);
    assert_int_equal(post(&dev, T0), 2);
    assert_int_equal(ol_onenet_device_id_next(&dev), 3);
    assert_int_equal(ol_onenet_device_expect(&dev, OL_ONENET_TOPIC_EVENT_POST, 2, T0),
                     OL_E_ARG);
    assert_int_equal(ol_onenet_device_expect(&dev, OL_ONENET_TOPIC_EVENT_POST, 0, T0),
                     OL_E_ARG);
    assert_int_equal(ol_onenet_device_expect(&dev, OL_ONENET_TOPIC_EVENT_POST,
                                             OL_ONENET_ID_MAX + 1, T0),
                     OL_E_ARG);
}

/* While the connection is gone no time runs out; afterwards each has the full time. */
static void test_suspend_and_resume(void **state)
{
    (void)state;
    struct ol_onenet_device dev = device();
    (void)post(&dev, T0);
    ol_onenet_device_suspend(&dev);
    assert_true(ol_onenet_device_deadline(&dev) == OL_NEVER);
    ol_onenet_device_step(&dev, T0 + 1000000);
    assert_no_event(&dev);
    ol_onenet_device_resume(&dev, T0 + 1000000);
    assert_true(ol_onenet_device_deadline(&dev) == T0 + 1005000);
    struct ol_onenet_device_event ev =
        input(&dev, P "thing/property/post/reply", "{\"id\":\"1\",\"code\":200}");
    assert_int_equal(ev.kind, OL_ONENET_DEVICE_REPLY);
}

/* Values from sources go through the model. */
static void test_post_from_sources(void **state)
{
    (void)state;
    struct ol_onenet_device dev = device();
    struct ol_writer w = ol_writer_make(out, sizeof out);
    struct ol_onenet_post p;
    int32_t status = -99;
    struct ol_onenet_value t = ol_onenet_value_dec((struct ol_dec){23649, -3});
    struct ol_onenet_value one = ol_onenet_value_int(1);
    struct ol_onenet_value far = ol_onenet_value_int(1000);
    uint16_t temp = (uint16_t)ol_onenet_property_find(&box.model, OL_STR("temp"));
    uint16_t led = (uint16_t)ol_onenet_property_find(&box.model, OL_STR("led"));
    assert_int_equal(ol_onenet_device_post_begin(&dev, &p, &w), OL_OK);
    assert_int_equal(ol_onenet_device_post_add(&dev, &p, temp, &far, 7, &status),
                     OL_ONENET_VALUE_RANGE);
    assert_int_equal(status, -99);
    assert_int_equal(ol_onenet_device_post_add(&dev, &p, temp, &t, 7, &status),
                     OL_ONENET_VALUE_OK);
    assert_int_equal(status, OL_OK);
    assert_int_equal(ol_onenet_device_post_add(&dev, &p, led, &one, 8, &status),
                     OL_ONENET_VALUE_OK);
    assert_int_equal(ol_onenet_device_post_commit(&dev, &p, T0), OL_OK);
    assert_written(&w,
                   "{\"id\":\"1\",\"version\":\"1.0\",\"params\":{\"temp\":{\"value\":"
                   "23.6,\"time\":7},\"led\":{\"value\":true,\"time\":8}}}");
}

/* ---- Commands ---- */

static void test_set(void **state)
{
    (void)state;
    struct ol_onenet_device dev = device();
    struct ol_onenet_device_event ev =
        input(&dev, P "thing/property/set",
              "{\"id\":\"16\",\"version\":\"1.0\",\"params\":{\"led\":true,\"count\":10,"
              "\"label\":"
              "\"a\\u4e2d\"}}");
    assert_int_equal(ev.kind, OL_ONENET_DEVICE_SET);
    assert_int_equal(ev.refusal.code, 200);
    struct ol_onenet_params params = ol_onenet_params_open(ev.params);
    struct ol_onenet_set_item item;
    assert_true(ol_onenet_device_set_next(&dev, &params, &item));
    assert_span(item.name.text, "led");
    assert_int_equal(item.field, ol_onenet_property_find(&box.model, OL_STR("led")));
    assert_true(item.value.kind == OL_ONENET_VALUE_BOOL && item.value.as.b);
    assert_false(item.coerced);
    assert_true(ol_onenet_device_set_next(&dev, &params, &item));
    assert_true(item.value.kind == OL_ONENET_VALUE_INT && item.value.as.i == 10);
    assert_span(item.json, "10");
    assert_true(ol_onenet_device_set_next(&dev, &params, &item));
    assert_true(item.value.kind == OL_ONENET_VALUE_STRING && item.value.escaped);
    assert_false(ol_onenet_device_set_next(&dev, &params, &item));
    struct ol_writer w = ol_writer_make(out, sizeof out);
    assert_int_equal(ol_onenet_reply_encode_refusal(&w, ev.id, &ev.refusal), OL_OK);
    assert_written(&w, "{\"id\":\"16\",\"code\":200,\"msg\":\"success\"}");
}

/* Params that were not checked end a walk where they are wrong. */
static void test_walk_of_wrong_params(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",          "[1]",          "{\"led\":2}",
                                        "{\"x\":1}", "{\"led\":tru", "{\"led\""};
    struct ol_onenet_device dev = device();
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct ol_onenet_params params = ol_onenet_params_open(ol_str_from(wrong[i]));
        struct ol_onenet_set_item item;
        assert_false(ol_onenet_device_set_next(&dev, &params, &item));
    }
}

/* 0 and 1 for a bool: obeyed, and flagged for the log. */
static void test_set_coerced(void **state)
{
    (void)state;
    struct ol_onenet_device dev = device();
    struct ol_onenet_device_event ev =
        input(&dev, P "thing/property/set", "{\"id\":\"1\",\"params\":{\"led\":1}}");
    assert_int_equal(ev.refusal.code, 200);
    struct ol_onenet_params params = ol_onenet_params_open(ev.params);
    struct ol_onenet_set_item item;
    assert_true(ol_onenet_device_set_next(&dev, &params, &item));
    assert_true(item.coerced && item.value.as.b);
}

/* A set is refused as a whole, with an answer ready. */
static void test_set_refused(void **state)
{
    (void)state;
    static const struct {
        const char *payload;
        const char *answer;
    } rows[] = {
        {"{\"id\":\"3\",\"params\":{\"led\":true,\"count\":7}}",
         "{\"id\":\"3\",\"code\":2213,\"msg\":\"value step error:identifier:count\"}"},
        {"{\"id\":\"3\",\"params\":{\"led\":{\"value\":true}}}",
         "{\"id\":\"3\",\"code\":2271,\"msg\":\"bool type error:identifier:led\"}"},
        {"{\"id\":\"3\",\"params\":{\"temp\":1}}",
         "{\"id\":\"3\",\"code\":2311,\"msg\":\"access mode error:identifier:temp\"}"},
        {"{\"id\":\"3\",\"params\":{\"nope\":1}}",
         "{\"id\":\"3\",\"code\":2306,\"msg\":\"identifier not exist:identifier:nope\"}"},
        {"{\"id\":\"3\",\"params\":{}}",
         "{\"id\":\"3\",\"code\":2402,\"msg\":\"request format error\"}"},
        {"{\"id\":\"3\",\"params\":[]}",
         "{\"id\":\"3\",\"code\":2402,\"msg\":\"request format error\"}"},
        {"{\"id\":\"3\"}",
         "{\"id\":\"3\",\"code\":2402,\"msg\":\"request format error\"}"},
        {"{\"id\":\"3\",\"id\":\"4\",\"params\":{\"led\":true}}",
         "{\"id\":\"3\",\"code\":2402,\"msg\":\"request format error\"}"},
        {"{\"id\":\"any text\",\"params\":{\"led\":true}}",
         "{\"id\":\"any text\",\"code\":200,\"msg\":\"success\"}"},
        {"{\"id\":12,\"params\":{\"led\":true}}",
         "{\"id\":12,\"code\":200,\"msg\":\"success\"}"},
        {"{\"id\":12}", "{\"id\":12,\"code\":2402,\"msg\":\"request format error\"}"},
    };
    struct ol_onenet_device dev = device();
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ol_onenet_device_event ev =
            input(&dev, P "thing/property/set", rows[i].payload);
        assert_int_equal(ev.kind, OL_ONENET_DEVICE_SET);
        struct ol_writer w = ol_writer_make(out, sizeof out);
        assert_int_equal(ol_onenet_reply_encode_refusal(&w, ev.id, &ev.refusal), OL_OK);
        assert_written(&w, rows[i].answer);
    }
}

#define LONG_ID                                                                          \
    "{\"id\":\"00000000000000000000000000000000000000000000000000000000000000001\","     \
    "\"params\":{\"led\":true}}"

/* What has no id to echo, or is no JSON, is counted and ignored. */
static void test_bad_commands(void **state)
{
    (void)state;
    static const char *const payloads[] = {
        "",
        "{",
        "[]",
        "{\"params\":{\"led\":true}}",
        "{\"id\":\"\",\"params\":{\"led\":true}}",
        "{\"id\":null,\"params\":{\"led\":true}}",
        "{\"id\":\"1\",\"params\":{\"led\":true}",
        LONG_ID,
    };
    struct ol_onenet_device dev = device();
    for (size_t i = 0; i < COUNT(payloads); i++) {
        struct ol_onenet_device_event ev =
            input(&dev, P "thing/property/set", payloads[i]);
        assert_int_equal(ev.kind, OL_ONENET_DEVICE_BAD);
        ev = input(&dev, P "thing/property/get", payloads[i]);
        assert_int_equal(ev.kind, OL_ONENET_DEVICE_BAD);
    }
}

static void test_get(void **state)
{
    (void)state;
    struct ol_onenet_device dev = device();
    struct ol_onenet_device_event ev =
        input(&dev, P "thing/property/get",
              "{\"id\":\"2\",\"version\":\"1.0\",\"params\":[\"temp\",\"l\\u0065d\"]}");
    assert_int_equal(ev.kind, OL_ONENET_DEVICE_GET);
    assert_int_equal(ev.refusal.code, 200);
    struct ol_onenet_params params = ol_onenet_params_open(ev.params);
    struct ol_onenet_set_item item;
    assert_true(ol_onenet_device_get_next(&dev, &params, &item));
    assert_int_equal(item.field, ol_onenet_property_find(&box.model, OL_STR("temp")));
    assert_true(ol_onenet_device_get_next(&dev, &params, &item));
    assert_int_equal(item.field, ol_onenet_property_find(&box.model, OL_STR("led")));
    assert_false(ol_onenet_device_get_next(&dev, &params, &item));
    ev = input(&dev, P "thing/property/get", "{\"id\":\"2\",\"params\":[\"x\"]}");
    assert_int_equal(ev.refusal.code, 2306);
    ev = input(&dev, P "thing/property/get", "{\"id\":\"2\",\"params\":{\"temp\":1}}");
    assert_int_equal(ev.refusal.code, 2402);
    ev = input(&dev, P "thing/property/get", "{\"id\":\"2\",\"params\":[1]}");
    assert_int_equal(ev.refusal.code, 2402);
}

/* Without a model everything well-formed is passed on. */
static void test_without_model(void **state)
{
    (void)state;
    struct ol_onenet_device dev;
    const struct ol_onenet_device_config config = {
        .pid = OL_STR("AbCdEf1234"), .device = OL_STR("dev-01"), .reply_timeout_ms = 100};
    assert_int_equal(ol_onenet_device_init(&dev, &config), OL_OK);
    struct ol_onenet_device_event ev =
        input(&dev, P "thing/property/set", "{\"id\":\"1\",\"params\":{\"any\":[1,{}]}}");
    assert_int_equal(ev.refusal.code, 200);
    struct ol_onenet_params params = ol_onenet_params_open(ev.params);
    struct ol_onenet_set_item item;
    assert_true(ol_onenet_device_set_next(&dev, &params, &item));
    assert_int_equal(item.field, -1);
    assert_int_equal(item.value.kind, OL_ONENET_VALUE_JSON);
    assert_span(item.value.as.s, "[1,{}]");
    assert_false(ol_onenet_device_set_next(&dev, &params, &item));
    ev = input(&dev, P "thing/property/set", "{\"id\":\"1\",\"params\":[1]}");
    assert_int_equal(ev.refusal.code, 2402);
    ev = input(&dev, P "thing/property/get", "{\"id\":\"1\",\"params\":[\"any\"]}");
    assert_int_equal(ev.refusal.code, 200);
    params = ol_onenet_params_open(ev.params);
    assert_true(ol_onenet_device_get_next(&dev, &params, &item));
    assert_int_equal(item.field, -1);
    assert_int_equal(ol_onenet_device_expect(&dev, OL_ONENET_TOPIC_PROPERTY_POST, 1, T0),
                     OL_OK);
    assert_true(ol_onenet_device_deadline(&dev) == T0 + 100);
}

/* ---- Hostile variants ---- */

struct variant {
    struct ol_onenet_device dev;
    const char *topic;
};

/* Each variant on a copy of a device with one post pending: one event of a known kind,
 * and a set that passes can be walked to its end. */
static void check_variant(void *ctx, const uint8_t *data, size_t len)
{
    const struct variant *v = ctx;
    struct ol_onenet_device dev = v->dev;
    struct ol_onenet_device_event ev;
    assert_int_equal(
        ol_onenet_device_input(&dev, ol_str_from(v->topic), ol_str_make(data, len), T0),
        OL_OK);
    assert_true(ol_onenet_device_next_event(&dev, &ev));
    struct ol_onenet_set_item item;
    int members = 0;
    if (ev.kind == OL_ONENET_DEVICE_SET && ev.refusal.code == 200) {
        struct ol_onenet_params params = ol_onenet_params_open(ev.params);
        while (ol_onenet_device_set_next(&dev, &params, &item)) {
            members++;
            assert_true(item.field >= 0);
        }
        assert_true(members > 0);
    }
    if (ev.kind == OL_ONENET_DEVICE_SET || ev.kind == OL_ONENET_DEVICE_GET) {
        struct ol_writer w = ol_writer_make(out, sizeof out);
        assert_int_equal(ol_onenet_reply_encode_refusal(&w, ev.id, &ev.refusal), OL_OK);
        assert_int_equal(ol_json_check(out, w.len), OL_OK);
    } else {
        assert_int_equal(ol_onenet_device_pending_count(&dev),
                         ev.kind == OL_ONENET_DEVICE_REPLY ? 0 : 1);
    }
}

static void test_battery(void **state)
{
    (void)state;
    static const struct {
        const char *topic;
        const char *body;
    } rows[] = {
        {P "thing/property/set",
         "{\"id\":\"16\",\"version\":\"1.0\",\"params\":{\"led\":true,\"count\":10}}"},
        {P "thing/property/get", "{\"id\":\"2\",\"params\":[\"temp\",\"led\"]}"},
        {P "thing/property/post/reply",
         "{\"id\":\"1\",\"code\":2271,\"msg\":\"bool type error:identifier:led\"}"},
    };
    struct variant v = {.dev = device()};
    (void)post(&v.dev, T0);
    for (size_t i = 0; i < COUNT(rows); i++) {
        v.topic = rows[i].topic;
        ol_battery_truncations(rows[i].body, strlen(rows[i].body), check_variant, &v);
        ol_battery_bit_flips(rows[i].body, strlen(rows[i].body), check_variant, &v);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_init),
        cmocka_unit_test(test_topics),
        cmocka_unit_test(test_post_and_reply),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_stray_replies),
        cmocka_unit_test(test_foreign_topics),
        cmocka_unit_test(test_timeout),
        cmocka_unit_test(test_table_full),
        cmocka_unit_test(test_abandoned_posts),
        cmocka_unit_test(test_id_wrap),
        cmocka_unit_test(test_suspend_and_resume),
        cmocka_unit_test(test_post_from_sources),
        cmocka_unit_test(test_set),
        cmocka_unit_test(test_walk_of_wrong_params),
        cmocka_unit_test(test_set_coerced),
        cmocka_unit_test(test_set_refused),
        cmocka_unit_test(test_bad_commands),
        cmocka_unit_test(test_get),
        cmocka_unit_test(test_without_model),
        cmocka_unit_test(test_battery),
    };
    return cmocka_run_group_tests_name("onenet device", tests, NULL, NULL);
}
