/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_BASE_LOG_H
#define ONELINK_BASE_LOG_H

#include "onelink/base/str.h"

enum ol_log_level { OL_LOG_ERROR, OL_LOG_WARN, OL_LOG_INFO, OL_LOG_DEBUG };

/* Where a port sends lines. The engines have no use for it (they speak in events); it is
 * for ports and applications, so that one program has one log. line is NULL for "no log".
 * The text has no newline, lives only during the call and never holds a secret. */
struct ol_log {
    void *ctx;
    void (*line)(void *ctx, enum ol_log_level level, struct ol_str text);
};

#endif
