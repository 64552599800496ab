/* SPDX-License-Identifier: MIT */
#include "onelink/onenet/topic.h"

#include "onelink/onenet/resource.h"
#include "tests/support/battery.h"
#include "tests/support/guard.h"
#include "tests/unit/onenet_util.h"

#define P   "$sys/AbCdEf1234/dev-01/"
#define PID OL_STR("AbCdEf1234")
#define DEV OL_STR("dev-01")

#define U OL_ONENET_UPLINK
#define D OL_ONENET_DOWNLINK

/* The table of docs/protocol.md §4.1, typed again from there. */
static const struct {
    const char *text;
    const char *identifier;
    enum ol_onenet_topic_kind kind;
    enum ol_onenet_direction direction;
} topics[] = {
    {P "thing/property/post", "", OL_ONENET_TOPIC_PROPERTY_POST, U},
    {P "thing/property/post/reply", "", OL_ONENET_TOPIC_PROPERTY_POST_REPLY, D},
    {P "thing/property/set", "", OL_ONENET_TOPIC_PROPERTY_SET, D},
    {P "thing/property/set_reply", "", OL_ONENET_TOPIC_PROPERTY_SET_REPLY, U},
    {P "thing/property/get", "", OL_ONENET_TOPIC_PROPERTY_GET, D},
    {P "thing/property/get_reply", "", OL_ONENET_TOPIC_PROPERTY_GET_REPLY, U},
    {P "thing/property/desired/get", "", OL_ONENET_TOPIC_DESIRED_GET, U},
    {P "thing/property/desired/get/reply", "", OL_ONENET_TOPIC_DESIRED_GET_REPLY, D},
    {P "thing/property/desired/delete", "", OL_ONENET_TOPIC_DESIRED_DELETE, U},
    {P "thing/property/desired/delete/reply", "", OL_ONENET_TOPIC_DESIRED_DELETE_REPLY,
     D},
    {P "thing/event/post", "", OL_ONENET_TOPIC_EVENT_POST, U},
    {P "thing/event/post/reply", "", OL_ONENET_TOPIC_EVENT_POST_REPLY, D},
    {P "thing/service/add/invoke", "add", OL_ONENET_TOPIC_SERVICE_INVOKE, D},
    {P "thing/service/add/invoke_reply", "add", OL_ONENET_TOPIC_SERVICE_INVOKE_REPLY, U},
    {P "thing/service/$SyncGetFile/invoke", "$SyncGetFile",
     OL_ONENET_TOPIC_SERVICE_INVOKE, D},
    {P "thing/pack/post", "", OL_ONENET_TOPIC_PACK_POST, U},
    {P "thing/pack/post/reply", "", OL_ONENET_TOPIC_PACK_POST_REPLY, D},
    {P "thing/history/post", "", OL_ONENET_TOPIC_HISTORY_POST, U},
    {P "thing/history/post/reply", "", OL_ONENET_TOPIC_HISTORY_POST_REPLY, D},
    {P "thing/sub/login", "", OL_ONENET_TOPIC_SUB_LOGIN, U},
    {P "thing/sub/login/reply", "", OL_ONENET_TOPIC_SUB_LOGIN_REPLY, D},
    {P "thing/sub/logout", "", OL_ONENET_TOPIC_SUB_LOGOUT, U},
    {P "thing/sub/logout/reply", "", OL_ONENET_TOPIC_SUB_LOGOUT_REPLY, D},
    {P "thing/sub/property/get", "", OL_ONENET_TOPIC_SUB_PROPERTY_GET, D},
    {P "thing/sub/property/get_reply", "", OL_ONENET_TOPIC_SUB_PROPERTY_GET_REPLY, U},
    {P "thing/sub/property/set", "", OL_ONENET_TOPIC_SUB_PROPERTY_SET, D},
    {P "thing/sub/property/set_reply", "", OL_ONENET_TOPIC_SUB_PROPERTY_SET_REPLY, U},
    {P "thing/sub/service/invoke", "", OL_ONENET_TOPIC_SUB_SERVICE_INVOKE, D},
    {P "thing/sub/service/invoke_reply", "", OL_ONENET_TOPIC_SUB_SERVICE_INVOKE_REPLY, U},
    {P "thing/sub/topo/add", "", OL_ONENET_TOPIC_TOPO_ADD, U},
    {P "thing/sub/topo/add/reply", "", OL_ONENET_TOPIC_TOPO_ADD_REPLY, D},
    {P "thing/sub/topo/delete", "", OL_ONENET_TOPIC_TOPO_DELETE, U},
    {P "thing/sub/topo/delete/reply", "", OL_ONENET_TOPIC_TOPO_DELETE_REPLY, D},
    {P "thing/sub/topo/get", "", OL_ONENET_TOPIC_TOPO_GET, U},
    {P "thing/sub/topo/get/reply", "", OL_ONENET_TOPIC_TOPO_GET_REPLY, D},
    {P "thing/sub/topo/get/result", "", OL_ONENET_TOPIC_TOPO_GET_RESULT, U},
    {P "thing/sub/topo/change", "", OL_ONENET_TOPIC_TOPO_CHANGE, D},
    {P "thing/sub/topo/change_reply", "", OL_ONENET_TOPIC_TOPO_CHANGE_REPLY, U},
    {P "ota/inform", "", OL_ONENET_TOPIC_OTA_INFORM, D},
    {P "ota/inform_reply", "", OL_ONENET_TOPIC_OTA_INFORM_REPLY, U},
    {P "custome/up", "", OL_ONENET_TOPIC_CUSTOM_UP, U},
    {P "custome/up_reply", "", OL_ONENET_TOPIC_CUSTOM_UP_REPLY, D},
    {P "custome/down/17", "17", OL_ONENET_TOPIC_CUSTOM_DOWN, D},
    {P "custome/down_reply/17", "17", OL_ONENET_TOPIC_CUSTOM_DOWN_REPLY, U},
    {P "cmp/property/post", "", OL_ONENET_TOPIC_CARD_POST, U},
    {P "cmp/property/post/reply", "", OL_ONENET_TOPIC_CARD_POST_REPLY, D},
};

