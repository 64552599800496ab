/* SPDX-License-Identifier: MIT */
#include "onelink/onenet/onejson.h"

#include "tests/support/battery.h"
#include "tests/support/guard.h"
#include "tests/unit/onenet_util.h"

static struct model_box box;

static const struct ol_onenet_model *sample_model(void)
{
    size_t len;
    char *file = read_vector_file("onenet/model.json", &len);
    assert_int_equal(model_box_import(&box, file, len), OL_OK);
    free(file);
    return &box.model;
}

/* ---- Requests ---- */

/* docs/protocol.md §4.2 */
static void test_post_build(void **state)
{
    (void)state;
    uint8_t out[256];
    struct ol_writer w = ol_writer_make(out, sizeof out);
    struct ol_onenet_post post;
    struct ol_onenet_value power = ol_onenet_value_str(OL_STR("on"));
    struct ol_onenet_value wf = ol_onenet_value_dec((struct ol_dec){236, -1});
    assert_int_equal(ol_onenet_post_begin(&post, &w, 123), OL_OK);
    assert_int_equal(ol_onenet_post_add(&post, OL_STR("Power"), &power, 1524448722123),
                     OL_OK);
    assert_int_equal(ol_onenet_post_add(&post, OL_STR("WF"), &wf, 0), OL_OK);
    assert_int_equal(ol_onenet_post_end(&post), OL_OK);
    assert_written(&w, "{\"id\":\"123\",\"version\":\"1.0\",\"params\":{\"Power\":{"
                       "\"value\":\"on\",\"time\":1524448722123},\"WF\":{\"value\":23.6}}"
                       "}");
}

/* docs/protocol.md §4.3 */
static void test_set_and_get_build(void **state)
{
    (void)state;
    uint8_t out[128];
    struct ol_writer w = ol_writer_make(out, sizeof out);
    struct ol_onenet_post set;
    struct ol_onenet_value yes = ol_onenet_value_bool(true);
    assert_int_equal(ol_onenet_post_begin(&set, &w, 1), OL_OK);
    assert_int_equal(ol_onenet_post_add_bare(&set, OL_STR("door_status"), &yes), OL_OK);
    assert_int_equal(ol_onenet_post_end(&set), OL_OK);
    assert_written(
        &w, "{\"id\":\"1\",\"version\":\"1.0\",\"params\":{\"door_status\":true}}");
    w = ol_writer_make(out, sizeof out);
    assert_int_equal(
        ol_onenet_request_encode(&w, 2, OL_STR("[\"temperature\",\"humidity\"]")), OL_OK);
    assert_written(&w, "{\"id\":\"2\",\"version\":\"1.0\",\"params\":[\"temperature\","
                       "\"humidity\"]}");
    w = ol_writer_make(out, sizeof out);
    assert_int_equal(ol_onenet_request_encode(&w, 0, OL_STR("[]")), OL_E_ARG);
    assert_int_equal(ol_onenet_request_encode(&w, OL_ONENET_ID_MAX + 1, OL_STR("[]")),
                     OL_E_ARG);
    assert_int_equal(w.len, 0);
    assert_int_equal(ol_onenet_request_encode(&w, OL_ONENET_ID_MAX, OL_STR("[]")), OL_OK);
    assert_written(&w, "{\"id\":\"9999999999999\",\"version\":\"1.0\",\"params\":[]}");
}

/* In every size of buffer the members that fit stand in a whole body. */
static void test_post_fill(void **state)
{
    (void)state;
    struct ol_onenet_value v = ol_onenet_value_int(12345);
    struct ol_guard g = ol_guard_open(256);
    for (size_t cap = 0; cap <= 256; cap++) {
        struct ol_writer w = ol_writer_make(ol_guard_room(&g, cap), cap);
        struct ol_onenet_post post;
        if (ol_onenet_post_begin(&post, &w, 77) != OL_OK) {
            assert_true(cap < 40);
            assert_int_equal(ol_onenet_post_add(&post, OL_STR("a"), &v, 1), OL_E_NOSPC);
            assert_int_equal(ol_onenet_post_end(&post), OL_E_NOSPC);
            continue;
        }
        int added = 0;
        int32_t rc;
        while ((rc = ol_onenet_post_add(&post, OL_STR("counter"), &v, 1)) == OL_OK) {
            added++;
        }
        assert_int_equal(rc, OL_E_NOSPC);
        assert_int_equal(post.count, added);
        rc = ol_onenet_post_end(&post);
        assert_true(added == 0 || rc == OL_OK);
        if (rc == OL_OK) {
            assert_int_equal(ol_json_check(w.buf, w.len), OL_OK);
        }
    }
    ol_guard_close(&g);
}

