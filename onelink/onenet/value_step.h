/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_ONENET_VALUE_STEP_H
#define ONELINK_ONENET_VALUE_STEP_H

#include <stdbool.h>

#include "onelink/onenet/value.h"

/* Inside of the value module: the arithmetic of min, max and step. Decimals go by
 * pointer, because a small machine copies 16 bytes for each that goes by value. */

/* *v to the nearest base + n * step, half away from zero; step is above 0. Where that is
 * above *max (may be NULL) and *v was not, the step below it. false: more than 18 digits
 * are needed; *v is untouched. */
bool ol_onenet_step_round(struct ol_dec *v, const struct ol_dec *base,
                          const struct ol_dec *step, const struct ol_dec *max);

/* A number of a numeric field against its type's limits, min, max and, if wanted, step.
 */
enum ol_onenet_value_error ol_onenet_number_check(const struct ol_onenet_field *field,
                                                  const struct ol_dec *v, bool with_step);

/* A whole number of an int32, enum, date or bitMap against the limits of its type, and an
 * enum's against its values. */
enum ol_onenet_value_error ol_onenet_integer_check(const struct ol_onenet_model *model,
                                                   const struct ol_onenet_field *field,
                                                   int64_t v);

/* What steps count from. */
static inline const struct ol_dec *
ol_onenet_step_base(const struct ol_onenet_field *field)
{
    static const struct ol_dec zero = {0, 0};
    return field->has_min ? &field->min : &zero;
}

#endif
