/* SPDX-License-Identifier: MIT */
#include "onelink/onenet/model.h"
#include "onelink/onenet/onejson.h"
#include "onelink/onenet/refusal.h"
#include "platform/api/state.h"

/* call-service, docs/protocol.md §4.6, §8.2: judged as the cloud judges it. Services are not
 * carried to devices yet, so a call that could be made fails too, and says why. */

#define NAME_ECHO_MAX 96 /* bytes of an input's name in words for the application */

/* 10415 "设备服务调用失败:words" */
static void fail(const struct ol_api_call *c, struct ol_str words)
{
    char msg[256];
    struct ol_writer w = ol_writer_make(msg, sizeof msg);
    ol_writer_str(&w, OL_STR("设备服务调用失败:"));
    ol_writer_str(&w, words);
    ol_api_fail(c, OL_API_SERVICE_FAILED, ol_str_make(msg, w.len));
}

static void fail_input(const struct ol_api_call *c, const struct ol_onenet_refusal *r)
{
    char words[192];
    struct ol_writer w = ol_writer_make(words, sizeof words);
    /* The cloud names no input that is missing. */
    if (r->code != OL_ONENET_CODE_REQUIRED && r->identifier.len > 0 &&
        r->identifier.len <= NAME_ECHO_MAX) {
        ol_writer_str(&w, OL_STR("identifier: "));
        ol_writer_str(&w, r->identifier);
        ol_writer_str(&w, OL_STR(", error: "));
    }
    ol_writer_str(&w, r->text);
    fail(c, ol_str_make(words, w.len));
}

static const struct ol_onenet_service *find_service(const struct ol_onenet_model *model,
                                                    struct ol_str identifier)
{
    for (uint16_t i = 0; i < model->service_count; i++) {
        if (ol_str_equal(model->services[i].identifier, identifier)) {
            return &model->services[i];
        }
    }
    return NULL;
}

static const struct ol_onenet_field *find_input(const struct ol_onenet_model *model,
                                                const struct ol_onenet_service *service,
                                                const struct ol_json_token *name)
{
    for (uint16_t i = 0; i < service->input_count; i++) {
        const struct ol_onenet_field *f = &model->fields[service->first_input + i];
        if (ol_json_token_equal(name, f->identifier)) {
            return f;
        }
    }
    return NULL;
}

static struct ol_onenet_refusal check_values(const struct ol_onenet_model *model,
                                             const struct ol_onenet_service *service,
                                             struct ol_str params)
{
    struct ol_onenet_params walk = ol_onenet_params_open(params);
    struct ol_onenet_item item;
    int32_t rc = OL_OK;
    while ((rc = ol_onenet_params_next(&walk, &item)) == OL_OK) {
        const struct ol_onenet_field *f = find_input(model, service, &item.name);
        if (f == NULL) {
            return ol_onenet_refusal_make(OL_ONENET_CODE_NOT_EXIST, item.name.text);
        }
        enum ol_onenet_value_error error = ol_onenet_value_check(model, f, item.value);
        if (error != OL_ONENET_VALUE_OK) {
            return ol_onenet_refusal_for_value(f->type, error, item.name.text);
        }
    }
    return rc == OL_E_NOENT
               ? ol_onenet_refusal_none()
               : ol_onenet_refusal_make(OL_ONENET_CODE_FORMAT, ol_str_make(NULL, 0));
}

static int count_of(struct ol_str params, struct ol_str identifier)
{
    struct ol_onenet_params walk = ol_onenet_params_open(params);
    struct ol_onenet_item item;
    int count = 0;
    while (ol_onenet_params_next(&walk, &item) == OL_OK) {
        count += ol_json_token_equal(&item.name, identifier) ? 1 : 0;
    }
    return count;
}

/* Each input is there once, and nothing else. */
static struct ol_onenet_refusal check_inputs(const struct ol_onenet_model *model,
                                             const struct ol_onenet_service *service,
                                             struct ol_str params)
{
    struct ol_onenet_refusal r = check_values(model, service, params);
    for (uint16_t i = 0; i < service->input_count && r.code == OL_ONENET_CODE_OK; i++) {
        struct ol_str name = model->fields[service->first_input + i].identifier;
        int count = count_of(params, name);
        if (count != 1) {
            r = ol_onenet_refusal_make(
                count == 0 ? OL_ONENET_CODE_REQUIRED : OL_ONENET_CODE_FORMAT, name);
        }
    }
    return r;
}

static void judge(const struct ol_api_call *c, const struct ol_onenet_model *model,
                  struct ol_str identifier, struct ol_str params)
{
    const struct ol_onenet_service *service = find_service(model, identifier);
    if (service == NULL) {
        fail(c, OL_STR("identifier not exist"));
        return;
    }
    struct ol_onenet_refusal r =
        check_inputs(model, service, params.len == 0 ? OL_STR("{}") : params);
    if (r.code != OL_ONENET_CODE_OK) {
        fail_input(c, &r);
        return;
    }
    fail(c, OL_STR("services are not served yet"));
}

void ol_api_call_service(const struct ol_api_call *c)
{
    char product[OL_API_NAME_CAP];
    char name[OL_API_NAME_CAP];
    char identifier[OL_API_NAME_CAP];
    struct ol_api_member m[] = {
        {OL_STR("product_id"), OL_API_STRING, true, product, sizeof product, {NULL, 0}},
        {OL_STR("device_name"), OL_API_STRING, true, name, sizeof name, {NULL, 0}},
        {OL_STR("identifier"),
         OL_API_STRING,
         true,
         identifier,
         sizeof identifier,
         {NULL, 0}},
        {OL_STR("params"), OL_API_OBJECT, false, NULL, 0, {NULL, 0}},
    };
    const struct ol_store_product *p = NULL;
    struct ol_api_device d;
    if (!ol_api_body_read(c, m, 4) ||
        !ol_api_device(c, m[0].value, m[1].value, true, &p, &d) ||
        !ol_api_has_model(c, p)) {
        return;
    }
    if (!d.online) {
        ol_api_fail(c, OL_API_NOT_ONLINE, OL_STR("device not online"));
        return;
    }
    judge(c, p->model, m[2].value, m[3].value);
}