static void test_post_bad_members(void **state)
{
    (void)state;
    uint8_t out[128];
    struct ol_writer w = ol_writer_make(out, sizeof out);
    struct ol_onenet_post post;
    struct ol_onenet_value v = ol_onenet_value_int(1);
    struct ol_onenet_value bad = ol_onenet_value_str(OL_STR("\xC3"));
    assert_int_equal(ol_onenet_post_begin(&post, &w, 1), OL_OK);
    size_t len = w.len;
    assert_int_equal(ol_onenet_post_add(&post, OL_STR("a\"b"), &v, 1), OL_E_ARG);
    assert_int_equal(ol_onenet_post_add(&post, OL_STR(""), &v, 1), OL_E_ARG);
    assert_int_equal(ol_onenet_post_add(&post, OL_STR("a"), &bad, 1), OL_E_ARG);
    assert_int_equal(w.len, len);
    assert_int_equal(post.count, 0);
    assert_int_equal(ol_onenet_post_add(&post, OL_STR("a"), &v, -5), OL_OK);
    assert_int_equal(ol_onenet_post_end(&post), OL_OK);
    assert_written(&w,
                   "{\"id\":\"1\",\"version\":\"1.0\",\"params\":{\"a\":{\"value\":1}}}");
}

struct request_row {
    const char *body;
    enum ol_onenet_request_error error;
    const char *id;
    const char *params;
};

static const struct request_row requests[] = {
    {"{\"id\":\"123\",\"version\":\"1.0\",\"params\":{\"a\":1}}", OL_ONENET_REQUEST_OK,
     "123", "{\"a\":1}"},
    {"{\"id\":\"1\",\"params\":[\"a\"]}", OL_ONENET_REQUEST_OK, "1", "[\"a\"]"},
    {" {\"params\" : {} , \"x\":[{}], \"id\":\"9999999999999\" } ", OL_ONENET_REQUEST_OK,
     "9999999999999", "{}"},
    {"{\"\\u0069d\":\"007\",\"params\":{}}", OL_ONENET_REQUEST_OK, "007", "{}"},
    {"", OL_ONENET_REQUEST_NOT_JSON, "", ""},
    {"hello", OL_ONENET_REQUEST_NOT_JSON, "", ""},
    {"{\"id\":\"1\",\"params\":{}", OL_ONENET_REQUEST_NOT_JSON, "1", "{}"},
    {"{\"id\":\"1\",\"params\":{}}}", OL_ONENET_REQUEST_NOT_JSON, "1", "{}"},
    {"{\"id\":\"1\",\"params\":{\"a\":NaN}}", OL_ONENET_REQUEST_NOT_JSON, "1", ""},
    {"{\"id\":\"1\",\"params\":{\"a\":\"\xFF\"}}", OL_ONENET_REQUEST_NOT_JSON, "1", ""},
    {"[]", OL_ONENET_REQUEST_NOT_OBJECT, "", ""},
    {"17", OL_ONENET_REQUEST_NOT_OBJECT, "", ""},
    {"[", OL_ONENET_REQUEST_NOT_JSON, "", ""},
    {"{\"id\":\"1\",\"id\":\"2\",\"params\":{}}", OL_ONENET_REQUEST_TWICE, "1", "{}"},
    {"{\"id\":\"1\",\"params\":{},\"params\":{}}", OL_ONENET_REQUEST_TWICE, "1", "{}"},
    {"{\"params\":{}}", OL_ONENET_REQUEST_ID, "", "{}"},
    {"{\"id\":\"\",\"params\":{}}", OL_ONENET_REQUEST_ID, "", "{}"},
    {"{\"id\":\"prop_17\",\"params\":{}}", OL_ONENET_REQUEST_ID, "prop_17", "{}"},
    {"{\"id\":\"-1\",\"params\":{}}", OL_ONENET_REQUEST_ID, "-1", "{}"},
    {"{\"id\":\"10000000000000\",\"params\":{}}", OL_ONENET_REQUEST_ID, "10000000000000",
     "{}"},
    {"{\"id\":\"\\u0031\",\"params\":{}}", OL_ONENET_REQUEST_ID, "", "{}"},
    {"{\"id\":123,\"params\":{}}", OL_ONENET_REQUEST_ID, "123", "{}"},
    {"{\"id\":null,\"params\":{}}", OL_ONENET_REQUEST_ID, "", "{}"},
    {"{\"id\":{\"a\":1},\"params\":{}}", OL_ONENET_REQUEST_ID, "", "{}"},
    {"{\"id\":null}", OL_ONENET_REQUEST_ID, "", ""},
    {"{\"id\":\"1\",\"version\":1,\"params\":{}}", OL_ONENET_REQUEST_VERSION, "1", "{}"},
    {"{\"id\":\"1\"}", OL_ONENET_REQUEST_PARAMS, "1", ""},
    {"{\"id\":\"1\",\"params\":null}", OL_ONENET_REQUEST_PARAMS, "1", "null"},
    {"{\"id\":\"1\",\"params\":\"{}\"}", OL_ONENET_REQUEST_PARAMS, "1", "\"{}\""},
};

