/* SPDX-License-Identifier: MIT */
#include "tools/conformance_cases.h"

static const struct cli_case_list *const lists[] = {
    &cli_cases_connect, &cli_cases_session, &cli_cases_token, &cli_cases_thing};

size_t cli_case_count(void)
{
    size_t n = 0;
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        n += lists[i]->count;
    }
    return n;
}

const struct cli_case *cli_case_at(size_t i)
{
    size_t list = 0;
    while (i >= lists[list]->count) {
        i -= lists[list++]->count;
    }
    return &lists[list]->cases[i];
}

const char *cli_certainty_str(enum cli_certainty certainty)
{
    static const char *const names[] = {"D", "C", "U", "ours"};
    return names[certainty];
}
