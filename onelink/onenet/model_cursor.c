/* SPDX-License-Identifier: MIT */
#include "onelink/onenet/model_cursor.h"

#include <string.h>

static const struct ol_str nothing = {NULL, 0};

bool ol_onenet_import_failed(const struct ol_onenet_import *im)
{
    return im->error->reason != OL_ONENET_IMPORT_OK;
}

void ol_onenet_import_fail(struct ol_onenet_import *im,
                           enum ol_onenet_import_reason reason, struct ol_str value)
{
    if (ol_onenet_import_failed(im)) {
        return;
    }
    im->error->reason = reason;
    im->error->offset = value.ptr != NULL ? (uint32_t)(value.ptr - im->text) : 0;
}

void ol_onenet_import_fail_kind(struct ol_onenet_import *im, char needed,
                                struct ol_str value)
{
    if (ol_onenet_import_failed(im)) {
        return;
    }
    im->error->needed = needed;
    im->error->found = value.len > 0 ? value.ptr[0] : '\0';
    ol_onenet_import_fail(im, OL_ONENET_IMPORT_KIND, value);
}

/* ---- Path ---- */

static void put_path(struct ol_onenet_import *im, char c)
{
    bool shown = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                 (c >= 'a' && c <= 'z') || (c != '\0' && strchr("_$.[]-", c) != NULL);
    if (im->path_len + 1 < sizeof im->error->path) {
        im->error->path[im->path_len] = shown ? c : '?';
        im->error->path[im->path_len + 1] = '\0';
    }
    im->path_len++;
}

uint32_t ol_onenet_import_push(struct ol_onenet_import *im, struct ol_str name)
{
    uint32_t mark = im->path_len;
    if (ol_onenet_import_failed(im)) {
        return mark;
    }
    if (mark > 0) {
        put_path(im, '.');
    }
    for (size_t i = 0; i < name.len; i++) {
        put_path(im, name.ptr[i]);
    }
    return mark;
}

uint32_t ol_onenet_import_push_index(struct ol_onenet_import *im, uint32_t index)
{
    uint32_t mark = im->path_len;
    if (ol_onenet_import_failed(im)) {
        return mark;
    }
    uint8_t digits[20];
    struct ol_writer w = ol_writer_make(digits, sizeof digits);
    ol_writer_dec_u64(&w, index);
    put_path(im, '[');
    for (size_t i = 0; i < w.len; i++) {
        put_path(im, (char)digits[i]);
    }
    put_path(im, ']');
    return mark;
}

void ol_onenet_import_pop(struct ol_onenet_import *im, uint32_t mark)
{
    if (ol_onenet_import_failed(im)) {
        return;
    }
    im->path_len = mark;
    if (mark < sizeof im->error->path) {
        im->error->path[mark] = '\0';
    }
}

/* ---- Values ---- */

bool ol_onenet_import_is_none(struct ol_str value)
{
    return value.len == 0 || value.ptr[0] == 'n' || ol_str_equal(value, OL_STR("\"\""));
}

struct ol_str ol_onenet_import_member(struct ol_onenet_import *im, struct ol_str object,
                                      struct ol_str name)
{
    struct ol_str found = nothing;
    if (ol_onenet_import_failed(im)) {
        return nothing;
    }
    if (object.len == 0 || object.ptr[0] != '{') {
        ol_onenet_import_fail_kind(im, '{', object);
        return nothing;
    }
    struct ol_json_reader r = ol_json_reader_make(object.ptr, object.len);
    struct ol_json_token t;
    if (ol_json_reader_next(&r, &t) != OL_OK) {
        return nothing;
    }
    while (ol_json_reader_next(&r, &t) == OL_OK && t.kind == OL_JSON_KEY) {
        struct ol_str value;
        bool same = ol_json_token_equal(&t, name);
        if (ol_json_reader_skip(&r, &t, &value) != OL_OK) {
            return nothing;
        }
        if (same && found.ptr != NULL) {
            uint32_t mark = ol_onenet_import_push(im, name);
            ol_onenet_import_fail(im, OL_ONENET_IMPORT_TWICE, value);
            ol_onenet_import_pop(im, mark);
        }
        found = same ? value : found;
    }
    return found;
}

struct ol_str ol_onenet_import_member_either(struct ol_onenet_import *im,
                                             struct ol_str object, struct ol_str name,
                                             struct ol_str other, struct ol_str *used)
{
    struct ol_str value = ol_onenet_import_member(im, object, name);
    struct ol_str alternative = ol_onenet_import_member(im, object, other);
    *used = name;
    if (alternative.len > 0 && value.len > 0) {
        uint32_t mark = ol_onenet_import_push(im, other);
        ol_onenet_import_fail(im, OL_ONENET_IMPORT_TWICE, alternative);
        ol_onenet_import_pop(im, mark);
    } else if (alternative.len > 0) {
        *used = other;
        value = alternative;
    }
    return value;
}

