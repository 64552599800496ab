/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_ONENET_VALUE_TOKEN_H
#define ONELINK_ONENET_VALUE_TOKEN_H

#include "onelink/onenet/value.h"

/* Inside of the layer: ol_onenet_value_decode for a value whose first token, *t, was just
 * read from *r. After OK the reader stands behind the value; after an error of a struct
 * or an array it stands somewhere inside. */
OL_MUST enum ol_onenet_value_error
ol_onenet_value_decode_token(const struct ol_onenet_model *model,
                             const struct ol_onenet_field *field,
                             struct ol_json_reader *r, const struct ol_json_token *t,
                             struct ol_onenet_value *out, bool *coerced);

#endif
