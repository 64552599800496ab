/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_OBEY_H
#define TOOLS_OBEY_H

#include "onelink/agent/agent.h"
#include "tools/device.h"

/* Carries a set command out (OL_AGENT_EVENT_SET) and answers it: all files that it needs
 * are tried first, then written; then its values for standard output are put into the
 * outbox. The answer is 200, or 500 with what failed. */
void cli_obey(struct cli_device *d, const struct ol_agent_event *ev);

#endif
