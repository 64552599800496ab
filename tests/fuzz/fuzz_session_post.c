/* SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "platform/core/post_read.h"

/* Property posts: the one-pass reader and the two-pass reader must agree on everything,
 * and what is taken is inside the payload. */

static const struct ol_onenet_field fields[] = {
    {.identifier = OL_STR_INIT("temp"),
     .type = OL_ONENET_FLOAT,
     .has_min = true,
     .min = {-40, 0},
     .has_step = true,
     .step = {1, -1}},
    {.identifier = OL_STR_INIT("led"), .type = OL_ONENET_BOOL},
    {.identifier = OL_STR_INIT("text"), .type = OL_ONENET_STRING, .length = 8},
    {.identifier = OL_STR_INIT("count"), .type = OL_ONENET_INT64},
};
static const struct ol_onenet_model model = {
    .fields = fields, .field_count = 4, .property_count = 4};

static void require(bool fine)
{
    if (!fine) {
        abort();
    }
}

static void same_str(struct ol_str a, struct ol_str b)
{
    require(a.len == b.len && (a.len == 0 || a.ptr == b.ptr));
}

static void inside(struct ol_str part, struct ol_str whole)
{
    require(part.ptr >= whole.ptr && part.ptr + part.len <= whole.ptr + whole.len);
}

static void same(const struct ol_post *a, const struct ol_post *b, struct ol_str payload)
{
    require(a->count == b->count && a->count > 0 && a->untimed == b->untimed);
    for (size_t i = 0; i < a->count; i++) {
        require(a->property[i] == b->property[i] && a->property[i] < 4);
        require(a->item[i].time_ms == b->item[i].time_ms);
        same_str(a->item[i].value, b->item[i].value);
        inside(a->item[i].value, payload);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct ol_post a;
    static struct ol_post b;
    struct ol_str payload = ol_str_make(data, len);
    struct ol_onenet_refusal one = ol_post_read(&model, payload, &a);
    struct ol_onenet_refusal two = ol_post_read_any(&model, payload, &b);
    require(one.code == two.code && one.ours == two.ours);
    require(ol_str_equal(one.text, two.text));
    same_str(one.identifier, two.identifier);
    same_str(a.id.text, b.id.text);
    require(a.id.numeric == b.id.numeric);
    if (one.code == OL_ONENET_CODE_OK) {
        same(&a, &b, payload);
    }
    return 0;
}
