/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_CONFORMANCE_CASES_H
#define TOOLS_CONFORMANCE_CASES_H

#include "tools/conformance.h"

/* The cases, a file for some sections of docs/protocol.md each, in its order. Certain are
 * only rows that the documents or several witnesses tell; where the exact number or words
 * are not known, the local platform's own stand here, so that a difference shows what
 * OneNET has. Only the files of cases include this. */

#define D    CLI_CERTAIN_D
#define C    CLI_CERTAIN_C
#define U    CLI_CERTAIN_U
#define OURS CLI_CERTAIN_OURS

#define NEW        CLI_SETUP_NEW
#define ONLINE     CLI_SETUP_ONLINE
#define SUBSCRIBED CLI_SETUP_SUBSCRIBED

struct cli_case_list {
    const struct cli_case *cases;
    size_t count;
};

extern const struct cli_case_list cli_cases_connect;
extern const struct cli_case_list cli_cases_session;
extern const struct cli_case_list cli_cases_token;
extern const struct cli_case_list cli_cases_thing;

#endif
