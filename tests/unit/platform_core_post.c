/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>
#include <string.h>

#include <cmocka.h>

#include "platform/core/post_read.h"
#include "tests/support/battery.h"

/* What of a property post is taken and what is refused (docs/protocol.md §4.0, §4.2,
 * §4.11), and that the one-pass reader agrees with the two-pass one on every text. */

static const struct ol_onenet_label labels[] = {{0, OL_STR_INIT("off")},
                                                {1, OL_STR_INIT("on")}};

static const struct ol_onenet_field fields[] = {
    {.identifier = OL_STR_INIT("temp"),
     .type = OL_ONENET_FLOAT,
     .has_min = true,
     .min = {-40, 0},
     .has_max = true,
     .max = {85, 0},
     .has_step = true,
     .step = {1, -1}},
    {.identifier = OL_STR_INIT("led"), .type = OL_ONENET_BOOL},
    {.identifier = OL_STR_INIT("text"), .type = OL_ONENET_STRING, .length = 4},
    {.identifier = OL_STR_INIT("count"), .type = OL_ONENET_INT64},
    {.identifier = OL_STR_INIT("mode"), .type = OL_ONENET_ENUM, .label_count = 2},
};
static const struct ol_onenet_model model = {.fields = fields,
                                             .field_count = 5,
                                             .property_count = 5,
                                             .labels = labels,
                                             .label_count = 2};

static bool same_str(struct ol_str a, struct ol_str b)
{
    return a.len == b.len && (a.len == 0 || a.ptr == b.ptr);
}

/* Reads by both ways and holds them against each other. */
static struct ol_onenet_refusal read_both(struct ol_str payload, struct ol_post *post)
{
    static struct ol_post other;
    struct ol_onenet_refusal r = ol_post_read(&model, payload, post);
    struct ol_onenet_refusal any = ol_post_read_any(&model, payload, &other);
    assert_int_equal(r.code, any.code);
    assert_int_equal(r.ours, any.ours);
    assert_true(ol_str_equal(r.text, any.text));
    assert_true(same_str(r.identifier, any.identifier));
    assert_true(same_str(post->id.text, other.id.text));
    assert_int_equal(post->id.numeric, other.id.numeric);
    if (r.code != OL_ONENET_CODE_OK) {
        return r;
    }
    assert_int_equal(post->count, other.count);
    assert_int_equal(post->untimed, other.untimed);
    for (size_t i = 0; i < post->count; i++) {
        assert_int_equal(post->property[i], other.property[i]);
        assert_int_equal(post->item[i].time_ms, other.item[i].time_ms);
        assert_true(same_str(post->item[i].value, other.item[i].value));
    }
    return r;
}

#define POST(params) "{\"id\":\"12\",\"version\":\"1.0\",\"params\":" params "}"

