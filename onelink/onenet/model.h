/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_ONENET_MODEL_H
#define ONELINK_ONENET_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "onelink/base/str.h"
#include "onelink/json/number.h"
#include "onelink/json/reader.h"

/* A thing model as tables: filled by ol_onenet_model_import (model_import.h) or written
 * down as static const data. docs/protocol.md §3.
 *
 *     static const struct ol_onenet_field fields[] = {
 *         {.identifier = OL_STR_INIT("temp"), .type = OL_ONENET_FLOAT,
 *          .has_min = true, .min = {-40, 0}, .has_max = true, .max = {85, 0},
 *          .has_step = true, .step = {1, -1}},
 *         {.identifier = OL_STR_INIT("led"), .type = OL_ONENET_BOOL, .writable = true},
 *     };
 *     static const struct ol_onenet_model model = {
 *         .fields = fields, .field_count = 2, .property_count = 2};
 */

/* Function points (properties, events and services together) of a product. §3.1. */
#define OL_ONENET_POINTS_MAX 100

enum ol_onenet_type {
    OL_ONENET_INT32,
    OL_ONENET_INT64,
    OL_ONENET_FLOAT,
    OL_ONENET_DOUBLE,
    OL_ONENET_BOOL,
    OL_ONENET_ENUM,
    OL_ONENET_STRING,
    OL_ONENET_DATE,
    OL_ONENET_BITMAP,
    OL_ONENET_STRUCT,
    OL_ONENET_ARRAY
};

/* "int32", "bitMap" ...: the word of the model file. Static storage. */
const char *ol_onenet_type_str(enum ol_onenet_type type);

/* functionType: who defined the point. */
enum ol_onenet_origin { OL_ONENET_CUSTOM, OL_ONENET_SYSTEM, OL_ONENET_STANDARD };

/* A named value: of an enum, the two of a bool (0 false, 1 true), a bit of a bitMap. */
struct ol_onenet_label {
    int32_t value;
    struct ol_str text;
};

/* A property, a parameter of an event or service, a member of a struct, or the element of
 * an array. The element has an empty identifier. */
struct ol_onenet_field {
    struct ol_str identifier;
    /* Bytes lie where a small machine reaches them with one short instruction. */
    enum ol_onenet_type type;
    enum ol_onenet_origin origin;
    bool writable; /* accessMode "rw": may be set by a command */
    bool required;
    bool has_min, has_max, has_step;
    uint16_t first_label, label_count; /* in model.labels */
    uint16_t first_child, child_count; /* in model.fields: STRUCT its members, ARRAY one
                                          element field */
    uint32_t length; /* STRING: characters at most, ARRAY: elements at most;
                        0 = no limit */
    struct ol_dec min, max,
        step; /* numbers; step counts from min, or from 0 without it; one that is not
                 above 0 is none */
    struct ol_str name; /* for people, UTF-8 */
    struct ol_str desc;
    struct ol_str unit;
};

enum ol_onenet_event_type { OL_ONENET_INFO, OL_ONENET_ALERT, OL_ONENET_ERROR };

struct ol_onenet_event {
    struct ol_str identifier;
    struct ol_str name;
    struct ol_str desc;
    enum ol_onenet_event_type type;
    enum ol_onenet_origin origin;
    bool required;
    uint16_t first_output, output_count; /* in model.fields */
};

struct ol_onenet_service {
    struct ol_str identifier;
    struct ol_str name;
    struct ol_str desc;
    enum ol_onenet_origin origin;
    bool asynchronous; /* callType "a" */
    bool required;
    uint16_t first_input, input_count;   /* in model.fields */
    uint16_t first_output, output_count; /* in model.fields */
};

/* All tables belong to the caller and must outlive the model. */
struct ol_onenet_model {
    const struct ol_onenet_field
        *fields; /* the properties first, then what belongs to others */
    uint16_t field_count;
    uint16_t property_count; /* fields[0..property_count) are the properties */
    const struct ol_onenet_label *labels;
    uint16_t label_count;
    const struct ol_onenet_event *events;
    uint16_t event_count;
    const struct ol_onenet_service *services;
    uint16_t service_count;
    struct ol_str version;    /* "1.0" or empty */
    struct ol_str product_id; /* profile.productId or empty */
};

/* The index of the property in model->fields, or -1. */
int32_t ol_onenet_property_find(const struct ol_onenet_model *model,
                                struct ol_str identifier);

/* The same for a member name read from JSON text (a KEY or STRING token, perhaps
 * escaped). */
int32_t ol_onenet_property_find_token(const struct ol_onenet_model *model,
                                      const struct ol_json_token *token);

/* The label of a value of that field; the empty span when it has none. */
struct ol_str ol_onenet_label_find(const struct ol_onenet_model *model,
                                   const struct ol_onenet_field *field, int64_t value);

#endif
