/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/conformance.h"

/* The words in <> of a case, from the device and its model. */

static const char *const type_names[] = {
    [OL_ONENET_INT32] = "int32",   [OL_ONENET_INT64] = "int64",
    [OL_ONENET_FLOAT] = "float",   [OL_ONENET_DOUBLE] = "double",
    [OL_ONENET_BOOL] = "bool",     [OL_ONENET_ENUM] = "enum",
    [OL_ONENET_STRING] = "string", [OL_ONENET_DATE] = "date"};

static const struct ol_onenet_model *model_of(const struct cli_target *t)
{
    return &t->device->model.model;
}

static bool is_simple(const struct ol_onenet_field *f)
{
    return f->type <= OL_ONENET_STRING &&
           (f->type != OL_ONENET_ENUM || f->label_count > 0);
}

static bool is_stepped(const struct ol_onenet_field *f)
{
    return f->type == OL_ONENET_FLOAT && f->has_step && f->step.mantissa > 0;
}

static bool is_readable(const struct ol_onenet_field *f)
{
    return is_simple(f) && !f->writable;
}

static bool is_writable(const struct ol_onenet_field *f)
{
    return is_simple(f) && f->writable;
}

static const struct ol_onenet_field *
find_field(const struct cli_target *t, bool (*fits)(const struct ol_onenet_field *f))
{
    for (uint16_t i = 0; i < model_of(t)->property_count; i++) {
        if (fits(&model_of(t)->fields[i])) {
            return &model_of(t)->fields[i];
        }
    }
    return NULL;
}

static const struct ol_onenet_field *find_type(const struct cli_target *t, int type)
{
    for (uint16_t i = 0; i < model_of(t)->property_count; i++) {
        if ((int)model_of(t)->fields[i].type == type) {
            return &model_of(t)->fields[i];
        }
    }
    return NULL;
}

/* A number that the field takes: its smallest, or 0. */
static struct ol_dec number_of(const struct ol_onenet_field *f)
{
    struct ol_dec zero = {0, 0};
    if (f->has_min) {
        return f->min;
    }
    return f->has_max && f->max.mantissa < 0 ? f->max : zero;
}

static int64_t label_of(const struct cli_target *t, const struct ol_onenet_field *f,
                        bool beyond)
{
    const struct ol_onenet_label *l = &model_of(t)->labels[f->first_label];
    int64_t v = l[0].value;
    for (uint16_t i = 1; beyond && i < f->label_count; i++) {
        v = l[i].value > v ? l[i].value : v;
    }
    return v + beyond;
}

static void put_value(const struct cli_target *t, const struct ol_onenet_field *f,
                      struct ol_writer *w)
{
    switch (f->type) {
    case OL_ONENET_BOOL:
        ol_writer_str(w, ol_str_from("true"));
        return;
    case OL_ONENET_STRING:
        ol_writer_str(w, ol_str_from("\"a\""));
        return;
    case OL_ONENET_ENUM:
        ol_writer_dec_i64(w, label_of(t, f, false));
        return;
    default:
        ol_dec_encode(w, number_of(f));
    }
}

/* A tenth of a step above the smallest number. */
static bool put_between(const struct ol_onenet_field *f, struct ol_writer *w)
{
    struct ol_dec base = number_of(f);
    struct ol_dec v = {f->step.mantissa, f->step.exponent - 1};
    if (base.mantissa != 0) {
        while (base.exponent > v.exponent &&
               !__builtin_mul_overflow(base.mantissa, 10, &base.mantissa)) {
            base.exponent--;
        }
        while (v.exponent > base.exponent &&
               !__builtin_mul_overflow(v.mantissa, 10, &v.mantissa)) {
            v.exponent--;
        }
        if (v.exponent != base.exponent ||
            __builtin_add_overflow(v.mantissa, base.mantissa, &v.mantissa)) {
            return false;
        }
    }
    ol_dec_encode(w, v);
    return true;
}

static bool is(struct ol_str word, const char *text)
{
    return ol_str_equal(word, ol_str_from(text));
}

static bool lacks(char *why, const char *what)
{
    snprintf(why, CLI_WHY_CAP, "the model has no %s", what);
    return false;
}

/* "member", "bare", "id", "value": any property of a simple type. */
static bool expand_any(const struct cli_target *t, struct ol_str word,
                       struct ol_writer *w, char *why)
{
    const struct ol_onenet_field *f = find_field(t, is_simple);
    bool member = is(word, "member");
    bool quoted = member || is(word, "bare");
    if (!f) {
        return lacks(why, "property of a simple type");
    }
    if (quoted || is(word, "id")) {
        ol_writer_str(w, ol_str_from(quoted ? "\"" : ""));
        ol_writer_str(w, f->identifier);
        ol_writer_str(w, ol_str_from(member ? "\":{\"value\":" : quoted ? "\":" : ""));
    }
    if (quoted || is(word, "value")) {
        put_value(t, f, w);
        ol_writer_str(w, ol_str_from(member ? "}" : ""));
    }
    return true;
}

/* "NAME" and "NAME value" for a field that must be there. */
static bool expand_field(const struct cli_target *t, struct ol_str word, const char *name,
                         const struct ol_onenet_field *f, const char *what,
                         struct ol_writer *w, char *why)
{
    if (!f || (f->type == OL_ONENET_ENUM && f->label_count == 0)) {
        return lacks(why, what);
    }
    if (word.len > strlen(name)) {
        put_value(t, f, w);
    } else {
        ol_writer_str(w, f->identifier);
    }
    return true;
}

