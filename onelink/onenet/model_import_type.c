/* SPDX-License-Identifier: MIT */
#include "onelink/onenet/model_cursor.h"

#include "onelink/onenet/name.h"

#define LENGTH_MAX 1048576

/* A number that may be a number or a string: min, max, step. false: there is none. */
static bool read_number(struct ol_onenet_import *im, struct ol_str specs,
                        struct ol_str name, bool integer, struct ol_dec *out)
{
    struct ol_str value = ol_onenet_import_member(im, specs, name);
    if (ol_onenet_import_is_none(value)) {
        return false;
    }
    struct ol_str text = ol_onenet_import_bare(value);
    int64_t whole = 0;
    /* Integers first: int64's own limits have 19 digits, one more than a decimal keeps.
     */
    if (ol_int64_decode(text, &whole) == OL_OK) {
        *out = (struct ol_dec){whole, 0};
        return true;
    }
    struct ol_dec number = {0, INT32_MAX};
    int32_t rc = ol_dec_decode(text, &number);
    /* More than 18 digits, as in FLT_MAX written out, are cut; a huge exponent is not
     * given. */
    if (integer || rc == OL_E_ARG || number.exponent == INT32_MAX) {
        uint32_t mark = ol_onenet_import_push(im, name);
        ol_onenet_import_fail(im, OL_ONENET_IMPORT_NUMBER, value);
        ol_onenet_import_pop(im, mark);
        return false;
    }
    *out = number;
    return true;
}

static bool fits_int32(struct ol_dec d)
{
    return d.mantissa >= INT32_MIN && d.mantissa <= INT32_MAX;
}

/* Writes min or max with the exponent of the step, if it is not too large for that: what
 * is rounded to a step has that exponent too, and then a comparison is one of integers.
 */
static void align(struct ol_dec *limit, const struct ol_dec *step)
{
    while (limit->exponent > step->exponent && limit->mantissa < INT32_MAX &&
           limit->mantissa > INT32_MIN) {
        limit->mantissa *= 10;
        limit->exponent--;
    }
}

static void read_number_specs(struct ol_onenet_import *im, struct ol_str specs,
                              struct ol_onenet_field *field)
{
    bool integer = field->type == OL_ONENET_INT32 || field->type == OL_ONENET_INT64;
    field->has_min = read_number(im, specs, OL_STR("min"), integer, &field->min);
    field->has_max = read_number(im, specs, OL_STR("max"), integer, &field->max);
    field->has_step = read_number(im, specs, OL_STR("step"), integer, &field->step);
    field->unit = ol_onenet_import_text(im, specs, OL_STR("unit"));
    if (field->type == OL_ONENET_INT32 &&
        (!fits_int32(field->min) || !fits_int32(field->max))) {
        struct ol_str wrong = fits_int32(field->min) ? OL_STR("max") : OL_STR("min");
        uint32_t mark = ol_onenet_import_push(im, wrong);
        ol_onenet_import_fail(im, OL_ONENET_IMPORT_NUMBER, specs);
        ol_onenet_import_pop(im, mark);
    }
    if ((field->has_min && field->has_max &&
         ol_dec_compare(field->min, field->max) > 0) ||
        (field->has_step && field->step.mantissa < 0)) {
        ol_onenet_import_fail(im, OL_ONENET_IMPORT_RANGE, specs);
    }
    /* "0" is written where there is no step. */
    field->has_step = field->has_step && field->step.mantissa != 0;
    if (field->has_step) {
        align(&field->min, &field->step);
        align(&field->max, &field->step);
    }
}

/* length, a number or a string; none is no limit. */
static uint32_t read_length(struct ol_onenet_import *im, struct ol_str specs,
                            struct ol_str name, struct ol_str other)
{
    struct ol_str used;
    struct ol_str value = ol_onenet_import_member_either(im, specs, name, other, &used);
    if (ol_onenet_import_is_none(value)) {
        return 0;
    }
    int64_t length = 0;
    if (ol_int64_decode(ol_onenet_import_bare(value), &length) != OL_OK || length < 1 ||
        length > LENGTH_MAX) {
        uint32_t mark = ol_onenet_import_push(im, used);
        ol_onenet_import_fail(im, OL_ONENET_IMPORT_LENGTH, value);
        ol_onenet_import_pop(im, mark);
        return 0;
    }
    return (uint32_t)length;
}

static bool label_value(enum ol_onenet_type type, const struct ol_json_token *key,
                        int32_t *out)
{
    if (type == OL_ONENET_BOOL && (ol_json_token_equal(key, OL_STR("true")) ||
                                   ol_json_token_equal(key, OL_STR("false")))) {
        *out = key->text.len == 4;
        return true;
    }
    int64_t value = 0;
    if (ol_int64_decode(key->text, &value) != OL_OK || value < INT32_MIN ||
        value > INT32_MAX) {
        return false;
    }
    *out = (int32_t)value;
    return true;
}