static void test_request_decode(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(requests); i++) {
        struct ol_onenet_request r;
        enum ol_onenet_request_error error =
            ol_onenet_request_decode(ol_str_from(requests[i].body), &r);
        if (error != requests[i].error) {
            fail_msg("%s: %d", requests[i].body, error);
        }
        assert_span(r.id.text, requests[i].id);
        assert_span(r.params, requests[i].params);
        struct ol_onenet_refusal refusal = ol_onenet_request_refusal(error);
        assert_int_equal(refusal.code, error == OL_ONENET_REQUEST_OK   ? 200
                                       : error == OL_ONENET_REQUEST_ID ? 2405
                                                                       : 2402);
    }
    struct ol_onenet_request r;
    assert_int_equal(ol_onenet_request_decode(OL_STR("{\"id\":123,\"params\":[]}"), &r),
                     OL_ONENET_REQUEST_ID);
    assert_true(r.id.numeric && r.params_array);
}

static void test_ids(void **state)
{
    (void)state;
    uint64_t id = 0;
    assert_int_equal(
        ol_onenet_id_decode((struct ol_onenet_id){OL_STR("9999999999999"), false}, &id),
        OL_OK);
    assert_true(id == OL_ONENET_ID_MAX);
    assert_int_equal(ol_onenet_id_decode((struct ol_onenet_id){OL_STR("7"), true}, &id),
                     OL_OK);
    static const char *const wrong[] = {
        "", "10000000000000", "00000000000001", "1.0", "1e3", "-1", " 1", "a"};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        assert_int_equal(
            ol_onenet_id_decode((struct ol_onenet_id){ol_str_from(wrong[i]), false}, &id),
            OL_E_ARG);
    }
}

/* ---- Walks ---- */

static void test_walk_bare(void **state)
{
    (void)state;
    struct ol_onenet_params p =
        ol_onenet_params_open(OL_STR("{\"a\":1, \"b\":{\"value\":2},\"c\":\"x\"}"));
    static const char *const names[] = {"a", "b", "c"};
    static const char *const values[] = {"1", "{\"value\":2}", "\"x\""};
    struct ol_onenet_item item;
    for (size_t i = 0; i < COUNT(names); i++) {
        assert_int_equal(ol_onenet_params_next(&p, &item), OL_OK);
        assert_span(item.name.text, names[i]);
        assert_span(item.value, values[i]);
    }
    assert_int_equal(ol_onenet_params_next(&p, &item), OL_E_NOENT);
    assert_int_equal(ol_onenet_params_next(&p, &item), OL_E_NOENT);
}