static void test_table(void **state)
{
    (void)state;
    bool seen[OL_ONENET_TOPIC_COUNT] = {false};
    for (size_t i = 0; i < COUNT(topics); i++) {
        struct ol_onenet_topic topic;
        assert_true(ol_onenet_topic_decode(ol_str_from(topics[i].text), &topic));
        if (topic.kind != topics[i].kind) {
            fail_msg("%s: kind %d", topics[i].text, topic.kind);
        }
        assert_span(topic.pid, "AbCdEf1234");
        assert_span(topic.device, "dev-01");
        assert_span(topic.identifier, topics[i].identifier);
        assert_int_equal(ol_onenet_topic_direction(topic.kind), topics[i].direction);
        assert_int_equal(ol_onenet_topic_has_identifier(topic.kind),
                         topics[i].identifier[0] != '\0');
        assert_true(ol_onenet_topic_is_legal(ol_str_from(topics[i].text)));
        uint8_t out[128];
        struct ol_writer w = ol_writer_make(out, sizeof out);
        assert_int_equal(ol_onenet_topic_encode(&w, &topic), OL_OK);
        assert_written(&w, topics[i].text);
        seen[topic.kind] = true;
    }
    for (size_t i = 0; i < COUNT(seen); i++) {
        assert_true(seen[i]);
    }
}

/* Both spellings of an answer are not interchangeable (§4.0), and what community code
 * invents does not exist. */
static void test_unknown(void **state)
{
    (void)state;
    static const char *const rows[] = {
        P "thing/property/post_reply",
        P "thing/property/set/reply",
        P "thing/property/get/reply",
        P "thing/service/add/invoke/reply",
        P "thing/service//invoke",
        P "thing/service/invoke",
        P "thing/service/a/b/invoke",
        P "thing/sub/topo/get/result/reply",
        P "thing/sub/topo/get/result_reply",
        P "thing/sub/property/post",
        P "thing/event/alarm/post",
        P "thing/command/invoke",
        P "thing/property",
        P "thing/property/post/",
        P "thing/property/post/reply/reply",
        P "thing/property/postreply",
        P "Thing/property/post",
        P "custome/down/",
        P "custome/down/a/b",
        P "custome/down",
        P "custome/down_reply/",
        P "custome/up/reply",
        P "ota/notify",
        P "reply",
        P "_reply",
        P "/reply",
        P "cmd/request/1",
        P "dp/post/json",
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ol_onenet_topic topic;
        assert_true(ol_onenet_topic_decode(ol_str_from(rows[i]), &topic));
        if (topic.kind != OL_ONENET_TOPIC_UNKNOWN) {
            fail_msg("%s is known", rows[i]);
        }
        assert_int_equal(topic.identifier.len, 0);
    }
    static const char *const foreign[] = {
        "",
        "$sys",
        "$sys/",
        "$sys/p",
        "$sys/p/",
        "$sys/p/d",
        "$sys/p/d/",
        "$sys//d/x",
        "$sys/p//x",
        "sys/p/d/thing/property/post",
        "/$sys/p/d/x",
        "$SYS/p/d/x",
    };
    for (size_t i = 0; i < COUNT(foreign); i++) {
        struct ol_onenet_topic topic;
        assert_false(ol_onenet_topic_decode(ol_str_from(foreign[i]), &topic));
    }
}