/* {"0":"off","1":"on"}: the values of an enum, the two of a bool, the bits of a bitMap.
 */
static void read_labels(struct ol_onenet_import *im, struct ol_str specs,
                        struct ol_onenet_field *field)
{
    field->first_label = im->label_count;
    struct ol_json_reader r = ol_json_reader_make(specs.ptr, specs.len);
    struct ol_json_token t;
    if (ol_json_reader_next(&r, &t) != OL_OK) {
        return;
    }
    while (!ol_onenet_import_failed(im) && ol_json_reader_next(&r, &t) == OL_OK &&
           t.kind == OL_JSON_KEY) {
        struct ol_str text;
        int32_t value = 0;
        bool fine = label_value(field->type, &t, &value);
        uint32_t mark = ol_onenet_import_push(im, t.text);
        bool strict = field->type == OL_ONENET_ENUM;
        if (ol_json_reader_skip(&r, &t, &text) != OL_OK || (!fine && strict)) {
            ol_onenet_import_fail(im, OL_ONENET_IMPORT_LABEL, t.text);
        } else if (!fine || (!strict && text.ptr[0] != '"')) {
            /* What else stands in the specs of a bool or bitMap decides nothing, and of
             * a bitMap's the form is not known. */
        } else if (im->label_count == im->room->label_cap) {
            ol_onenet_import_fail(im, OL_ONENET_IMPORT_LABELS_FULL, t.text);
        } else {
            im->room->labels[im->label_count].value = value;
            im->room->labels[im->label_count].text = ol_onenet_import_copy(im, text);
            im->label_count++;
        }
        ol_onenet_import_pop(im, mark);
    }
    field->label_count = (uint16_t)(im->label_count - field->first_label);
}

/* Whether the type may stand there. docs/protocol.md §3.2. */
static bool may_stand(enum ol_onenet_type type, enum ol_onenet_place place)
{
    switch (type) {
    case OL_ONENET_ARRAY:
        return place == OL_ONENET_TOP;
    case OL_ONENET_STRUCT:
        return place != OL_ONENET_MEMBER;
    case OL_ONENET_BOOL:
    case OL_ONENET_ENUM:
    case OL_ONENET_BITMAP:
        return place != OL_ONENET_ELEMENT;
    default:
        return true;
    }
}

static void read_type(struct ol_onenet_import *im, struct ol_str object,
                      enum ol_onenet_place place, struct ol_onenet_field *field);

/* Today's {"length":3,"type":"int32","specs":{...}} or the older
 * {"size":"3","items":{"type":...,"specs":...}}. */
static void read_array(struct ol_onenet_import *im, struct ol_str specs,
                       struct ol_onenet_field *field)
{
    field->length = read_length(im, specs, OL_STR("length"), OL_STR("size"));
    uint16_t first = 0;
    if (!ol_onenet_import_fields(im, 1, &first)) {
        return;
    }
    field->first_child = first;
    field->child_count = 1;
    struct ol_str items = ol_onenet_import_member(im, specs, OL_STR("items"));
    if (ol_onenet_import_is_none(items)) {
        read_type(im, specs, OL_ONENET_ELEMENT, &im->room->fields[first]);
        return;
    }
    uint32_t mark = ol_onenet_import_push(im, OL_STR("items"));
    read_type(im, items, OL_ONENET_ELEMENT, &im->room->fields[first]);
    ol_onenet_import_pop(im, mark);
}

static void read_specs(struct ol_onenet_import *im, struct ol_str specs,
                       struct ol_onenet_field *field)
{
    static const struct ol_str empty = OL_STR_INIT("{}");
    bool none = ol_onenet_import_is_none(specs);
    switch (field->type) {
    case OL_ONENET_INT32:
    case OL_ONENET_INT64:
    case OL_ONENET_FLOAT:
    case OL_ONENET_DOUBLE:
        read_number_specs(im, none ? empty : specs, field);
        break;
    case OL_ONENET_STRING:
        field->length =
            read_length(im, none ? empty : specs, OL_STR("length"), OL_STR("size"));
        break;
    case OL_ONENET_BOOL:
    case OL_ONENET_BITMAP:
    case OL_ONENET_ENUM:
        if (!none && specs.ptr[0] == '{') {
            read_labels(im, specs, field);
        }
        if (field->type == OL_ONENET_ENUM && field->label_count == 0) {
            ol_onenet_import_fail(im, OL_ONENET_IMPORT_LABEL, specs);
        }
        break;
    case OL_ONENET_STRUCT:
        ol_onenet_import_field_list(im, specs, OL_ONENET_MEMBER, &field->first_child,
                                    &field->child_count);
        break;
    case OL_ONENET_ARRAY:
        read_array(im, specs, field);
        break;
    case OL_ONENET_DATE:
        break;
    }
}