static void test_walk_wrapped(void **state)
{
    (void)state;
    static const struct {
        const char *params;
        int32_t status;
        const char *value;
        int64_t time_ms;
    } rows[] = {
        {"{\"a\":{\"value\":1}}", OL_OK, "1", 0},
        {"{\"a\":{\"time\":5,\"value\":[1]}}", OL_OK, "[1]", 5},
        {"{\"a\":{\"value\":\"on\",\"version\":2}}", OL_OK, "\"on\"", 0},
        {"{\"a\":{\"value\":null}}", OL_OK, "null", 0},
        {"{\"a\":{}}", OL_OK, "", 0},
        {"{\"a\":{\"time\":5}}", OL_OK, "", 5},
        {"{\"a\":1}", OL_E_PROTO, "", 0},
        {"{\"a\":[1]}", OL_E_PROTO, "", 0},
        {"{\"a\":null}", OL_E_PROTO, "", 0},
        {"{\"a\":{\"value\":1,\"value\":2}}", OL_E_PROTO, "1", 0},
        {"{\"a\":{\"value\":1,\"time\":1,\"time\":2}}", OL_E_PROTO, "1", 0},
        {"{\"a\":{\"value\":1,\"time\":0}}", OL_E_ARG, "1", 0},
        {"{\"a\":{\"value\":1,\"time\":-5}}", OL_E_ARG, "1", 0},
        {"{\"a\":{\"value\":1,\"time\":1.5}}", OL_E_ARG, "1", 0},
        {"{\"a\":{\"value\":1,\"time\":\"5\"}}", OL_E_ARG, "1", 0},
        {"{\"a\":{\"value\":1,\"time\":null}}", OL_E_ARG, "1", 0},
        {"{\"a\":{\"value\":1", OL_E_PROTO, "1", 0},
        {"{}", OL_E_NOENT, "", 0},
        {"[\"a\"]", OL_E_PROTO, "", 0},
        {"[]", OL_E_PROTO, "", 0},
        {"", OL_E_PROTO, "", 0},
        {"7", OL_E_PROTO, "", 0},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ol_onenet_params p = ol_onenet_params_open(ol_str_from(rows[i].params));
        struct ol_onenet_item item;
        int32_t rc = ol_onenet_params_next_wrapped(&p, &item);
        if (rc != rows[i].status) {
            fail_msg("%s: %d", rows[i].params, (int)rc);
        }
        assert_span(item.value, rows[i].value);
        assert_true(item.time_ms == rows[i].time_ms);
        if (rc == OL_OK || rc == OL_E_ARG) {
            assert_span(item.name.text, "a");
            assert_int_equal(ol_onenet_params_next_wrapped(&p, &item), OL_E_NOENT);
        }
    }
}

static void test_walk_names(void **state)
{
    (void)state;
    struct ol_onenet_params p = ol_onenet_params_open(OL_STR("[\"a\",\"b\"]"));
    struct ol_onenet_item item;
    assert_int_equal(ol_onenet_params_next_name(&p, &item), OL_OK);
    assert_span(item.name.text, "a");
    assert_int_equal(ol_onenet_params_next_name(&p, &item), OL_OK);
    assert_int_equal(ol_onenet_params_next_name(&p, &item), OL_E_NOENT);
    static const char *const wrong[] = {"[1]", "[[\"a\"]]", "{\"a\":1}",
                                        "",    "\"a\"",     "[\"a"};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        p = ol_onenet_params_open(ol_str_from(wrong[i]));
        assert_int_equal(ol_onenet_params_next_name(&p, &item), OL_E_PROTO);
    }
}

/* ---- Whole messages against the model ---- */

