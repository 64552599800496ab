/* SPDX-License-Identifier: MIT */
#include "onelink/wiznet/w5500.h"

const char *ol_w5500_reason_str(enum ol_w5500_reason reason)
{
    switch (reason) {
    case OL_W5500_REASON_NONE:
        return "none";
    case OL_W5500_REASON_BUS:
        return "bus";
    case OL_W5500_REASON_SILENT:
        return "silent";
    case OL_W5500_REASON_VERSION:
        return "version";
    case OL_W5500_REASON_RESET:
        return "reset";
    case OL_W5500_REASON_CONFIG:
        return "config";
    case OL_W5500_REASON_COMMAND:
        return "command";
    case OL_W5500_REASON_STATE:
        return "state";
    case OL_W5500_REASON_POINTER:
        return "pointer";
    case OL_W5500_REASON_COUNT:
        break;
    }
    return "unknown";
}
