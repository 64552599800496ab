/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "tools/commands.h"
#include "tools/secret.h"

static const char usage[] =
    "usage: onelink COMMAND [OPTION]...\n"
    "\n"
    "  run --config FILE   report to OneNET and obey it, as the settings file says\n"
    "  token               print an access token\n"
    "  provision           write settings to boards, one after another\n"
    "  conformance         try how close a host comes to OneNET\n"
    "\n"
    "  -h, --help          this text; onelink COMMAND --help tells of one command\n"
    "  --version           the version\n";

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
} commands[] = {
    {"run", cli_run},
    {"token", cli_token},
    {"provision", cli_provision},
    {"conformance", cli_conformance},
    {"settings-doc", cli_settings_doc}, /* makes docs/settings.md; not for users */
};

int cli_print_version(void)
{
    puts("onelink " OL_VERSION);
    return CLI_EXIT_OK;
}

int main(int argc, char **argv)
{
    cli_secret_harden();
    signal(SIGPIPE, SIG_IGN);
    if (argc < 2) {
        fputs(usage, stderr);
        return CLI_EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        fputs(usage, stdout);
        return CLI_EXIT_OK;
    }
    if (strcmp(argv[1], "--version") == 0) {
        return cli_print_version();
    }
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (strcmp(argv[1], commands[i].name) == 0) {
            return commands[i].run(argc - 2, argv + 2);
        }
    }
    fprintf(stderr, "onelink: no such command: %s\n\n%s", argv[1], usage);
    return CLI_EXIT_USAGE;
}