/* docs/protocol.md §4.11: code and words of every answer that has been seen, and ours. */
static void test_post_check(void **state)
{
    (void)state;
    static const struct {
        const char *params;
        const char *msg;
        int32_t code;
    } rows[] = {
        {"{\"temp\":{\"value\":23.6}}", "success", 200},
        {"{\"temp\":{\"value\":23.6,\"time\":1524448722123},\"led\":{\"value\":true}}",
         "success", 200},
        {"{\"l\\u0065d\":{\"value\":true}}", "success", 200},
        {"{\"temp\":{\"value\":1},\"led\":{\"value\":1}}",
         "bool type error:identifier:led", 2271},
        {"{\"status\":{\"value\":1}}", "identifier not exist:identifier:status", 2306},
        {"{\"\":{\"value\":1}}", "identifier not exist", 2306},
        {"{\"temp\":23.6}", "request format error", 2402},
        {"{\"temp\":{\"value\":null}}", "required value:identifier:temp", 2409},
        {"{\"temp\":{\"time\":5}}", "required value:identifier:temp", 2409},
        {"{\"temp\":{\"value\":1,\"time\":\"now\"}}", "time type error:identifier:temp",
         2411},
        {"{\"temp\":{\"value\":1},\"temp\":{\"value\":2}}",
         "request format error:identifier:temp", 2402},
        {"{\"temp\":{\"value\":86}}", "value range error:identifier:temp", 2232},
        {"{\"count\":{\"value\":5.0}}", "int32 type error:identifier:count", 2211},
        {"{\"place\":{\"value\":{\"lon\":1}}}", "struct member error:identifier:place",
         2206},
        {"{\"st\\\"x\":{\"value\":1}}", "identifier not exist:identifier:st\\\"x", 2306},
        {"{}", "request format error", 2402},
        {"[]", "request format error", 2402},
        {"[\"temp\"]", "request format error", 2402},
    };
    const struct ol_onenet_model *m = sample_model();
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ol_onenet_refusal r = ol_onenet_post_check(m, ol_str_from(rows[i].params));
        uint8_t out[128];
        struct ol_writer w = ol_writer_make(out, sizeof out);
        ol_onenet_refusal_msg_encode(&w, &r);
        if (r.code != rows[i].code) {
            fail_msg("%s: %d", rows[i].params, (int)r.code);
        }
        assert_written(&w, rows[i].msg);
        /* As an answer it is JSON, whatever the name was. */
        w = ol_writer_make(out, sizeof out);
        struct ol_onenet_id id = {OL_STR("1"), false};
        assert_int_equal(ol_onenet_reply_encode_refusal(&w, id, &r), OL_OK);
        assert_int_equal(ol_json_check(out, w.len), OL_OK);
    }
}

static void test_set_check(void **state)
{
    (void)state;
    static const struct {
        const char *params;
        int32_t code;
    } rows[] = {
        {"{\"led\":true,\"count\":10}", 200},
        {"{\"led\":1}", 2271},
        {"{\"led\":{\"value\":true}}", 2271},
        {"{\"temp\":1}", OL_ONENET_CODE_READ_ONLY},
        {"{\"x\":1}", 2306},
        {"{\"led\":null}", 2409},
        {"{\"led\":true,\"led\":true}", 2402},
        {"{}", 2402},
        {"[]", 2402},
        {"", 2402},
        {"{\"led\":", 2402},
        {"{\"led\":true", 2402},
        {"{\"led\"", 2402},
    };
    const struct ol_onenet_model *m = sample_model();
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ol_onenet_refusal r = ol_onenet_set_check(m, ol_str_from(rows[i].params));
        if (r.code != rows[i].code) {
            fail_msg("%s: %d", rows[i].params, (int)r.code);
        }
    }
}

static void test_item_checks(void **state)
{
    (void)state;
    const struct ol_onenet_model *m = sample_model();
    struct ol_onenet_params p = ol_onenet_params_open(
        OL_STR("{\"led\":{\"value\":true},\"nope\":{\"value\":1}}"));
    struct ol_onenet_item item;
    int32_t field = 0;
    assert_int_equal(ol_onenet_params_next_wrapped(&p, &item), OL_OK);
    assert_int_equal(ol_onenet_post_item_check(m, &item, &field).code, 200);
    assert_int_equal(field, ol_onenet_property_find(m, OL_STR("led")));
    assert_int_equal(ol_onenet_params_next_wrapped(&p, &item), OL_OK);
    assert_int_equal(ol_onenet_post_item_check(m, &item, &field).code, 2306);
    assert_int_equal(field, -1);
    p = ol_onenet_params_open(OL_STR("{\"led\":true}"));
    assert_int_equal(ol_onenet_params_next(&p, &item), OL_OK);
    assert_int_equal(ol_onenet_set_item_check(m, &item, NULL).code, 200);
    p = ol_onenet_params_open(OL_STR("{\"temp\":1,\"nope\":1}"));
    assert_int_equal(ol_onenet_params_next(&p, &item), OL_OK);
    assert_int_equal(ol_onenet_set_item_check(m, &item, &field).code,
                     OL_ONENET_CODE_READ_ONLY);
    assert_int_equal(field, ol_onenet_property_find(m, OL_STR("temp")));
    assert_int_equal(ol_onenet_set_item_check(m, &item, NULL).code,
                     OL_ONENET_CODE_READ_ONLY);
    assert_int_equal(ol_onenet_params_next(&p, &item), OL_OK);
    assert_int_equal(ol_onenet_set_item_check(m, &item, &field).code, 2306);
    assert_int_equal(field, -1);
}

