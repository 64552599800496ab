/* SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "onelink/json/reader.h"
#include "platform/api/call.h"

/* Bodies of API calls. A body that is taken is one JSON object, its members are of the
 * kind that was asked for and lie in the body or in their buffers; one that is not taken
 * is answered exactly once. */

static unsigned answers;

void ol_api_fail_parameter(const struct ol_api_call *c, const char *name)
{
    (void)c;
    answers++;
    if (strlen(name) == 0) {
        abort();
    }
}

static void require(bool fine)
{
    if (!fine) {
        abort();
    }
}

static void inside(struct ol_str part, const void *from, size_t len)
{
    const char *begin = from;
    require(part.len <= len);
    require(part.len == 0 || ((const char *)part.ptr >= begin &&
                              (const char *)part.ptr + part.len <= begin + len));
}

static void check_taken(const struct ol_api_member *m, size_t count, struct ol_str body)
{
    require(ol_json_check(body.ptr, body.len) == OL_OK);
    for (size_t i = 0; i < count; i++) {
        require(!m[i].required || m[i].value.len > 0);
        if (m[i].kind == OL_API_STRING) {
            inside(m[i].value, m[i].buf, m[i].cap);
            continue;
        }
        inside(m[i].value, body.ptr, body.len);
        if (m[i].value.len > 0) {
            require(m[i].value.ptr[0] == (m[i].kind == OL_API_OBJECT ? '{' : '['));
            require(ol_json_check(m[i].value.ptr, m[i].value.len) == OL_OK);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    char product[OL_API_NAME_CAP];
    char name[8];
    struct ol_api_member m[] = {
        {OL_STR("product_id"), OL_API_STRING, true, product, sizeof product, {NULL, 0}},
        {OL_STR("device_name"), OL_API_STRING, false, name, sizeof name, {NULL, 0}},
        {OL_STR("params"), OL_API_OBJECT, false, NULL, 0, {NULL, 0}},
        {OL_STR("list"), OL_API_ARRAY, false, NULL, 0, {NULL, 0}},
    };
    const struct ol_api_call c = {.body = ol_str_make(data, len)};
    answers = 0;
    bool taken = ol_api_body_read(&c, m, 4);
    require(answers == (taken ? 0 : 1));
    if (taken) {
        check_taken(m, 4, c.body);
    }
    return 0;
}
