/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_BACKLOG_H
#define TOOLS_BACKLOG_H

#include <stdbool.h>
#include <stdint.h>

#include "onelink/onenet/model.h"

/* How many reports the values that wait will take: one report goes out a second, with
 * one value of each property (docs/protocol.md §1.7). Tells when values come faster
 * than that. All zero at first. */
struct cli_backlog {
    uint32_t
        waiting[OL_ONENET_POINTS_MAX]; /* values of each property that are not sent */
    uint32_t reports;                  /* as of the last cli_backlog_step */
    uint32_t base; /* what was left over from a time offline, and is still there */
    bool growing;  /* told, and not over yet */
};

#define CLI_BACKLOG_MANY 10 /* reports, so seconds, that are worth a word */

enum cli_backlog_change {
    CLI_BACKLOG_SAME,
    CLI_BACKLOG_GROWS, /* CLI_BACKLOG_MANY more have gathered while online */
    CLI_BACKLOG_SHRINKS
};

/* A value of the property was accepted. */
void cli_backlog_add(struct cli_backlog *b, uint16_t property);

/* A value of it was sent. */
void cli_backlog_take(struct cli_backlog *b, uint16_t property);

/* Its values were dropped. */
void cli_backlog_drop(struct cli_backlog *b, uint16_t property);

/* Looks at it: total is how many values of all properties wait, as the agent has it,
 * which knows of some that are not counted here. */
enum cli_backlog_change cli_backlog_step(struct cli_backlog *b, uint32_t total,
                                         bool online);

#endif