/* A hand-written model may have more properties than an imported one; all are found. */
static void test_many_properties(void **state)
{
    (void)state;
    static struct ol_onenet_field fields[120];
    static char names[120][8];
    for (size_t i = 0; i < COUNT(fields); i++) {
        snprintf(names[i], sizeof names[i], "p%d", (int)i);
        fields[i].identifier = ol_str_from(names[i]);
        fields[i].writable = true;
    }
    const struct ol_onenet_model m = {
        .fields = fields, .field_count = 120, .property_count = 120};
    assert_int_equal(ol_onenet_set_check(&m, OL_STR("{\"p119\":1,\"p99\":2}")).code, 200);
    assert_int_equal(ol_onenet_set_check(&m, OL_STR("{\"p99\":1,\"p99\":2}")).code, 2402);
    assert_int_equal(ol_onenet_set_check(&m, OL_STR("{\"p119\":true}")).code, 2211);
}

/* ---- Answers ---- */

static void test_reply_build(void **state)
{
    (void)state;
    uint8_t out[160];
    struct ol_writer w = ol_writer_make(out, sizeof out);
    struct ol_onenet_id id = {OL_STR("123"), false};
    assert_int_equal(ol_onenet_reply_encode(&w, id, 200, OL_STR("success"), OL_STR("")),
                     OL_OK);
    assert_written(&w, "{\"id\":\"123\",\"code\":200,\"msg\":\"success\"}");
    w = ol_writer_make(out, sizeof out);
    id.numeric = true;
    assert_int_equal(ol_onenet_reply_encode(&w, id, -7, OL_STR("a\"b"), OL_STR("[1]")),
                     OL_OK);
    assert_written(&w, "{\"id\":123,\"code\":-7,\"msg\":\"a\\\"b\",\"data\":[1]}");
    w = ol_writer_make(out, sizeof out);
    assert_int_equal(ol_onenet_reply_encode(&w, id, 1, OL_STR("\xFF"), OL_STR("")),
                     OL_E_ARG);
    const size_t full =
        strlen("{\"id\":123,\"code\":-7,\"msg\":\"a\\\"b\",\"data\":[1]}");
    struct ol_guard g = ol_guard_open(full);
    for (size_t cap = 0; cap < full; cap++) {
        w = ol_writer_make(ol_guard_room(&g, cap), cap);
        assert_int_equal(
            ol_onenet_reply_encode(&w, id, -7, OL_STR("a\"b"), OL_STR("[1]")),
            OL_E_NOSPC);
    }
    ol_guard_close(&g);
}

/* docs/protocol.md §4.3 */
static void test_get_reply_build(void **state)
{
    (void)state;
    uint8_t out[128];
    struct ol_writer w = ol_writer_make(out, sizeof out);
    struct ol_onenet_id id = {OL_STR("2"), false};
    struct ol_onenet_post reply;
    struct ol_onenet_value t = ol_onenet_value_dec((struct ol_dec){395, -1});
    struct ol_onenet_value h = ol_onenet_value_int(20);
    assert_int_equal(ol_onenet_reply_begin(&reply, &w, id), OL_OK);
    assert_int_equal(ol_onenet_post_add_bare(&reply, OL_STR("temperature"), &t), OL_OK);
    assert_int_equal(ol_onenet_post_add_bare(&reply, OL_STR("humidity"), &h), OL_OK);
    assert_int_equal(ol_onenet_reply_end(&reply), OL_OK);
    assert_written(&w, "{\"id\":\"2\",\"code\":200,\"msg\":\"success\",\"data\":{"
                       "\"temperature\":39.5,\"humidity\":20}}");
}

