/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_ONENET_MODEL_CURSOR_H
#define ONELINK_ONENET_MODEL_CURSOR_H

#include "onelink/onenet/model_import.h"

/* Inside of the model import. The text is known to be JSON, so a value is a span of it
 * and its first character tells its kind. The first failure sticks, with the path that
 * stands then; everything after it is of no consequence, so callers check once, at their
 * end. */
struct ol_onenet_import {
    const struct ol_onenet_model_room *room;
    struct ol_onenet_model *model;
    struct ol_onenet_import_error *error;
    const char *text;
    uint32_t path_len; /* of the whole path; what exceeds error->path is not kept */
    uint32_t text_len; /* of room->text */
    uint16_t field_count, label_count;
};

/* Where a type stands, which decides what it may be. docs/protocol.md §3.2. */
enum ol_onenet_place { OL_ONENET_TOP, OL_ONENET_ELEMENT, OL_ONENET_MEMBER };

/* An error was recorded: stop, the caller gets it. */
bool ol_onenet_import_failed(const struct ol_onenet_import *im);

/* Records the reason at the current path and, where value is not empty, its offset. */
void ol_onenet_import_fail(struct ol_onenet_import *im,
                           enum ol_onenet_import_reason reason, struct ol_str value);

/* The same with OL_ONENET_IMPORT_KIND: needed is the first character of the kind that is
 * needed there. */
void ol_onenet_import_fail_kind(struct ol_onenet_import *im, char needed,
                                struct ol_str value);

/* Lengthen the path by ".name" or "[index]"; pop takes it back to what push returned. */
uint32_t ol_onenet_import_push(struct ol_onenet_import *im, struct ol_str name);
uint32_t ol_onenet_import_push_index(struct ol_onenet_import *im, uint32_t index);
void ol_onenet_import_pop(struct ol_onenet_import *im, uint32_t mark);

/* The value is absent, null or "". */
bool ol_onenet_import_is_none(struct ol_str value);

/* The value of a member; the empty span when there is none. Fails with KIND when object
 * is not one, with TWICE when the name occurs twice. */
struct ol_str ol_onenet_import_member(struct ol_onenet_import *im, struct ol_str object,
                                      struct ol_str name);

/* Member name or, where that is absent, other (a dialect's spelling). *used gets the one.
 */
struct ol_str ol_onenet_import_member_either(struct ol_onenet_import *im,
                                             struct ol_str object, struct ol_str name,
                                             struct ol_str other, struct ol_str *used);

/* A string member copied into the room; none gives the empty span. */
struct ol_str ol_onenet_import_text(struct ol_onenet_import *im, struct ol_str object,
                                    struct ol_str name);

/* The string value copied into the room. */
struct ol_str ol_onenet_import_copy(struct ol_onenet_import *im, struct ol_str value);

/* The index of a string (or number) member among words[0..count), fallback for none. */
int ol_onenet_import_word(struct ol_onenet_import *im, struct ol_str object,
                          struct ol_str name, const struct ol_str *words, int count,
                          int fallback);

/* A boolean member; none is false. */
bool ol_onenet_import_flag(struct ol_onenet_import *im, struct ol_str object,
                           struct ol_str name);

/* The characters of a number or of a string without escapes: numbers come as both. */
struct ol_str ol_onenet_import_bare(struct ol_str value);

/* The elements of an array: walk->value is the next one and its index is walk->index. */
struct ol_onenet_import_walk {
    struct ol_json_reader reader;
    struct ol_str value;
    uint32_t index;
};

/* Starts a walk over an array; none is an empty one. Fails with KIND. */
struct ol_onenet_import_walk ol_onenet_import_walk(struct ol_onenet_import *im,
                                                   struct ol_str array);

/* The next element, or false. */
bool ol_onenet_import_walk_next(struct ol_onenet_import_walk *walk);

/* How many elements the array has; walk is one that was just started. */
uint32_t ol_onenet_import_walk_count(struct ol_onenet_import_walk walk);

/* count fields in a row; *first gets the index of the first. Fails with FIELDS_FULL. */
bool ol_onenet_import_fields(struct ol_onenet_import *im, uint32_t count,
                             uint16_t *first);

/* The member "identifier" copied into the room. Fails with MISSING, IDENTIFIER. */
struct ol_str ol_onenet_import_identifier(struct ol_onenet_import *im,
                                          struct ol_str object);

/* Reads identifier, name, desc and dataType of an object into *field. */
void ol_onenet_import_field(struct ol_onenet_import *im, struct ol_str object,
                            enum ol_onenet_place place, struct ol_onenet_field *field);

/* Reads an array of parameters or members (none is an empty one) into fields of their
 * own, with identifiers that differ. */
void ol_onenet_import_field_list(struct ol_onenet_import *im, struct ol_str array,
                                 enum ol_onenet_place place, uint16_t *first,
                                 uint16_t *count);

#endif
