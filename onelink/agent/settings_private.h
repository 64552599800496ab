/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_AGENT_SETTINGS_PRIVATE_H
#define ONELINK_AGENT_SETTINGS_PRIVATE_H

#include "onelink/agent/settings.h"

/* The choices of an OL_SETTING_BOOL. */
#define OL_SETTING_BOOLS "false|true"

/* A key as written, taken apart: which rows of the table it may name, and which one it does. */
struct ol_setting_name {
    const struct ol_setting *rows;
    size_t count;
    const struct ol_setting *row; /* NULL: none has this name */
    struct ol_str name;
    struct ol_str identifier; /* of a property; may be empty or none */
    bool is_property;
};

/* Takes a key apart. Spans point into it. */
struct ol_setting_name ol_setting_name_decode(struct ol_str key);

#endif