static void test_encode_errors(void **state)
{
    (void)state;
    const struct ol_onenet_topic wrong[] = {
        {OL_ONENET_TOPIC_UNKNOWN, PID, DEV, OL_STR("")},
        {OL_ONENET_TOPIC_PROPERTY_POST, OL_STR(""), DEV, OL_STR("")},
        {OL_ONENET_TOPIC_PROPERTY_POST, PID, OL_STR("a/b"), OL_STR("")},
        {OL_ONENET_TOPIC_PROPERTY_POST, PID, DEV, OL_STR("x")},
        {OL_ONENET_TOPIC_SERVICE_INVOKE, PID, DEV, OL_STR("")},
        {OL_ONENET_TOPIC_SERVICE_INVOKE, PID, DEV, OL_STR("a/b")},
        {OL_ONENET_TOPIC_CUSTOM_DOWN, PID, DEV, OL_STR("+")},
    };
    uint8_t out[128];
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct ol_writer w = ol_writer_make(out, sizeof out);
        assert_int_equal(ol_onenet_topic_encode(&w, &wrong[i]), OL_E_ARG);
        assert_int_equal(w.len, 0);
    }
    const struct ol_onenet_topic good = {OL_ONENET_TOPIC_SERVICE_INVOKE_REPLY, PID, DEV,
                                         OL_STR("add")};
    const size_t full = strlen(P "thing/service/add/invoke_reply");
    struct ol_guard g = ol_guard_open(full);
    for (size_t cap = 0; cap <= full; cap++) {
        struct ol_writer w = ol_writer_make(ol_guard_room(&g, cap), cap);
        assert_int_equal(ol_onenet_topic_encode(&w, &good),
                         cap < full ? OL_E_NOSPC : OL_OK);
    }
    ol_guard_close(&g);
}

static void test_legal(void **state)
{
    (void)state;
    char text[514];
    memset(text, 'a', sizeof text);
    assert_true(ol_onenet_topic_is_legal(ol_str_make(text, 512)));
    assert_false(ol_onenet_topic_is_legal(ol_str_make(text, 513)));
    assert_false(ol_onenet_topic_is_legal(OL_STR("")));
    assert_true(ol_onenet_topic_is_legal(OL_STR("a/b/c/d/e/f/g/h")));
    assert_false(ol_onenet_topic_is_legal(OL_STR("a/b/c/d/e/f/g/h/i")));
    assert_false(ol_onenet_topic_is_legal(OL_STR("a/b/c/d/e/f/g/h/")));
    static const char *const rows[] = {"a b", "a+",  "+",         "#",   "a/#",
                                       "a.b", "a$b", "a\xC3\xA9", "a:b", "a?b"};
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_false(ol_onenet_topic_is_legal(ol_str_from(rows[i])));
    }
    assert_true(ol_onenet_topic_is_legal(OL_STR("$SYS/broker")));
    assert_true(ol_onenet_topic_is_legal(OL_STR("a-b_c/9")));
    assert_false(ol_onenet_topic_is_legal(ol_str_make("a\0b", 3)));
}

