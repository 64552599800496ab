/* SPDX-License-Identifier: MIT */
#include "onelink/base/status.h"

#include <stddef.h>

const char *ol_status_str(int32_t status)
{
    /* One string without pointers: no relocations, and the smallest form. */
    static const char names[] =
        "ok\0again\0nospc\0arg\0proto\0closed\0timeout\0auth\0io\0"
        "corrupt\0noent\0";
    const char *name = names;
    if (status > OL_OK || status < OL_E_NOENT) {
        return "unknown";
    }
    for (int32_t i = OL_OK; i > status; i--) {
        while (*name != '\0') {
            name++;
        }
        name++;
    }
    return name;
}
