/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_ONENET_PARAMS_CHECK_H
#define ONELINK_ONENET_PARAMS_CHECK_H

#include "onelink/onenet/onejson.h"

/* Inside of the layer: ol_onenet_post_check (wrapped values) or, for a command,
 * ol_onenet_set_check (bare values of writable properties). tolerant takes 0 and 1 for a
 * bool, as a device does. */
struct ol_onenet_refusal ol_onenet_params_check(const struct ol_onenet_model *model,
                                                struct ol_str params, bool command,
                                                bool tolerant);

#endif
