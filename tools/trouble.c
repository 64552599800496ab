/* SPDX-License-Identifier: MIT */
#include "tools/trouble.h"

bool cli_trouble_add(struct cli_trouble *t, ol_ms now)
{
    t->count += t->count < UINT32_MAX;
    if (t->count > 1 && now - t->told_at < CLI_TROUBLE_SPACE_MS) {
        return false;
    }
    t->told_at = now;
    return true;
}

uint32_t cli_trouble_end(struct cli_trouble *t)
{
    uint32_t count = t->count;
    t->count = 0;
    return count;
}
