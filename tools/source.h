/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_SOURCE_H
#define TOOLS_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "onelink/agent/settings.h"
#include "onelink/onenet/value.h"
#include "tools/sim.h"

/* Where the values of a property come from: property.X.source and its companions. */
enum cli_source_kind {
    CLI_SOURCE_NONE, /* it is only set by commands, or not used */
    CLI_SOURCE_FILE,
    CLI_SOURCE_SIM,
    CLI_SOURCE_STDIO /* values come by themselves, see stdio.h */
};

#define CLI_SOURCE_PATH_MAX 1024
#define CLI_SOURCE_TEXT_MAX 16384 /* bytes of a file that are looked at */

struct cli_source {
    enum cli_source_kind kind;
    char path[CLI_SOURCE_PATH_MAX + 1];
    unsigned field;
    struct ol_dec scale;
    struct ol_dec offset;
    struct cli_sim sim;
};

/* Where a reading lives until the next one with the same room. */
struct cli_source_room {
    char text[CLI_SOURCE_TEXT_MAX];
};

/* Fills *out from the settings of one property. true, or false and *err in the manner of
 * the settings. The settings are not needed afterwards. */
bool cli_source_init(struct cli_source *out, const struct ol_settings_property *settings,
                     struct ol_setting_error *err);

/* Takes a reading. text: the property is a string, so the first line of a file is its
 * value. true and *out, or false and why[cap]. Only for FILE and SIM. */
bool cli_source_read(struct cli_source *s, ol_ms elapsed, bool text,
                     struct cli_source_room *room, struct ol_onenet_value *out, char *why,
                     size_t cap);

#endif
