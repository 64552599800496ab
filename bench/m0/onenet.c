/* SPDX-License-Identifier: MIT */
/* The device end of OneJSON on a Cortex-M0: source values to a property post, its reply,
 * a command and its answer. MQTT and token are images of their own. */
/* clang-format off */
/* m0-sources: onelink/base onelink/json onelink/onenet/device.c onelink/onenet/device_input.c onelink/onenet/name.c onelink/onenet/topic.c onelink/onenet/model.c onelink/onenet/onejson.c onelink/onenet/onejson_post.c onelink/onenet/onejson_params.c onelink/onenet/refusal.c onelink/onenet/value.c onelink/onenet/value_step.c onelink/onenet/value_check.c onelink/onenet/value_convert.c */
/* clang-format on */
#include "onelink/onenet/device.h"
#include "rt.h"

static const struct ol_onenet_field fields[] = {
    {.identifier = OL_STR_INIT("temp"),
     .type = OL_ONENET_FLOAT,
     .has_min = true,
     .has_max = true,
     .has_step = true,
     .min = {-400, -1},
     .max = {850, -1},
     .step = {1, -1}},
    {.identifier = OL_STR_INIT("humi"),
     .type = OL_ONENET_FLOAT,
     .has_min = true,
     .has_max = true,
     .has_step = true,
     .max = {1000, -1},
     .step = {1, -1}},
    {.identifier = OL_STR_INIT("led"), .type = OL_ONENET_BOOL, .writable = true},
    {.identifier = OL_STR_INIT("level"),
     .type = OL_ONENET_INT32,
     .writable = true,
     .has_min = true,
     .has_max = true,
     .max = {100, 0}},
};
static const struct ol_onenet_model model = {
    .fields = fields, .field_count = 4, .property_count = 4};
static const struct ol_onenet_device_config config = {.pid = OL_STR_INIT("wZ8s7Fk1Qd"),
                                                      .device = OL_STR_INIT("device01"),
                                                      .model = &model,
                                                      .first_id = 1000001};

#define P "$sys/wZ8s7Fk1Qd/device01/"

static const struct ol_str reply_topic = OL_STR_INIT(P "thing/property/post/reply");
static const struct ol_str set_topic = OL_STR_INIT(P "thing/property/set");
static const struct ol_str get_topic = OL_STR_INIT(P "thing/property/get");
static const struct ol_str set_body = OL_STR_INIT(
    "{\"id\":\"16\",\"version\":\"1.0\",\"params\":{\"led\":true,\"level\":7}}");
static const struct ol_str get_body =
    OL_STR_INIT("{\"id\":\"17\",\"version\":\"1.0\",\"params\":[\"led\",\"level\"]}");

static struct ol_onenet_device dev;
static struct ol_onenet_device_event ev;
static uint8_t body[256];
static ol_ms now;

static int equal(const uint8_t *a, size_t a_len, const char *b, size_t b_len)
{
    if (a_len != b_len) {
        return 0;
    }
    for (size_t i = 0; i < a_len; i++) {
        if (a[i] != (uint8_t)b[i]) {
            return 0;
        }
    }
    return 1;
}

