/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_FAULTS_H
#define TOOLS_FAULTS_H

#include <stdbool.h>

#include "onelink/agent/settings.h"

/* What is wrong with a settings file: told on standard error, a sentence a line, all
 * of it at once, so that one start shows every line that has to be mended. */

#define CLI_FAULTS_MAX 10 /* of which the text is printed; the others are counted */

struct cli_faults {
    const char *path; /* of the settings file */
    unsigned count;
};

/* One fault. Control characters come out as '?'. */
void cli_fault_tell(struct cli_faults *f, const struct ol_setting_error *err);

/* A fault of a property, or of err->setting of it; sets err->key. */
void cli_fault_tell_property(struct cli_faults *f, struct ol_str identifier,
                             struct ol_setting_error *err);

/* A fault of a setting: reason and allowed as in struct ol_setting_error. */
void cli_fault_tell_reason(struct cli_faults *f, const struct ol_settings *settings,
                           enum ol_setting_key key, const char *reason,
                           const char *allowed);

/* How many there are besides those printed, where there are. */
void cli_faults_end(const struct cli_faults *f);

#endif
