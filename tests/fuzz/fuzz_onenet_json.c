/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "onelink/onenet/onejson.h"
#include "tests/fuzz/fuzz_model.h"
#include "tests/fuzz/fuzz.h"

/* Every member of a post that passes is a value that passes by itself. */
static void check_members(struct ol_str params)
{
    struct ol_onenet_params p = ol_onenet_params_open(params);
    struct ol_onenet_item item;
    int32_t field;
    while (ol_onenet_params_next_wrapped(&p, &item) == OL_OK) {
        require(ol_onenet_post_item_check(&fuzz_model, &item, &field).code == 200);
        require(field >= 0 && item.time_ms >= 0);
        struct ol_onenet_value v;
        require(ol_onenet_value_decode(&fuzz_model, &fuzz_fields[field], item.value, &v,
                                       NULL) == OL_ONENET_VALUE_OK);
    }
}

static void check_request(struct ol_str body, bool is_json)
{
    struct ol_onenet_request r;
    enum ol_onenet_request_error error = ol_onenet_request_decode(body, &r);
    require(is_json == (error != OL_ONENET_REQUEST_NOT_JSON));
    struct ol_onenet_refusal refusal = ol_onenet_request_refusal(error);
    if (error == OL_ONENET_REQUEST_OK) {
        uint64_t id;
        require(ol_onenet_id_decode(r.id, &id) == OL_OK);
        refusal = ol_onenet_post_check(&fuzz_model, r.params);
        if (refusal.code == 200) {
            check_members(r.params);
        }
        (void)ol_onenet_set_check(&fuzz_model, r.params);
    }
    uint8_t *out = malloc(body.len + 256);
    require(out != NULL);
    struct ol_writer w = ol_writer_make(out, body.len + 256);
    struct ol_onenet_id id = {OL_STR_INIT("1"), false};
    require(ol_onenet_reply_encode_refusal(&w, id, &refusal) == OL_OK);
    require(ol_json_check(out, w.len) == OL_OK);
    free(out);
}

static void require_same(struct ol_str a, struct ol_str b)
{
    require(ol_str_equal(a, b));
}

/* White space in front takes the usual messages off their short way; the result is the
 * same. */
static void check_long_way(struct ol_str body)
{
    char *copy = malloc(body.len + 1);
    require(copy != NULL);
    copy[0] = ' ';
    memcpy(copy + 1, body.ptr, body.len);
    struct ol_str spaced = ol_str_make(copy, body.len + 1);
    struct ol_onenet_request a;
    struct ol_onenet_request b;
    enum ol_onenet_request_error error = ol_onenet_request_decode(body, &a);
    require(error == ol_onenet_request_decode(spaced, &b));
    require_same(a.id.text, b.id.text);
    require_same(a.version, b.version);
    require_same(a.params, b.params);
    require(a.id.numeric == b.id.numeric && a.params_array == b.params_array);
    struct ol_onenet_reply c;
    struct ol_onenet_reply d;
    int32_t rc = ol_onenet_reply_decode(body, &c);
    require(rc == ol_onenet_reply_decode(spaced, &d));
    if (rc == OL_OK) {
        require_same(c.id.text, d.id.text);
        require_same(c.msg.text, d.msg.text);
        require_same(c.data, d.data);
        require(c.code == d.code && c.id.numeric == d.id.numeric &&
                c.msg.kind == d.msg.kind && c.msg.escaped == d.msg.escaped);
    }
    free(copy);
}

/* The input is the body of a request, and that of an answer too. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ol_str body = ol_str_make(data, size);
    bool is_json = ol_json_check(data, size) == OL_OK;
    check_request(body, is_json);
    if (size > 0) {
        check_long_way(body);
    }
    struct ol_onenet_reply reply;
    if (ol_onenet_reply_decode(body, &reply) == OL_OK) {
        require(is_json && reply.id.text.ptr != NULL);
        struct ol_str text;
        struct ol_str refused = ol_onenet_refusal_msg_decode(reply.msg.text, &text);
        require(refused.len + text.len <= reply.msg.text.len);
    }
    return 0;
}
