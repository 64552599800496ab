/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_EXPLAIN_H
#define TOOLS_EXPLAIN_H

#include "onelink/agent/cause.h"

/* What to look at first after this cause, in words for a person at night; "" where the
 * cause itself says it all. Static storage. */
const char *cli_explain_cause(enum ol_agent_cause cause);

#endif