struct ol_str ol_onenet_import_copy(struct ol_onenet_import *im, struct ol_str value)
{
    if (ol_onenet_import_is_none(value)) {
        return nothing;
    }
    struct ol_json_reader r = ol_json_reader_make(value.ptr, value.len);
    struct ol_json_token t;
    if (ol_json_reader_next(&r, &t) != OL_OK || t.kind != OL_JSON_STRING) {
        ol_onenet_import_fail_kind(im, '"', value);
        return nothing;
    }
    char *out = im->room->text + im->text_len;
    int32_t n = ol_json_token_decode(&t, out, im->room->text_cap - im->text_len);
    if (n < 0) {
        ol_onenet_import_fail(im, OL_ONENET_IMPORT_TEXT_FULL, value);
        return nothing;
    }
    im->text_len += (uint32_t)n;
    return ol_str_make(out, (size_t)n);
}

struct ol_str ol_onenet_import_text(struct ol_onenet_import *im, struct ol_str object,
                                    struct ol_str name)
{
    struct ol_str value = ol_onenet_import_member(im, object, name);
    uint32_t mark = ol_onenet_import_push(im, name);
    struct ol_str text = ol_onenet_import_copy(im, value);
    ol_onenet_import_pop(im, mark);
    return text;
}

struct ol_str ol_onenet_import_bare(struct ol_str value)
{
    if (value.len >= 2 && value.ptr[0] == '"') {
        return ol_str_make(value.ptr + 1, value.len - 2);
    }
    return value;
}

int ol_onenet_import_word(struct ol_onenet_import *im, struct ol_str object,
                          struct ol_str name, const struct ol_str *words, int count,
                          int fallback)
{
    struct ol_str value = ol_onenet_import_member(im, object, name);
    if (ol_onenet_import_is_none(value)) {
        return fallback;
    }
    for (int i = 0; i < count; i++) {
        if (ol_str_equal(ol_onenet_import_bare(value), words[i])) {
            return i;
        }
    }
    uint32_t mark = ol_onenet_import_push(im, name);
    ol_onenet_import_fail(im, OL_ONENET_IMPORT_WORD, value);
    ol_onenet_import_pop(im, mark);
    return fallback;
}

bool ol_onenet_import_flag(struct ol_onenet_import *im, struct ol_str object,
                           struct ol_str name)
{
    struct ol_str value = ol_onenet_import_member(im, object, name);
    if (!ol_onenet_import_is_none(value) && value.ptr[0] != 't' && value.ptr[0] != 'f') {
        uint32_t mark = ol_onenet_import_push(im, name);
        ol_onenet_import_fail_kind(im, 't', value);
        ol_onenet_import_pop(im, mark);
    }
    return value.len > 0 && value.ptr[0] == 't';
}

/* ---- Arrays ---- */

struct ol_onenet_import_walk ol_onenet_import_walk(struct ol_onenet_import *im,
                                                   struct ol_str array)
{
    static const struct ol_str empty = OL_STR_INIT("[]");
    if (ol_onenet_import_is_none(array)) {
        array = empty;
    } else if (array.ptr[0] != '[') {
        ol_onenet_import_fail_kind(im, '[', array);
        array = empty;
    }
    struct ol_onenet_import_walk walk = {
        .reader = ol_json_reader_make(array.ptr, array.len),
        .index = UINT32_MAX,
    };
    struct ol_json_token begin;
    if (ol_json_reader_next(&walk.reader, &begin) != OL_OK) {
        walk.reader = ol_json_reader_make(empty.ptr, 0);
    }
    return walk;
}

bool ol_onenet_import_walk_next(struct ol_onenet_import_walk *walk)
{
    struct ol_json_token t;
    if (ol_json_reader_next(&walk->reader, &t) != OL_OK || t.kind == OL_JSON_ARRAY_END) {
        return false;
    }
    walk->index++;
    return ol_json_reader_skip(&walk->reader, &t, &walk->value) == OL_OK;
}

uint32_t ol_onenet_import_walk_count(struct ol_onenet_import_walk walk)
{
    while (ol_onenet_import_walk_next(&walk)) {
    }
    return walk.index + 1;
}

bool ol_onenet_import_fields(struct ol_onenet_import *im, uint32_t count, uint16_t *first)
{
    if (ol_onenet_import_failed(im)) {
        return false;
    }
    if (count > (uint32_t)(im->room->field_cap - im->field_count)) {
        ol_onenet_import_fail(im, OL_ONENET_IMPORT_FIELDS_FULL, nothing);
        return false;
    }
    *first = im->field_count;
    if (count > 0) {
        memset(&im->room->fields[im->field_count], 0, count * sizeof *im->room->fields);
    }
    im->field_count = (uint16_t)(im->field_count + count);
    return true;
}
