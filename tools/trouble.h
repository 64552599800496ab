/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_TROUBLE_H
#define TOOLS_TROUBLE_H

#include <stdbool.h>
#include <stdint.h>

#include "onelink/base/time.h"

/* Something that goes wrong again and again: told when it begins, then once a minute.
 * All zero at first. */
struct cli_trouble {
    uint32_t count; /* how often so far; 0: all is well */
    ol_ms told_at;
};

#define CLI_TROUBLE_SPACE_MS 60000

/* It went wrong. true: tell it. */
bool cli_trouble_add(struct cli_trouble *t, ol_ms now);

/* It went well. Returns how often it had gone wrong since it began. */
uint32_t cli_trouble_end(struct cli_trouble *t);

#endif
