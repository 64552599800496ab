/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_OPTIONS_H
#define TOOLS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

/* One command-line option. With value set it takes one, as "--name VALUE" or
 * "--name=VALUE"; *value points into argv then. Otherwise it is a switch and sets *flag.
 */
struct cli_option {
    const char *name; /* without the dashes */
    char **value;
    bool *flag;
};

/* Reads argv[0..argc), the words behind the command; -h stands for --help. true: all were
 * known, each given at most once. false: what is wrong was told on standard error in one sentence that names
 * the command. */
bool cli_options_parse(const char *command, int argc, char **argv,
                       const struct cli_option *options, size_t count);

#endif