/* code 0: refused with a number of our own, which is not laid down here. */
static const struct {
    const char *payload;
    int32_t code;
    const char *identifier;
} rows[] = {
    {POST("{\"temp\":{\"value\":23.5}}"), 200, ""},
    {POST("{\"temp\":{\"value\":23}}"), 200, ""},
    {POST("{\"temp\":{\"value\":-40},\"led\":{\"value\":false}}"), 200, ""},
    {POST("{\"text\":{\"value\":\"\\u6e29\\u5ea6ab\"}}"), 200, ""},
    {POST("{\"mode\":{\"value\":1}}"), 200, ""},
    {" { \"params\" : { \"count\" : { \"time\" : 5 , \"value\" : 1 } } , \"id\" : \"1\" "
     "} ",
     200, ""},
    {"{\"id\":\"1\",\"params\":{\"led\":{\"value\":true}},\"sys\":{\"ack\":[1,2]}}", 200,
     ""},
    {"{\"\\u0069d\":\"1\",\"params\":{\"l\\u0065d\":{\"value\":true}}}", 200, ""},
    {POST("{\"temp\":{\"value\":85.1}}"), 0, "temp"},
    {POST("{\"temp\":{\"value\":23.55}}"), 0, "temp"},
    {POST("{\"temp\":{\"value\":\"23\"}}"), 0, "temp"},
    {POST("{\"text\":{\"value\":\"abcde\"}}"), 0, "text"},
    {POST("{\"text\":{\"value\":7}}"), 0, "text"},
    {POST("{\"count\":{\"value\":1.5}}"), 0, "count"},
    {POST("{\"count\":{\"value\":9223372036854775808}}"), 0, "count"},
    {POST("{\"mode\":{\"value\":2}}"), 0, "mode"},
    {POST("{\"count\":{\"value\":1,\"time\":\"5\"}}"), 0, "count"},
    {POST("{\"count\":{\"value\":1,\"time\":0}}"), 0, "count"},
    {POST("{\"count\":{\"value\":1,\"time\":1.5}}"), 0, "count"},
    {POST("{\"led\":{\"value\":1}}"), 2271, "led"},
    {POST("{\"led\":{\"value\":\"true\"}}"), 2271, "led"},
    {POST("{\"none\":{\"value\":1}}"), 2306, "none"},
    {POST("{\"led\":{\"value\":true},\"none\":{\"value\":1}}"), 2306, "none"},
    {POST("{\"led\":{\"value\":null}}"), 2409, "led"},
    {POST("{\"led\":{}}"), 2409, "led"},
    {POST("{\"led\":true}"), 2402, ""},
    {POST("{\"led\":{\"value\":true},\"led\":{\"value\":true}}"), 2402, ""},
    {POST("{\"led\":{\"value\":true,\"value\":true}}"), 2402, ""},
    {POST("{}"), 2402, ""},
    {POST("[]"), 2402, ""},
    {POST("[{\"led\":{\"value\":true}}]"), 2402, ""},
    {POST("1"), 2402, ""},
    {"{\"id\":\"1\"}", 2402, ""},
    {"{\"id\":\"1\",\"version\":1,\"params\":{\"led\":{\"value\":true}}}", 2402, ""},
    {"{\"id\":\"1\",\"id\":\"1\",\"params\":{\"led\":{\"value\":true}}}", 2402, ""},
    {"{\"id\":\"1\",\"params\":{\"led\":{\"value\":true}},\"params\":{}}", 2402, ""},
    {POST("{\"led\":{\"value\":true}}") "x", 2402, ""},
    {"\xef\xbb\xbf" POST("{\"led\":{\"value\":true}}"), 2402, ""},
    {"", 2402, ""},
    {"[]", 2402, ""},
    {"{\"params\":{\"led\":{\"value\":true}}}", 2405, ""},
    {"{\"id\":1,\"params\":{\"led\":{\"value\":true}}}", 2405, ""},
    {"{\"id\":\"\",\"params\":{\"led\":{\"value\":true}}}", 2405, ""},
    {"{\"id\":\"1a\",\"params\":{\"led\":{\"value\":true}}}", 2405, ""},
    {"{\"id\":\"-1\",\"params\":{\"led\":{\"value\":true}}}", 2405, ""},
    {"{\"id\":\"12345678901234\",\"params\":{\"led\":{\"value\":true}}}", 2405, ""},
};

static void test_table(void **state)
{
    (void)state;
    static struct ol_post post;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct ol_onenet_refusal r = read_both(ol_str_from(rows[i].payload), &post);
        bool ours = rows[i].code == 0 && r.ours && r.code != OL_ONENET_CODE_OK;
        if (!ours && r.code != rows[i].code) {
            fail_msg("%s: code %d", rows[i].payload, (int)r.code);
        }
        if (!ol_str_equal(r.identifier, ol_str_from(rows[i].identifier))) {
            fail_msg("%s: identifier %.*s", rows[i].payload, (int)r.identifier.len,
                     r.identifier.ptr);
        }
    }
}

