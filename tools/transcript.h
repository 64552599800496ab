/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_TRANSCRIPT_H
#define TOOLS_TRANSCRIPT_H

#include "onelink/agent/agent.h"
#include "tools/device.h"

/* Tells an event of the agent in the log: what goes up (->), what comes down (<-), and
 * why something does not work. Set commands are told by obey.h. */
void cli_transcript_event(struct cli_device *d, const struct ol_agent_event *ev);

#endif