/* docs/protocol.md §1.4, §1.6, with the SUBACK values seen on the real platform. */
static void test_filters(void **state)
{
    (void)state;
    static const struct {
        const char *filter;
        enum ol_onenet_filter verdict;
    } rows[] = {
        {P "thing/property/set", OL_ONENET_FILTER_OK},
        {P "thing/service/+/invoke", OL_ONENET_FILTER_OK},
        {P "thing/#", OL_ONENET_FILTER_OK},
        {P "ota/#", OL_ONENET_FILTER_OK},
        {P "#", OL_ONENET_FILTER_OK},
        {P "+/property/+", OL_ONENET_FILTER_OK},
        {P "thing/property/post/reply", OL_ONENET_FILTER_OK},
        {P "thing/property/+/+", OL_ONENET_FILTER_OK},
        {P "custome/down/+", OL_ONENET_FILTER_OK},
        {P "thing/property/set/#", OL_ONENET_FILTER_OK},
        {P "thing/service/add/invoke", OL_ONENET_FILTER_OK},
        {P "ota/inform", OL_ONENET_FILTER_OK},
        {P "cmd/#", OL_ONENET_FILTER_REFUSED},
        {P "cmd/request/+", OL_ONENET_FILTER_REFUSED},
        {P "thing/property/post", OL_ONENET_FILTER_REFUSED},
        {P "thing/property/set_reply", OL_ONENET_FILTER_REFUSED},
        {P "thing/property/set/#/", OL_ONENET_FILTER_ILLEGAL},
        {P "thing/+", OL_ONENET_FILTER_REFUSED},
        {P "thing/property/set/+", OL_ONENET_FILTER_REFUSED},
        {"#", OL_ONENET_FILTER_REFUSED},
        {"+/+/+/#", OL_ONENET_FILTER_REFUSED},
        {"$sys/#", OL_ONENET_FILTER_REFUSED},
        {"$sys/AbCdEf1234/#", OL_ONENET_FILTER_REFUSED},
        {"$sys/AbCdEf1234/+/thing/#", OL_ONENET_FILTER_REFUSED},
        {"$sys/AbCdEf1234/dev-01", OL_ONENET_FILTER_REFUSED},
        {"$sys/AbCdEf1234/dev-02/thing/#", OL_ONENET_FILTER_REFUSED},
        {"$sys/Other56789/dev-01/thing/#", OL_ONENET_FILTER_REFUSED},
        {"my/own/topic", OL_ONENET_FILTER_REFUSED},
        {P "thing/a+", OL_ONENET_FILTER_ILLEGAL},
        {P "thing/a#", OL_ONENET_FILTER_ILLEGAL},
        {P "#/thing", OL_ONENET_FILTER_ILLEGAL},
        {P "thing/a b", OL_ONENET_FILTER_ILLEGAL},
        {P "a/b/c/d/e/f", OL_ONENET_FILTER_ILLEGAL},
        {"", OL_ONENET_FILTER_ILLEGAL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        enum ol_onenet_filter got =
            ol_onenet_filter_check(ol_str_from(rows[i].filter), PID, DEV);
        if (got != rows[i].verdict) {
            fail_msg("%s: %d", rows[i].filter, got);
        }
    }
}

static void test_names(void **state)
{
    (void)state;
    char text[80];
    memset(text, 'a', sizeof text);
    assert_true(ol_onenet_pid_is_valid(OL_STR("238322")));
    assert_true(ol_onenet_pid_is_valid(ol_str_make(text, 32)));
    assert_false(ol_onenet_pid_is_valid(ol_str_make(text, 33)));
    assert_false(ol_onenet_pid_is_valid(OL_STR("")));
    assert_false(ol_onenet_pid_is_valid(OL_STR("a-b")));
    assert_true(ol_onenet_device_is_valid(ol_str_make(text, 64)));
    assert_false(ol_onenet_device_is_valid(ol_str_make(text, 65)));
    assert_true(ol_onenet_device_is_valid(OL_STR("A_b-9")));
    assert_false(ol_onenet_device_is_valid(OL_STR("")));
    assert_false(ol_onenet_device_is_valid(OL_STR("a b")));
    assert_false(ol_onenet_device_is_valid(ol_str_make("a\0", 2)));
    assert_true(ol_onenet_identifier_is_valid(OL_STR("$OneNET_LBS")));
    assert_false(ol_onenet_identifier_is_valid(OL_STR("$")));
    assert_false(ol_onenet_identifier_is_valid(OL_STR("a$")));
    assert_false(ol_onenet_identifier_is_valid(OL_STR("")));
    assert_false(ol_onenet_identifier_is_valid(ol_str_make(text, 65)));
    assert_span(ol_onenet_client_device(OL_STR("dev-01")), "dev-01");
    assert_span(ol_onenet_client_device(OL_STR("dev-01?network=0&sn=1?2")), "dev-01");
    assert_span(ol_onenet_client_device(OL_STR("?x")), "");
}

static void test_resources(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum ol_onenet_resource_kind kind;
        const char *pid, *device, *user;
    } rows[] = {
        {"products/AbCdEf1234", OL_ONENET_RESOURCE_PRODUCT, "AbCdEf1234", "", ""},
        {"products/p/devices/d-1", OL_ONENET_RESOURCE_DEVICE, "p", "d-1", ""},
        {"userid/112", OL_ONENET_RESOURCE_USER, "", "", "112"},
        {"ai-registration", OL_ONENET_RESOURCE_OTHER, "", "", ""},
        {"projects/x", OL_ONENET_RESOURCE_OTHER, "", "", ""},
        {"products/", OL_ONENET_RESOURCE_OTHER, "", "", ""},
        {"products/p/", OL_ONENET_RESOURCE_OTHER, "", "", ""},
        {"products/p/devices", OL_ONENET_RESOURCE_OTHER, "", "", ""},
        {"products/p/devices/", OL_ONENET_RESOURCE_OTHER, "", "", ""},
        {"products/p/devices/a/b", OL_ONENET_RESOURCE_OTHER, "", "", ""},
        {"products/p/device/d", OL_ONENET_RESOURCE_OTHER, "", "", ""},
        {"userid/", OL_ONENET_RESOURCE_OTHER, "", "", ""},
        {"", OL_ONENET_RESOURCE_OTHER, "", "", ""},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ol_onenet_resource r =
            ol_onenet_resource_decode(ol_str_from(rows[i].text));
        assert_int_equal(r.kind, rows[i].kind);
        assert_span(r.pid, rows[i].pid);
        assert_span(r.device, rows[i].device);
        assert_span(r.user, rows[i].user);
        uint8_t out[128];
        struct ol_writer w = ol_writer_make(out, sizeof out);
        if (r.kind == OL_ONENET_RESOURCE_OTHER) {
            assert_int_equal(ol_onenet_resource_encode(&w, &r), OL_E_ARG);
        } else {
            assert_int_equal(ol_onenet_resource_encode(&w, &r), OL_OK);
            assert_written(&w, rows[i].text);
            w = ol_writer_make(out, strlen(rows[i].text) - 1);
            assert_int_equal(ol_onenet_resource_encode(&w, &r), OL_E_NOSPC);
        }
    }
}