/* What only the project says so is marked for the message log. */
static void test_ours(void **state)
{
    (void)state;
    static const struct {
        const char *payload;
        int32_t code;
        bool ours;
    } marks[] = {
        {POST("{\"led\":{\"value\":true}}"), 200, false},
        {POST("{\"led\":true}"), 2402, false},
        {POST("{\"led\":{\"value\":1}}"), 2271, false},
        {POST("{\"none\":{\"value\":1}}"), 2306, false},
        {POST("{\"led\":{\"value\":null}}"), 2409, false},
        {"x", 2402, false},
        {"{\"id\":\"a\",\"params\":{}}", 2405, false},
        {POST("{\"count\":{\"value\":\"1\"}}"), 2221, true},
        {POST("{\"count\":{\"value\":1,\"time\":0}}"), 2411, true},
        {POST("{\"led\":{\"value\":true},\"led\":{\"value\":true}}"), 2402, true},
        {POST("{}"), 2402, true},
        {"{\"id\":\"1\",\"id\":\"1\",\"params\":{}}", 2402, true},
        {"{\"id\":\"1\",\"version\":1,\"params\":{}}", 2402, true},
        {"{\"id\":1,\"params\":{}}", 2405, true},
        {"{\"params\":{}}", 2405, true},
    };
    static struct ol_post post;
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        struct ol_onenet_refusal r = read_both(ol_str_from(marks[i].payload), &post);
        assert_int_equal(r.code, marks[i].code);
        if (r.ours != marks[i].ours) {
            fail_msg("%s: ours %d", marks[i].payload, (int)r.ours);
        }
    }
}

static void test_members(void **state)
{
    (void)state;
    static struct ol_post post;
    struct ol_onenet_refusal r = read_both(
        OL_STR(POST("{\"mode\":{\"value\":0},\"temp\":{\"value\":1.5,\"time\":99}}")),
        &post);
    assert_int_equal(r.code, OL_ONENET_CODE_OK);
    assert_true(ol_str_equal(post.id.text, OL_STR("12")));
    assert_int_equal(post.count, 2);
    assert_true(post.untimed);
    assert_int_equal(post.property[0], 4);
    assert_int_equal(post.property[1], 0);
    assert_int_equal(post.item[0].time_ms, 0);
    assert_int_equal(post.item[1].time_ms, 99);
    assert_true(ol_str_equal(post.item[1].value, OL_STR("1.5")));
}

static void test_no_model(void **state)
{
    (void)state;
    static struct ol_post post;
    struct ol_onenet_refusal r =
        ol_post_read(NULL, OL_STR(POST("{\"led\":{\"value\":true}}")), &post);
    assert_int_equal(r.code, 2305);
    assert_true(r.ours);
    assert_true(ol_str_equal(post.id.text, OL_STR("12")));
    r = ol_post_read(NULL, OL_STR("x"), &post);
    assert_int_equal(r.code, OL_ONENET_CODE_FORMAT);
}

static void variant(void *ctx, const uint8_t *data, size_t len)
{
    static struct ol_post post;
    unsigned *taken = ctx;
    struct ol_onenet_refusal r = read_both(ol_str_make(data, len), &post);
    *taken += r.code == OL_ONENET_CODE_OK;
}

static void test_battery(void **state)
{
    (void)state;
    static const char good[] =
        POST("{\"temp\":{\"value\":23.5,\"time\":7},\"text\":{\"value\":\"\\u00e9\"}}");
    unsigned taken = 0;
    ol_battery_truncations(good, sizeof good - 1, variant, &taken);
    assert_int_equal(taken, 1);
    taken = 0;
    ol_battery_bit_flips(good, sizeof good - 1, variant, &taken);
    assert_in_range(taken, 1, sizeof good * 2); /* digits that stay digits */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),   cmocka_unit_test(test_ours),
        cmocka_unit_test(test_members), cmocka_unit_test(test_no_model),
        cmocka_unit_test(test_battery),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