static void test_reply_decode(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        int32_t status;
        const char *id;
        int32_t code;
        const char *msg;
        const char *data;
    } rows[] = {
        {"{\"id\":\"123\",\"code\":200,\"msg\":\"success\"}", OL_OK, "123", 200,
         "success", ""},
        {"{\"msg\":\"x\",\"data\":{\"a\":[1]},\"code\":2271,\"id\":\"1\"}", OL_OK, "1",
         2271, "x", "{\"a\":[1]}"},
        {"{\"id\":\"1\",\"code\":100}", OL_OK, "1", 100, "", ""},
        {"{\"id\":7,\"code\":200}", OL_OK, "7", 200, "", ""},
        {"{\"id\":\"1\",\"code\":200,\"message\":\"ok\"}", OL_OK, "1", 200, "ok", ""},
        {"{\"id\":\"1\",\"code\":200,\"message\":\"b\",\"msg\":\"a\"}", OL_OK, "1", 200,
         "a", ""},
        {"{\"id\":\"1\",\"code\":200,\"msg\":\"a\",\"message\":\"b\"}", OL_OK, "1", 200,
         "a", ""},
        {"{\"id\":\"1\",\"code\":200,\"msg\":null,\"data\":null,\"more\":{}}", OL_OK, "1",
         200, "", ""},
        {"{\"id\":\"prop_1\",\"code\":200}", OL_OK, "prop_1", 200, "", ""},
        {"", OL_E_PROTO, "", 0, "", ""},
        {"[]", OL_E_PROTO, "", 0, "", ""},
        {"{}", OL_E_PROTO, "", 0, "", ""},
        {"{\"id\":\"1\"}", OL_E_PROTO, "1", 0, "", ""},
        {"{\"code\":200}", OL_E_PROTO, "", 200, "", ""},
        {"{\"id\":null,\"code\":200}", OL_E_PROTO, NULL, 0, "", ""},
        {"{\"id\":\"\\u0031\",\"code\":200}", OL_E_PROTO, NULL, 0, "", ""},
        {"{\"id\":\"1\",\"code\":\"200\"}", OL_E_PROTO, "1", 0, "", ""},
        {"{\"id\":\"1\",\"code\":200.5}", OL_E_PROTO, "1", 0, "", ""},
        {"{\"id\":\"1\",\"code\":2147483648}", OL_E_PROTO, "1", 0, "", ""},
        {"{\"id\":\"1\",\"id\":\"1\",\"code\":200}", OL_E_PROTO, "1", 0, "", ""},
        {"{\"id\":\"1\",\"code\":200}}", OL_E_PROTO, "1", 200, "", ""},
        {"{\"id\":\"1\",\"code\":200", OL_E_PROTO, "1", 200, "", ""},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ol_onenet_reply r;
        int32_t rc = ol_onenet_reply_decode(ol_str_from(rows[i].body), &r);
        if (rc != rows[i].status) {
            fail_msg("%s: %d", rows[i].body, (int)rc);
        }
        if (rows[i].id != NULL) {
            assert_span(r.id.text, rows[i].id);
        }
        assert_int_equal(r.code, rows[i].code);
        assert_span(r.msg.text, rows[i].msg);
        assert_span(r.data, rows[i].data);
    }
}

/* ---- Hostile variants ---- */

/* White space in front takes a usual message off its short way; the result is the same.
 */
static void check_long_way(const uint8_t *data, size_t len)
{
    char spaced[512] = " ";
    assert_true(len < sizeof spaced);
    memcpy(spaced + 1, data, len);
    struct ol_onenet_request a;
    struct ol_onenet_request b;
    assert_int_equal(ol_onenet_request_decode(ol_str_make(data, len), &a),
                     ol_onenet_request_decode(ol_str_make(spaced, len + 1), &b));
    assert_true(ol_str_equal(a.id.text, b.id.text));
    assert_true(ol_str_equal(a.version, b.version));
    assert_true(ol_str_equal(a.params, b.params));
    assert_int_equal(a.params_array, b.params_array);
    struct ol_onenet_reply c;
    struct ol_onenet_reply d;
    assert_int_equal(ol_onenet_reply_decode(ol_str_make(data, len), &c),
                     ol_onenet_reply_decode(ol_str_make(spaced, len + 1), &d));
    assert_true(ol_str_equal(c.id.text, d.id.text));
    assert_true(ol_str_equal(c.msg.text, d.msg.text));
    assert_true(ol_str_equal(c.data, d.data));
    assert_int_equal(c.code, d.code);
}