/* What decodes encodes to the same text, whatever it is. */
static void check_variant(void *ctx, const uint8_t *data, size_t len)
{
    (void)ctx;
    struct ol_str text = ol_str_make(data, len);
    struct ol_onenet_topic topic;

    bool legal = ol_onenet_topic_is_legal(text);
    enum ol_onenet_filter filter = ol_onenet_filter_check(text, PID, DEV);
    assert_true(!legal || filter != OL_ONENET_FILTER_ILLEGAL);
    if (!ol_onenet_topic_decode(text, &topic) || topic.kind == OL_ONENET_TOPIC_UNKNOWN) {
        return;
    }
    uint8_t out[128];
    struct ol_writer w = ol_writer_make(out, sizeof out);
    if (ol_onenet_topic_encode(&w, &topic) == OL_OK) {
        assert_true(ol_str_equal(ol_str_make(out, w.len), text));
    }
}

static void test_battery(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(topics); i++) {
        ol_battery_truncations(topics[i].text, strlen(topics[i].text), check_variant,
                               NULL);
        ol_battery_bit_flips(topics[i].text, strlen(topics[i].text), check_variant, NULL);
    }
    static const char filter[] = P "thing/service/+/#";
    ol_battery_truncations(filter, sizeof filter - 1, check_variant, NULL);
    ol_battery_bit_flips(filter, sizeof filter - 1, check_variant, NULL);
}

static void test_str(void **state)
{
    (void)state;
    assert_span(ol_onenet_topic_str(OL_ONENET_TOPIC_PROPERTY_SET_REPLY),
                "thing/property/set");
    assert_span(ol_onenet_topic_str(OL_ONENET_TOPIC_UNKNOWN), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),         cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_encode_errors), cmocka_unit_test(test_legal),
        cmocka_unit_test(test_filters),       cmocka_unit_test(test_names),
        cmocka_unit_test(test_resources),     cmocka_unit_test(test_battery),
        cmocka_unit_test(test_str),
    };
    return cmocka_run_group_tests_name("onenet topic", tests, NULL, NULL);
}
