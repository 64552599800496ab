/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_ONENET_MODEL_IMPORT_H
#define ONELINK_ONENET_MODEL_IMPORT_H

#include <stddef.h>
#include <stdint.h>

#include "onelink/base/status.h"
#include "onelink/onenet/model.h"

/* Reads the thing model that the console exports, with all its dialects: numbers as
 * numbers or strings, "" or null for "none", both forms of array and string length,
 * optional version, profile, combs, required, a leading byte-order mark. docs/protocol.md
 * §3. */

/* Where the tables go. Every array belongs to the caller and must outlive the model. */
struct ol_onenet_model_room {
    struct ol_onenet_field *fields;
    struct ol_onenet_label *labels;
    struct ol_onenet_event *events;
    struct ol_onenet_service *services;
    char *text; /* names and descriptions, decoded */
    uint16_t field_cap, label_cap, event_cap, service_cap;
    uint32_t text_cap;
};

/* Why a model file is refused. */
enum ol_onenet_import_reason {
    OL_ONENET_IMPORT_OK = 0,
    OL_ONENET_IMPORT_JSON,       /* not JSON; offset says where */
    OL_ONENET_IMPORT_KIND,       /* another kind of JSON value is needed there */
    OL_ONENET_IMPORT_MISSING,    /* a member that must be there is not */
    OL_ONENET_IMPORT_TWICE,      /* the same member, or the same identifier, twice */
    OL_ONENET_IMPORT_IDENTIFIER, /* not a valid identifier */
    OL_ONENET_IMPORT_TYPE,       /* not the name of a type */
    OL_ONENET_IMPORT_NESTED,     /* this type may not stand inside a struct or an array */
    OL_ONENET_IMPORT_NUMBER,     /* not a number, or one with too many digits */
    OL_ONENET_IMPORT_RANGE,      /* min is above max, step below 0, or beyond the type */
    OL_ONENET_IMPORT_LENGTH,     /* a length below 1 or above 1048576 */
    OL_ONENET_IMPORT_LABEL,  /* an enum without values, or one that is not an integer */
    OL_ONENET_IMPORT_WORD,   /* none of the words allowed there (accessMode, ...) */
    OL_ONENET_IMPORT_POINTS, /* more than OL_ONENET_POINTS_MAX function points */
    OL_ONENET_IMPORT_FIELDS_FULL, /* room->fields is too small; the next four likewise */
    OL_ONENET_IMPORT_LABELS_FULL,
    OL_ONENET_IMPORT_EVENTS_FULL,
    OL_ONENET_IMPORT_SERVICES_FULL,
    OL_ONENET_IMPORT_TEXT_FULL
};

/* What is wrong and where. path is the JSON path of the value, NUL-terminated:
 * "properties[3].dataType.specs.max"; cut at its end when it is longer. It has letters,
 * digits, "_$.[]" and '?' for any other byte of a member name. */
struct ol_onenet_import_error {
    enum ol_onenet_import_reason reason;
    uint32_t offset; /* byte of the file where reading stopped */
    char path[112];
    char
        needed; /* OL_ONENET_IMPORT_KIND: first characters of the kind of value that is needed
                    and of the one that is there, for ol_onenet_import_kind_str */
    char found;
};

/* A sentence fragment for a person: "min is above max". Never NULL, static storage. */
const char *ol_onenet_import_reason_str(enum ol_onenet_import_reason reason);

/* The kind of JSON value that begins with this character: "an object", "a number"; "nothing"
 * for NUL, where there is none. Never NULL, static storage. */
const char *ol_onenet_import_kind_str(char first);

/* Room that suffices for the text, for a caller that allocates: sets the five caps of
 * *room (pointers untouched). Text that is not JSON gets some figures too. Counts above
 * what the caps hold are cut to them; such a file is refused by the import. */
void ol_onenet_model_measure(const void *text, size_t len,
                             struct ol_onenet_model_room *room);

/* Reads text[0..len), which may go away afterwards.
 * OL_OK: *model is set and points into the room. OL_E_ARG: the file is wrong. OL_E_NOSPC:
 * a table of the room is full. Then *error is set and *model is meaningless. error may be
 * NULL.
 */
OL_MUST int32_t ol_onenet_model_import(const void *text, size_t len,
                                       const struct ol_onenet_model_room *room,
                                       struct ol_onenet_model *model,
                                       struct ol_onenet_import_error *error);

#endif
