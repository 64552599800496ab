/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_LOG_H
#define PLATFORM_LOG_H

#include "platform/options.h"
#include "platform/serve.h"
#include "platform/store/msglog.h"

/* Prints the message log as o asks for, until its end or, with --follow, until a signal
 * or nobody reads any more. Reads the file itself, so it does not matter whether the
 * platform serves. Returns an exit status, after one sentence on standard error if it is
 * not OL_EXIT_OK. */
int ol_log(struct ol_platform *p, const struct ol_options *o);

/* A line of the message log as the API tells it. */
struct ol_api_log_line ol_platform_log_line(const struct ol_db_log_line *l);

#endif
