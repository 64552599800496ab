/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_COMMAND_H
#define TOOLS_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "onelink/agent/settings.h"
#include "onelink/onenet/value.h"

/* What a command from the platform does to a property: property.X.command. */
enum cli_command_kind {
    CLI_COMMAND_KEEP,  /* nothing but taking the value over */
    CLI_COMMAND_FILE,  /* writes it to a file */
    CLI_COMMAND_STDOUT /* prints it as a JSON object on standard output */
};

#define CLI_COMMAND_PATH_MAX 1024

struct cli_command {
    enum cli_command_kind kind;
    char path[CLI_COMMAND_PATH_MAX + 1];
};

/* Reads the setting; KEEP when it is not set. true, or false and *err in the manner of
 * the settings. */
bool cli_command_init(struct cli_command *out,
                      const struct ol_settings_property *settings,
                      struct ol_setting_error *err);

/* FILE: whether the file can be written, without writing. false and why[cap]. */
bool cli_command_check(const struct cli_command *c, char *why, size_t cap);

/* FILE: writes the value and a newline: numbers in decimal, true and false as 1 and 0,
 * strings as they are. false and why[cap]. */
bool cli_command_write(const struct cli_command *c, const struct ol_onenet_value *value,
                       char *why, size_t cap);

#endif
