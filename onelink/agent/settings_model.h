/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_AGENT_SETTINGS_MODEL_H
#define ONELINK_AGENT_SETTINGS_MODEL_H

#include "onelink/agent/settings.h"
#include "onelink/onenet/model.h"

/* Both count int32, int64, float, double, bool, enum, string. */
_Static_assert((int)OL_SETTING_PROPERTY_INT32 == (int)OL_ONENET_INT32 &&
                   (int)OL_SETTING_PROPERTY_INT64 == (int)OL_ONENET_INT64 &&
                   (int)OL_SETTING_PROPERTY_FLOAT == (int)OL_ONENET_FLOAT &&
                   (int)OL_SETTING_PROPERTY_DOUBLE == (int)OL_ONENET_DOUBLE &&
                   (int)OL_SETTING_PROPERTY_BOOL == (int)OL_ONENET_BOOL &&
                   (int)OL_SETTING_PROPERTY_STRING == (int)OL_ONENET_STRING,
               "the types of settings and models are numbered differently");

/* The model's type of a property whose setting `type` is the number `setting`. An enum without
 * a model has no list of values: it is a whole number on the wire. */
static inline enum ol_onenet_type ol_settings_model_type(int64_t setting)
{
    return setting == OL_SETTING_PROPERTY_ENUM ? OL_ONENET_INT32
                                               : (enum ol_onenet_type)setting;
}

#endif
