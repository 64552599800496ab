/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_ONENET_VALUE_H
#define ONELINK_ONENET_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "onelink/base/buf.h"
#include "onelink/base/status.h"
#include "onelink/json/number.h"
#include "onelink/json/reader.h"
#include "onelink/onenet/model.h"

/* Values of properties: from a source to the model's type, and from JSON text checked as
 * strictly as the platform does. docs/protocol.md §3.2. */

enum ol_onenet_value_kind {
    OL_ONENET_VALUE_INT,
    OL_ONENET_VALUE_DEC,
    OL_ONENET_VALUE_BOOL,
    OL_ONENET_VALUE_STRING, /* UTF-8; `escaped` tells that it is still JSON-escaped */
    OL_ONENET_VALUE_JSON    /* the text of a JSON value, for struct and array */
};

struct ol_onenet_value {
    enum ol_onenet_value_kind kind;
    bool escaped;
    union {
        int64_t i;
        struct ol_dec dec;
        bool b;
        struct ol_str s; /* STRING, JSON: the caller's bytes */
    } as;
};

/* Fill a value. */
static inline void ol_onenet_value_set_int(struct ol_onenet_value *out, int64_t v)
{
    out->kind = OL_ONENET_VALUE_INT;
    out->escaped = false;
    out->as.i = v;
}

static inline void ol_onenet_value_set_dec(struct ol_onenet_value *out,
                                           const struct ol_dec *v)
{
    out->kind = OL_ONENET_VALUE_DEC;
    out->escaped = false;
    out->as.dec.mantissa = v->mantissa; /* by member: cheaper than a memcpy of 16 bytes */
    out->as.dec.exponent = v->exponent;
}

static inline void ol_onenet_value_set_bool(struct ol_onenet_value *out, bool v)
{
    out->kind = OL_ONENET_VALUE_BOOL;
    out->escaped = false;
    out->as.b = v;
}

static inline void ol_onenet_value_set_str(struct ol_onenet_value *out, struct ol_str v)
{
    out->kind = OL_ONENET_VALUE_STRING;
    out->escaped = false;
    out->as.s = v;
}

static inline void ol_onenet_value_set_json(struct ol_onenet_value *out,
                                            struct ol_str text)
{
    out->kind = OL_ONENET_VALUE_JSON;
    out->escaped = false;
    out->as.s = text;
}

/* The same as expressions. */
static inline struct ol_onenet_value ol_onenet_value_int(int64_t v)
{
    return (struct ol_onenet_value){.kind = OL_ONENET_VALUE_INT, .as = {.i = v}};
}

static inline struct ol_onenet_value ol_onenet_value_dec(struct ol_dec v)
{
    return (struct ol_onenet_value){.kind = OL_ONENET_VALUE_DEC, .as = {.dec = v}};
}

static inline struct ol_onenet_value ol_onenet_value_bool(bool v)
{
    return (struct ol_onenet_value){.kind = OL_ONENET_VALUE_BOOL, .as = {.b = v}};
}

static inline struct ol_onenet_value ol_onenet_value_str(struct ol_str v)
{
    return (struct ol_onenet_value){.kind = OL_ONENET_VALUE_STRING, .as = {.s = v}};
}

static inline struct ol_onenet_value ol_onenet_value_json(struct ol_str text)
{
    return (struct ol_onenet_value){.kind = OL_ONENET_VALUE_JSON, .as = {.s = text}};
}

/* A double as the shortest decimal that reads back as it (kind DEC). OL_E_ARG: NaN or an
 * infinity, which no JSON can carry: report nothing. Naming it links double arithmetic.
 */
OL_MUST int32_t ol_onenet_value_from_double(double v, struct ol_onenet_value *out);

/* What is wrong with a value. The platform's code and words for it: refusal.h. */
enum ol_onenet_value_error {
    OL_ONENET_VALUE_OK = 0,
    OL_ONENET_VALUE_TYPE,    /* another type is needed */
    OL_ONENET_VALUE_RANGE,   /* below min, above max or beyond the type */
    OL_ONENET_VALUE_STEP,    /* between two steps */
    OL_ONENET_VALUE_LENGTH,  /* a string or an array longer than allowed */
    OL_ONENET_VALUE_ENUM,    /* not one of the values */
    OL_ONENET_VALUE_MEMBER,  /* a struct with a member too many or missing */
    OL_ONENET_VALUE_NULL,    /* null, or nothing where a value is required */
    OL_ONENET_VALUE_NOT_JSON /* the text is not one JSON value */
};

/* "out of range", "not a step" ...: for a log. Static storage. */
const char *ol_onenet_value_error_str(enum ol_onenet_value_error error);

/* Converts a source value to the type of the field. A string source stays the caller's.
 *
 *   field type             from INT             DEC              BOOL     STRING   JSON
 *   int32 int64 date       as is, on a step     nearest step     0, 1     TYPE checked
 *   float double           as is, on a step     nearest step     0, 1     TYPE checked
 *   bool                   0, 1, else RANGE     0, 1, else RANGE as is    TYPE checked
 *   enum                   one of its values    if an integer    0, 1     TYPE checked
 *   bitMap                 not negative         if an integer    0, 1     TYPE checked
 *   string                 decimal text is not made: TYPE        TYPE     length checked
 *   struct array           TYPE                 TYPE             TYPE     TYPE checked
 *
 * A number between two steps goes to the nearest one, half away from zero; an integer
 * type without a step has steps of 1. Steps count from min, or from 0 without a min. The
 * rounded value is held against min and max; where the nearest step lies outside but the
 * source itself inside, the nearest step inside is taken. Exact while source and step
 * together span 18 digits; beyond that a source that is on a step is kept and any other
 * is RANGE. A min at the limit of its type counts as one that is on a step. JSON text is
 * checked by ol_onenet_value_check and kept as it is. out is INT, DEC, BOOL, STRING or
 * JSON; untouched on error. */
OL_MUST enum ol_onenet_value_error
ol_onenet_value_convert(const struct ol_onenet_model *model,
                        const struct ol_onenet_field *field,
                        const struct ol_onenet_value *in, struct ol_onenet_value *out);

/* Checks the text of one JSON value against a field as the platform does: no number for a
 * bool, no fraction for an integer ("1.0" is refused too), min, max and step, string
 * length in characters, the values of an enum; members of a struct all there, known and
 * right; elements of an array. Bounded recursion: array of struct of plain types is the
 * deepest. */
OL_MUST enum ol_onenet_value_error
ol_onenet_value_check(const struct ol_onenet_model *model,
                      const struct ol_onenet_field *field, struct ol_str json);

/* Checks like ol_onenet_value_check and gives the typed value: INT for int32, int64,
 * enum, date, bitMap; DEC for float, double; BOOL; STRING (between the quotes, `escaped`
 * set when it has escapes); JSON for struct and array. *coerced, if not NULL, allows 0
 * and 1 for a bool and tells that this happened. Spans point into json. */
OL_MUST enum ol_onenet_value_error
ol_onenet_value_decode(const struct ol_onenet_model *model,
                       const struct ol_onenet_field *field, struct ol_str json,
                       struct ol_onenet_value *out, bool *coerced);

/* Appends the value as JSON text. What does not fit or is not UTF-8 sets w->over. */
void ol_onenet_value_encode(struct ol_writer *w, const struct ol_onenet_value *value);

/* The decoded text of a STRING into out[cap], without NUL. Returns its length.
 * OL_E_NOSPC: it does not fit. OL_E_ARG: not a STRING. */
OL_MUST int32_t ol_onenet_value_text(const struct ol_onenet_value *value, char *out,
                                     size_t cap);

#endif
