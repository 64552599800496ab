/* SPDX-License-Identifier: MIT */
#include "onelink/base/time.h"

ol_ms ol_ms_add(ol_ms at, ol_ms delay)
{
    return delay > OL_NEVER - at ? OL_NEVER : at + delay;
}

ol_ms ol_ms_min(ol_ms a, ol_ms b)
{
    return a < b ? a : b;
}