/* A request that is taken is JSON; its members can be walked and judged. */
static void check_request(void *ctx, const uint8_t *data, size_t len)
{
    const struct ol_onenet_model *m = ctx;
    struct ol_onenet_request r;
    check_long_way(data, len);
    enum ol_onenet_request_error error =
        ol_onenet_request_decode(ol_str_make(data, len), &r);
    bool is_json = ol_json_check(data, len) == OL_OK;
    assert_int_equal(is_json, error != OL_ONENET_REQUEST_NOT_JSON);
    if (error != OL_ONENET_REQUEST_OK) {
        return;
    }
    int32_t post = ol_onenet_post_check(m, r.params).code;
    int32_t set = ol_onenet_set_check(m, r.params).code;
    assert_true(post != 200 || set != 200);
    struct ol_onenet_params p = ol_onenet_params_open(r.params);
    struct ol_onenet_item item;
    while (ol_onenet_params_next_name(&p, &item) == OL_OK) {
        assert_int_equal(item.name.kind, OL_JSON_STRING);
    }
}

static void check_reply(void *ctx, const uint8_t *data, size_t len)
{
    (void)ctx;
    struct ol_onenet_reply r;
    check_long_way(data, len);
    if (ol_onenet_reply_decode(ol_str_make(data, len), &r) == OL_OK) {
        assert_int_equal(ol_json_check(data, len), OL_OK);
        assert_non_null(r.id.text.ptr);
    }
}

static void test_battery(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "{\"id\":\"123\",\"version\":\"1.0\",\"params\":{\"temp\":{\"value\":23.6,"
        "\"time\":"
        "1524448722123},\"led\":{\"value\":true}}}",
        "{\"id\":\"1\",\"params\":{\"led\":true,\"label\":\"\\u4e2d\"}}",
        "{\"id\":\"2\",\"version\":\"1.0\",\"params\":[\"temp\",\"led\"]}",
    };
    static const char reply[] = "{\"id\":\"123\",\"code\":2271,\"msg\":\"bool type "
                                "error:identifier:led\",\"data\":{\"a\":{\"value\":1}}}";
    const struct ol_onenet_model *m = sample_model();
    for (size_t i = 0; i < COUNT(bodies); i++) {
        void *ctx = (void *)(uintptr_t)m;
        ol_battery_truncations(bodies[i], strlen(bodies[i]), check_request, ctx);
        ol_battery_bit_flips(bodies[i], strlen(bodies[i]), check_request, ctx);
    }
    static const char success[] = "{\"id\":\"123\",\"code\":200,\"msg\":\"success\"}";
    ol_battery_truncations(success, sizeof success - 1, check_reply, NULL);
    ol_battery_bit_flips(success, sizeof success - 1, check_reply, NULL);
    ol_battery_truncations(reply, sizeof reply - 1, check_reply, NULL);
    ol_battery_bit_flips(reply, sizeof reply - 1, check_reply, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_post_build),      cmocka_unit_test(test_set_and_get_build),
        cmocka_unit_test(test_post_fill),       cmocka_unit_test(test_post_bad_members),
        cmocka_unit_test(test_request_decode),  cmocka_unit_test(test_ids),
        cmocka_unit_test(test_walk_bare),       cmocka_unit_test(test_walk_wrapped),
        cmocka_unit_test(test_walk_names),      cmocka_unit_test(test_post_check),
        cmocka_unit_test(test_set_check),       cmocka_unit_test(test_item_checks),
        cmocka_unit_test(test_many_properties), cmocka_unit_test(test_reply_build),
        cmocka_unit_test(test_get_reply_build), cmocka_unit_test(test_reply_decode),
        cmocka_unit_test(test_battery),
    };
    return cmocka_run_group_tests_name("onenet OneJSON", tests, NULL, NULL);
}
