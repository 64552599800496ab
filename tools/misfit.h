/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_MISFIT_H
#define TOOLS_MISFIT_H

#include "onelink/base/buf.h"
#include "onelink/onenet/model.h"
#include "onelink/onenet/value.h"

/* Values that do not fit their property, in words. */

/* Writes "count = 5000 is out of range; allowed: 0 to 1000" for a value that
 * ol_onenet_value_convert refused with this error; LENGTH also for one that no report
 * has room for. Long values and lists are cut; 512 bytes always suffice. */
void cli_misfit_encode(struct ol_writer *w, const struct ol_onenet_model *model,
                       const struct ol_onenet_field *field,
                       const struct ol_onenet_value *value,
                       enum ol_onenet_value_error error);

/* Writes "count takes whole numbers: 5.5 was reported as 6", or with steps, for a
 * value that fits an integer type after rounding. false, and nothing is written: it
 * was not rounded, or another type rounds as a matter of course. */
bool cli_misfit_rounding_encode(struct ol_writer *w, const struct ol_onenet_model *model,
                                const struct ol_onenet_field *field,
                                const struct ol_onenet_value *value);

#endif
