/* SPDX-License-Identifier: MIT */
#include "onelink/base/time.h"

ol_ms ol_ms_add(ol_ms at, ol_ms delay)
{
    return delay > OL_NEVER - at ? OL_NEVER : at + delay;
}

ol_ms ol_ms_from_s(uint32_t seconds)
{
    return ((ol_ms)((seconds >> 16) * 1000) << 16) + (seconds & 0xFFFF) * 1000;
}

ol_ms ol_ms_min(ol_ms a, ol_ms b)
{
    return a < b ? a : b;
}
