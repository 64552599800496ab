/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_LINK_ENTROPY_H
#define ONELINK_LINK_ENTROPY_H

#include <stddef.h>
#include <stdint.h>

#include "onelink/base/status.h"

/* Unpredictable bytes for identifiers, ports and jitter (not for long-lived keys). Part of the
 * porting contract. OL_OK fills all of buf[0..len); OL_E_AGAIN: not enough collected yet;
 * OL_E_IO: the source is stuck. */
struct ol_entropy {
    void *ctx;
    int32_t (*fill)(void *ctx, void *buf, size_t len);
};

#endif