static bool begins(struct ol_str word, const char *name)
{
    return is(word, name) ||
           (ol_str_has_prefix(word, ol_str_from(name)) && word.len == strlen(name) + 6 &&
            memcmp(word.ptr + strlen(name), " value", 6) == 0);
}

static bool expand_property(const struct cli_target *t, struct ol_str word,
                            struct ol_writer *w, char *why)
{
    char what[48];
    if (begins(word, "readable")) {
        return expand_field(t, word, "readable", find_field(t, is_readable),
                            "read-only property of a simple type", w, why);
    }
    if (begins(word, "writable")) {
        return expand_field(t, word, "writable", find_field(t, is_writable),
                            "writable property of a simple type", w, why);
    }
    for (int i = 0; i <= OL_ONENET_DATE; i++) {
        if (begins(word, type_names[i])) {
            snprintf(what, sizeof(what), "property of type %s", type_names[i]);
            return expand_field(t, word, type_names[i], find_type(t, i), what, w, why);
        }
    }
    return expand_any(t, word, w, why);
}

/* "stepped", "between", "no label", "too long": values that the model forbids. */
static bool expand_forbidden(const struct cli_target *t, struct ol_str word,
                             struct ol_writer *w, char *why)
{
    const struct ol_onenet_field *f;
    if (is(word, "no label")) {
        f = find_type(t, OL_ONENET_ENUM);
        if (!f || f->label_count == 0) {
            return lacks(why, "property of type enum");
        }
        ol_writer_dec_i64(w, label_of(t, f, true));
        return true;
    }
    if (is(word, "too long")) {
        f = find_type(t, OL_ONENET_STRING);
        if (!f || f->length == 0 || f->length > 10000) {
            return lacks(why, "property of type string with a length");
        }
        for (uint32_t i = 0; i <= f->length; i++) {
            ol_writer_u8(w, 'a');
        }
        return true;
    }
    f = find_field(t, is_stepped);
    if (!f) {
        return lacks(why, "property of type float with a step");
    }
    if (is(word, "between")) {
        return put_between(f, w) || lacks(why, "step that can be told from its minimum");
    }
    ol_writer_str(w, f->identifier);
    return true;
}

static bool put_other_case(const char *text, struct ol_writer *w, char *why)
{
    size_t letters = 0;
    for (; *text; text++) {
        bool letter = isalpha((unsigned char)*text) != 0;
        letters += letter;
        ol_writer_u8(w, (uint8_t)(letter ? *text ^ 0x20 : *text));
    }
    if (letters == 0) {
        snprintf(why, CLI_WHY_CAP, "the name has no letters");
    }
    return letters > 0;
}

static bool expand_word(const struct cli_target *t, struct ol_str word,
                        struct ol_writer *w, char *why)
{
    if (is(word, "own")) {
        ol_writer_str(w, ol_str_from("$sys/"));
        ol_writer_str(w, ol_str_from(t->product));
        ol_writer_u8(w, '/');
        word = ol_str_from("name");
    }
    if (is(word, "product") || is(word, "name")) {
        ol_writer_str(w, ol_str_from(is(word, "name") ? t->name : t->product));
        return true;
    }
    if (is(word, "name in other case") || is(word, "product in other case")) {
        return put_other_case(word.ptr[0] == 'n' ? t->name : t->product, w, why);
    }
    if (is(word, "asked id")) {
        ol_writer_str(w, ol_str_from(t->asked_id));
        return true;
    }
    if (is(word, "event")) {
        if (model_of(t)->event_count == 0 || model_of(t)->events[0].output_count == 0) {
            return lacks(why, "event with outputs");
        }
        ol_writer_str(w, model_of(t)->events[0].identifier);
        return true;
    }
    if (ol_str_has_prefix(word, ol_str_from("byte "))) {
        ol_writer_u8(w, (uint8_t)strtoul(word.ptr + 5, NULL, 16));
        return true;
    }
    if (ol_str_has_prefix(word, ol_str_from("x*"))) {
        for (unsigned long n = strtoul(word.ptr + 2, NULL, 10); n > 0; n--) {
            ol_writer_u8(w, 'x');
        }
        return true;
    }
    if (is(word, "stepped") || is(word, "between") || is(word, "no label") ||
        is(word, "too long")) {
        return expand_forbidden(t, word, w, why);
    }
    return expand_property(t, word, w, why);
}

bool cli_words_expand(const struct cli_target *t, const char *text, size_t len,
                      struct ol_writer *w, char *why)
{
    size_t at = 0;
    while (at < len) {
        const char *end = text[at] == '<' ? memchr(text + at, '>', len - at) : NULL;
        if (!end) {
            ol_writer_u8(w, (uint8_t)text[at++]);
            continue;
        }
        size_t word_len = (size_t)(end - text) - at - 1;
        if (!expand_word(t, ol_str_make(text + at + 1, word_len), w, why)) {
            return false;
        }
        at += word_len + 2;
    }
    if (w->over) {
        snprintf(why, CLI_WHY_CAP, "the packet would be too long");
    }
    return !w->over;
}
