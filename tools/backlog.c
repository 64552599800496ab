/* SPDX-License-Identifier: MIT */
#include "tools/backlog.h"

#include <string.h>

void cli_backlog_add(struct cli_backlog *b, uint16_t property)
{
    b->waiting[property]++;
}

void cli_backlog_take(struct cli_backlog *b, uint16_t property)
{
    /* Values of commands go out too, and were never added. */
    b->waiting[property] -= b->waiting[property] > 0;
}

void cli_backlog_drop(struct cli_backlog *b, uint16_t property)
{
    b->waiting[property] = 0;
}

static uint32_t count_reports(struct cli_backlog *b, uint32_t total)
{
    uint32_t most = 0;
    if (total == 0) {
        memset(b->waiting, 0, sizeof(b->waiting));
    }
    for (size_t i = 0; i < OL_ONENET_POINTS_MAX; i++) {
        most = b->waiting[i] > most ? b->waiting[i] : most;
    }
    return most < total ? most : total;
}

enum cli_backlog_change cli_backlog_step(struct cli_backlog *b, uint32_t total,
                                         bool online)
{
    b->reports = count_reports(b, total);
    if (!online || b->reports < b->base) {
        b->base = b->reports;
    }
    if (!online) {
        b->growing = false;
        return CLI_BACKLOG_SAME;
    }
    if (!b->growing && b->reports > b->base + CLI_BACKLOG_MANY) {
        b->growing = true;
        return CLI_BACKLOG_GROWS;
    }
    if (b->growing && b->reports <= b->base + CLI_BACKLOG_MANY / 2) {
        b->growing = false;
        return CLI_BACKLOG_SHRINKS;
    }
    return CLI_BACKLOG_SAME;
}