/* A sensor gives hundredths; the model wants tenths. */
static void post(void)
{
    static const char expected[] =
        "{\"id\":\"1000001\",\"version\":\"1.0\",\"params\":{\"temp\":{\"value\":"
        "23.5,"
        "\"time\":1524448722123},\"humi\":{\"value\":45.2,\"time\":1524448722123}}}";
    static const struct ol_str reply =
        OL_STR_INIT("{\"id\":\"1000001\",\"code\":200,\"msg\":\"success\"}");
    const struct ol_onenet_value temp = ol_onenet_value_dec((struct ol_dec){2351, -2});
    const struct ol_onenet_value humi = ol_onenet_value_dec((struct ol_dec){452, -1});
    int32_t status[2] = {-1, -1};
    struct ol_onenet_post p;
    m0_begin("property post of 2 floats and its reply");
    struct ol_writer w = ol_writer_make(body, sizeof body);
    int32_t rc = ol_onenet_device_post_begin(&dev, &p, &w);
    enum ol_onenet_value_error error =
        ol_onenet_device_post_add(&dev, &p, 0, &temp, 1524448722123, &status[0]);
    error |= ol_onenet_device_post_add(&dev, &p, 1, &humi, 1524448722123, &status[1]);
    int32_t committed = ol_onenet_device_post_commit(&dev, &p, now);
    int32_t taken = ol_onenet_device_input(&dev, reply_topic, reply, now);
    bool has = ol_onenet_device_next_event(&dev, &ev);
    m0_end();
    m0_check(rc == OL_OK && error == OL_ONENET_VALUE_OK && status[0] == OL_OK &&
                 status[1] == OL_OK,
             "members");
    m0_check(committed == OL_OK && equal(body, w.len, expected, sizeof expected - 1),
             "the body");
    m0_check(taken == OL_OK && has && ev.kind == OL_ONENET_DEVICE_REPLY &&
                 ev.reply.code == 200,
             "the reply");
}

static void set(void)
{
    static const char expected[] = "{\"id\":\"16\",\"code\":200,\"msg\":\"success\"}";
    struct ol_onenet_set_item item;
    int64_t applied = 0;
    m0_begin("property set of 2 values and set_reply");
    int32_t taken = ol_onenet_device_input(&dev, set_topic, set_body, now);
    bool has = ol_onenet_device_next_event(&dev, &ev);
    struct ol_onenet_params params = ol_onenet_params_open(ev.params);
    while (ol_onenet_device_set_next(&dev, &params, &item)) {
        applied +=
            item.value.kind == OL_ONENET_VALUE_BOOL ? item.value.as.b : item.value.as.i;
    }
    struct ol_writer w = ol_writer_make(body, sizeof body);
    int32_t rc = ol_onenet_reply_encode_refusal(&w, ev.id, &ev.refusal);
    m0_end();
    m0_check(taken == OL_OK && has && ev.kind == OL_ONENET_DEVICE_SET && applied == 8,
             "the set");
    m0_check(rc == OL_OK && equal(body, w.len, expected, sizeof expected - 1),
             "set_reply");
}

static void get(void)
{
    static const char expected[] = "{\"id\":\"17\",\"code\":200,\"msg\":\"success\","
                                   "\"data\":{\"led\":true,\"level\":7}}";
    const struct ol_onenet_value led = ol_onenet_value_bool(true);
    const struct ol_onenet_value level = ol_onenet_value_int(7);
    struct ol_onenet_set_item item;
    struct ol_onenet_post reply;
    int32_t rc = OL_OK;
    m0_begin("property get of 2 values and get_reply");
    int32_t taken = ol_onenet_device_input(&dev, get_topic, get_body, now);
    (void)ol_onenet_device_next_event(&dev, &ev);
    struct ol_onenet_params params = ol_onenet_params_open(ev.params);
    struct ol_writer w = ol_writer_make(body, sizeof body);
    rc = ol_onenet_reply_begin(&reply, &w, ev.id);
    while (rc == OL_OK && ol_onenet_device_get_next(&dev, &params, &item)) {
        rc = ol_onenet_post_add_bare(&reply, fields[item.field].identifier,
                                     item.field == 2 ? &led : &level);
    }
    rc = rc == OL_OK ? ol_onenet_reply_end(&reply) : rc;
    m0_end();
    m0_check(taken == OL_OK && rc == OL_OK &&
                 equal(body, w.len, expected, sizeof expected - 1),
             "get_reply");
}

int main(void)
{
    now = 0xFFFFFFFFu - 5000;
    m0_check(ol_onenet_device_init(&dev, &config) == OL_OK, "init");
    m0_figure("context", sizeof dev, "bytes");
    post();
    set();
    get();
    return 0;
}
