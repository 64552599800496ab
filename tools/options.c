/* SPDX-License-Identifier: MIT */
#include "tools/options.h"

#include <stdio.h>
#include <string.h>

static bool complain(const char *command, const char *word, int word_len,
                     const char *what)
{
    fprintf(stderr, "onelink %s: %.*s %s; see: onelink %s --help\n", command, word_len,
            word, what, command);
    return false;
}

static const struct cli_option *find(const char *name, size_t len,
                                     const struct cli_option *options, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strlen(options[i].name) == len && memcmp(options[i].name, name, len) == 0) {
            return &options[i];
        }
    }
    return NULL;
}

bool cli_options_parse(const char *command, int argc, char **argv,
                       const struct cli_option *options, size_t count)
{
    for (int i = 0; i < argc; i++) {
        char *word = argv[i];
        if (strcmp(word, "-h") == 0) {
            static char help[] = "--help";
            word = help;
        }
        if (strncmp(word, "--", 2) != 0 || word[2] == '\0') {
            return complain(command, word, (int)strlen(word), "is not an option");
        }
        char *equals = strchr(word, '=');
        size_t len = equals ? (size_t)(equals - word) : strlen(word);
        const struct cli_option *option = find(word + 2, len - 2, options, count);
        if (!option) {
            return complain(command, word, (int)len, "is not a known option");
        }
        if (!option->value) {
            if (equals) {
                return complain(command, word, (int)len, "takes no value");
            }
            *option->flag = true;
            continue;
        }
        if (*option->value) {
            return complain(command, word, (int)len, "is given twice");
        }
        if (!equals && i + 1 == argc) {
            return complain(command, word, (int)len, "needs a value");
        }
        *option->value = equals ? equals + 1 : argv[++i];
    }
    return true;
}
