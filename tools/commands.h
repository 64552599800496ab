/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_COMMANDS_H
#define TOOLS_COMMANDS_H

/* What a process ends with. */
enum cli_exit {
    CLI_EXIT_OK = 0,
    CLI_EXIT_FAILED = 1, /* it was right to try, but it did not work */
    CLI_EXIT_USAGE = 2   /* the command line or the settings are wrong */
};

/* The commands. argv[0..argc) are the words behind the command's name. Each returns enum
 * cli_exit. */
int cli_run(int argc, char **argv);
int cli_token(int argc, char **argv);
int cli_provision(int argc, char **argv);
int cli_conformance(int argc, char **argv);
int cli_settings_doc(int argc, char **argv);

/* Prints "onelink 0.1.0". Returns CLI_EXIT_OK. */
int cli_print_version(void);

#endif