/* {"type":"int32","specs":...} */
static void read_type(struct ol_onenet_import *im, struct ol_str object,
                      enum ol_onenet_place place, struct ol_onenet_field *field)
{
    struct ol_str word = ol_onenet_import_member(im, object, OL_STR("type"));
    uint32_t mark = ol_onenet_import_push(im, OL_STR("type"));
    int found = -1;
    for (int i = 0; i <= OL_ONENET_ARRAY; i++) {
        const char *type = ol_onenet_type_str((enum ol_onenet_type)i);
        if (ol_str_equal(ol_onenet_import_bare(word), ol_str_from(type))) {
            found = i;
        }
    }
    if (found < 0) {
        ol_onenet_import_fail(
            im, word.len == 0 ? OL_ONENET_IMPORT_MISSING : OL_ONENET_IMPORT_TYPE, word);
        return;
    }
    field->type = (enum ol_onenet_type)found;
    if (!may_stand(field->type, place)) {
        ol_onenet_import_fail(im, OL_ONENET_IMPORT_NESTED, word);
    }
    ol_onenet_import_pop(im, mark);
    struct ol_str specs = ol_onenet_import_member(im, object, OL_STR("specs"));
    mark = ol_onenet_import_push(im, OL_STR("specs"));
    if (!ol_onenet_import_failed(im)) {
        read_specs(im, specs, field);
    }
    ol_onenet_import_pop(im, mark);
}

struct ol_str ol_onenet_import_identifier(struct ol_onenet_import *im,
                                          struct ol_str object)
{
    static const struct ol_str name = OL_STR_INIT("identifier");
    struct ol_str value = ol_onenet_import_member(im, object, name);
    uint32_t mark = ol_onenet_import_push(im, name);
    if (ol_onenet_import_is_none(value)) {
        ol_onenet_import_fail(im, OL_ONENET_IMPORT_MISSING, object);
    }
    struct ol_str identifier = ol_onenet_import_copy(im, value);
    if (!ol_onenet_identifier_is_valid(identifier)) {
        ol_onenet_import_fail(im, OL_ONENET_IMPORT_IDENTIFIER, value);
    }
    ol_onenet_import_pop(im, mark);
    return identifier;
}

void ol_onenet_import_field(struct ol_onenet_import *im, struct ol_str object,
                            enum ol_onenet_place place, struct ol_onenet_field *field)
{
    field->identifier = ol_onenet_import_identifier(im, object);
    field->name = ol_onenet_import_text(im, object, OL_STR("name"));
    field->desc = ol_onenet_import_text(im, object, OL_STR("desc"));
    struct ol_str type = ol_onenet_import_member(im, object, OL_STR("dataType"));
    uint32_t mark = ol_onenet_import_push(im, OL_STR("dataType"));
    if (ol_onenet_import_is_none(type)) {
        ol_onenet_import_fail(im, OL_ONENET_IMPORT_MISSING, object);
    } else {
        read_type(im, type, place, field);
    }
    ol_onenet_import_pop(im, mark);
}

static bool is_known(const struct ol_onenet_field *fields, uint32_t count,
                     struct ol_str identifier)
{
    for (uint32_t i = 0; i < count; i++) {
        if (ol_str_equal(fields[i].identifier, identifier)) {
            return true;
        }
    }
    return false;
}

void ol_onenet_import_field_list(struct ol_onenet_import *im, struct ol_str array,
                                 enum ol_onenet_place place, uint16_t *first,
                                 uint16_t *count)
{
    struct ol_onenet_import_walk walk = ol_onenet_import_walk(im, array);
    uint32_t wanted = ol_onenet_import_walk_count(walk);
    if (wanted > OL_ONENET_POINTS_MAX) {
        ol_onenet_import_fail(im, OL_ONENET_IMPORT_POINTS, array);
    }
    if (!ol_onenet_import_fields(im, wanted, first)) {
        return;
    }
    *count = (uint16_t)wanted;
    struct ol_onenet_field *fields = im->room->fields + *first;
    while (!ol_onenet_import_failed(im) && ol_onenet_import_walk_next(&walk)) {
        uint32_t mark = ol_onenet_import_push_index(im, walk.index);
        struct ol_onenet_field *field = &fields[walk.index];
        ol_onenet_import_field(im, walk.value, place, field);
        if (is_known(fields, walk.index, field->identifier)) {
            ol_onenet_import_fail(im, OL_ONENET_IMPORT_TWICE, walk.value);
        }
        ol_onenet_import_pop(im, mark);
    }
}
