/* SPDX-License-Identifier: MIT */
#include "platform/options.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "platform/help.h"

struct command {
    const char *noun;
    const char *verb; /* NULL: the noun is all of it */
    enum ol_command command;
};

/* A noun that has verbs comes before them. */
static const struct command commands[] = {
    {"serve", NULL, OL_COMMAND_SERVE},
    {"product", NULL, OL_COMMAND_PRODUCT},
    {"product", "create", OL_COMMAND_PRODUCT_CREATE},
    {"product", "list", OL_COMMAND_PRODUCT_LIST},
    {"device", NULL, OL_COMMAND_DEVICE},
    {"device", "create", OL_COMMAND_DEVICE_CREATE},
    {"device", "list", OL_COMMAND_DEVICE_LIST},
    {"log", NULL, OL_COMMAND_LOG},
    {"backup", NULL, OL_COMMAND_BACKUP},
    {"check", NULL, OL_COMMAND_CHECK},
    {"--help", NULL, OL_COMMAND_HELP},
    {"-h", NULL, OL_COMMAND_HELP},
    {"help", NULL, OL_COMMAND_HELP},
    {"--version", NULL, OL_COMMAND_VERSION},
};

#define BIT(command) (1U << (command))
#define ALL                                                                              \
    (BIT(OL_COMMAND_SERVE) | BIT(OL_COMMAND_PRODUCT_CREATE) |                            \
     BIT(OL_COMMAND_PRODUCT_LIST) | BIT(OL_COMMAND_DEVICE_CREATE) |                      \
     BIT(OL_COMMAND_DEVICE_LIST) | BIT(OL_COMMAND_BACKUP) | BIT(OL_COMMAND_CHECK) |      \
     BIT(OL_COMMAND_LOG))
#define DEVICE      (BIT(OL_COMMAND_DEVICE_CREATE) | BIT(OL_COMMAND_DEVICE_LIST))
#define HISTORY_MAX 1000000 /* days, megabytes */
#define CREATE      (BIT(OL_COMMAND_PRODUCT_CREATE) | BIT(OL_COMMAND_DEVICE_CREATE))

struct option {
    const char *name;
    unsigned allowed;  /* commands that take it */
    unsigned required; /* commands that cannot do without */
    size_t offset;     /* of the const char * in struct ol_options */
};

static const struct option text_options[] = {
    {"--data", ALL, ALL, offsetof(struct ol_options, data)},
    {"--mqtt", BIT(OL_COMMAND_SERVE), 0, offsetof(struct ol_options, mqtt)},
    {"--http", BIT(OL_COMMAND_SERVE), 0, offsetof(struct ol_options, http)},
    {"--model", BIT(OL_COMMAND_PRODUCT_CREATE), BIT(OL_COMMAND_PRODUCT_CREATE),
     offsetof(struct ol_options, model)},
    {"--id", BIT(OL_COMMAND_PRODUCT_CREATE), 0, offsetof(struct ol_options, id)},
    {"--product", DEVICE | BIT(OL_COMMAND_LOG), DEVICE,
     offsetof(struct ol_options, product)},
    {"--device", BIT(OL_COMMAND_LOG), 0, offsetof(struct ol_options, device)},
    {"--since", BIT(OL_COMMAND_LOG), 0, offsetof(struct ol_options, since)},
    {"--name", BIT(OL_COMMAND_DEVICE_CREATE), BIT(OL_COMMAND_DEVICE_CREATE),
     offsetof(struct ol_options, name)},
    {"--to", BIT(OL_COMMAND_BACKUP), BIT(OL_COMMAND_BACKUP),
     offsetof(struct ol_options, to)},
    {"--key-file", CREATE, 0, offsetof(struct ol_options, key_file)},
};

/* The command line in the making, and where to complain. */
struct parser {
    int argc;
    char **argv;
    int at; /* the next argument */
    struct ol_options *out;
    FILE *err;
};

static int wrong(const struct parser *p, const char *what, const char *word,
                 const char *why)
{
    fprintf(p->err, "onelink-platform: %s%s%s\n", what, word, why);
    ol_help_usage(p->err, p->out->command);
    fputs("All options: add --help\n", p->err);
    return OL_EXIT_USAGE;
}

static bool is_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static const char **text_slot(struct ol_options *out, const struct option *option)
{
    return (const char **)(void *)((char *)out + option->offset);
}

/* The value when name is an option with a fixed set of values, by its index; -1
 * otherwise. */
static int choice_of(const char *value, const char *const *choices, int count)
{
    for (int i = 0; i < count; i++) {
        if (strcmp(value, choices[i]) == 0) {
            return i;
        }
    }
    return -1;
}

static bool set_number(const char *value, unsigned long min, unsigned long max,
                       uint32_t *out)
{
    char *end = NULL;
    unsigned long n = strtoul(value, &end, 10);
    if (*value < '0' || *value > '9' || *end != '\0' || n < min || n > max) {
        return false;
    }
    *out = (uint32_t)n;
    return true;
}

/* One of the options of serve that are not plain text. *known tells whether name is one.
 */
static int parse_serve_option(const struct parser *p, const char *name, const char *value,
                              bool *known)
{
    struct ol_options *out = p->out;
    static const char *const limits[] = {"off", "warn", "enforce"};
    static const char *const switches[] = {"off", "on"};
    static const char *const lists[] = {"current", "studio"};
    static const char *const tables[] = {"studio", "suite"};
    int choice = 0;
    *known = true;
    if (strcmp(name, "--limits") == 0) {
        choice = choice_of(value, limits, 3);
        out->limits = choice < 0 ? OL_OPTIONS_WARN : (enum ol_options_limits)choice;
        return choice < 0 ? wrong(p, "--limits is off, warn or enforce, not ", value, "")
                          : OL_EXIT_OK;
    }
    if (strcmp(name, "--limit-table") == 0) {
        choice = choice_of(value, tables, 2);
        out->suite_limits = choice == 1;
        return choice < 0 ? wrong(p, "--limit-table is studio or suite, not ", value, "")
                          : OL_EXIT_OK;
    }
    if (strcmp(name, "--message-log") == 0) {
        choice = choice_of(value, switches, 2);
        out->message_log = choice != 0;
        return choice < 0 ? wrong(p, "--message-log is on or off, not ", value, "")
                          : OL_EXIT_OK;
    }
    if (strcmp(name, "--lists") == 0) {
        choice = choice_of(value, lists, 2);
        out->studio_lists = choice == 1;
        return choice < 0 ? wrong(p, "--lists is current or studio, not ", value, "")
                          : OL_EXIT_OK;
    }
    if (strcmp(name, "--set-timeout") == 0) {
        return set_number(value, 1, 60, &out->set_timeout_s)
                   ? OL_EXIT_OK
                   : wrong(p, "--set-timeout is a number of seconds, 1 to 60, not ",
                           value, "");
    }
    if (strcmp(name, "--history-days") == 0) {
        return set_number(value, 0, HISTORY_MAX, &out->history_days)
                   ? OL_EXIT_OK
                   : wrong(p, "--history-days is a number of days, 0 to 1000000, not ",
                           value, "");
    }
    if (strcmp(name, "--history-mb") == 0) {
        return set_number(value, 0, HISTORY_MAX, &out->history_mb)
                   ? OL_EXIT_OK
                   : wrong(p, "--history-mb is a number of megabytes, 0 to 1000000, not ",
                           value, "");
    }
    if (strcmp(name, "--log-days") == 0) {
        return set_number(value, 0, HISTORY_MAX, &out->log_days)
                   ? OL_EXIT_OK
                   : wrong(p, "--log-days is a number of days, 0 to 1000000, not ", value,
                           "");
    }
    if (strcmp(name, "--log-bytes") == 0) {
        return set_number(value, 4096, 16777216, &out->log_bytes)
                   ? OL_EXIT_OK
                   : wrong(p, "--log-bytes is a number, 4096 to 16777216, not ", value,
                           "");
    }
    *known = false;
    return OL_EXIT_OK;
}

static int parse_option(const struct parser *p, const char *name, const char *value)
{
    for (size_t i = 0; i < sizeof text_options / sizeof text_options[0]; i++) {
        const struct option *o = &text_options[i];
        if (strcmp(name, o->name) == 0 && (o->allowed & BIT(p->out->command)) != 0) {
            *text_slot(p->out, o) = value;
            return value[0] != '\0' ? OL_EXIT_OK
                                    : wrong(p, name, "", " must not be empty");
        }
    }
    bool known = false;
    if (p->out->command == OL_COMMAND_SERVE) {
        int rc = parse_serve_option(p, name, value, &known);
        if (known) {
            return rc;
        }
    }
    return wrong(p, "unknown option ", name, "");
}

static int check_required(const struct parser *p)
{
    for (size_t i = 0; i < sizeof text_options / sizeof text_options[0]; i++) {
        const struct option *o = &text_options[i];
        if ((o->required & BIT(p->out->command)) != 0 && *text_slot(p->out, o) == NULL) {
            return wrong(p, o->name, "", " is missing");
        }
    }
    return OL_EXIT_OK;
}

/* One of log that stands alone. */
static bool is_log_flag(struct ol_options *out, const char *name)
{
    bool *flag = strcmp(name, "--rejected") == 0 ? &out->rejected
                 : strcmp(name, "--follow") == 0 ? &out->follow
                 : strcmp(name, "--bytes") == 0  ? &out->bytes
                 : strcmp(name, "--json") == 0   ? &out->json
                                                 : NULL;
    if (flag == NULL || out->command != OL_COMMAND_LOG) {
        return false;
    }
    *flag = true;
    return true;
}

/* Either a device or those who were rejected. */
static int check_log(const struct parser *p)
{
    const struct ol_options *o = p->out;
    bool device = o->product != NULL && o->device != NULL;
    bool any = o->product != NULL || o->device != NULL;
    if (o->rejected ? any : !device) {
        return wrong(p, "log takes --product and --device, or --rejected", "", "");
    }
    if (o->since != NULL && strcmp(o->since, "now") != 0 &&
        strcmp(o->since, "all") != 0) {
        return wrong(p, "--since is now or all, not ", o->since, "");
    }
    return OL_EXIT_OK;
}

/* One option: "--name VALUE", "--name=VALUE", or one without a value. */
static int parse_next(struct parser *p)
{
    char *name = p->argv[p->at++];
    if (is_help(name)) {
        p->out->help = true;
        return OL_EXIT_OK;
    }
    if (strncmp(name, "--", 2) != 0) {
        return wrong(p, "unexpected argument ", name, "");
    }
    if (is_log_flag(p->out, name)) {
        return OL_EXIT_OK;
    }
    if (strcmp(name, "--quiet") == 0 && p->out->command == OL_COMMAND_SERVE) {
        p->out->quiet = true;
        return OL_EXIT_OK;
    }
    if (strcmp(name, "--force") == 0 && p->out->command == OL_COMMAND_BACKUP) {
        p->out->force = true;
        return OL_EXIT_OK;
    }
    char *equals = strchr(name, '=');
    if (equals != NULL) {
        *equals = '\0';
        return parse_option(p, name, equals + 1);
    }
    if (p->at < p->argc) {
        return parse_option(p, name, p->argv[p->at++]);
    }
    return wrong(p, "option ", name, " is unknown or lacks its value");
}

static int parse_rest(struct parser *p)
{
    while (p->at < p->argc && !p->out->help) {
        int rc = parse_next(p);
        if (rc != OL_EXIT_OK) {
            return rc;
        }
    }
    if (p->out->help) {
        return OL_EXIT_OK;
    }
    int rc = check_required(p);
    return rc == OL_EXIT_OK && p->out->command == OL_COMMAND_LOG ? check_log(p) : rc;
}

/* The command that the next words name: the longest that fits. NULL: none. */
static const struct command *find_command(struct parser *p)
{
    const struct command *found = NULL;
    const char *noun = p->argv[p->at];
    const char *verb = p->at + 1 < p->argc ? p->argv[p->at + 1] : "";
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        const struct command *c = &commands[i];
        if (strcmp(noun, c->noun) == 0 &&
            (c->verb == NULL || strcmp(verb, c->verb) == 0)) {
            found = c;
        }
    }
    if (found != NULL) {
        p->at += found->verb == NULL ? 1 : 2;
    }
    return found;
}

/* Behind a noun alone only help may stand. */
static int parse_noun(struct parser *p)
{
    if (p->at == p->argc) {
        return wrong(p, p->argv[p->at - 1], "", " what? create or list");
    }
    const char *word = p->argv[p->at++];
    p->out->help = p->out->help || is_help(word);
    return is_help(word)
               ? OL_EXIT_OK
               : wrong(p, p->argv[p->at - 2], " takes create or list, not ", word);
}

static int parse_command(struct parser *p)
{
    const struct command *c = find_command(p);
    if (c == NULL) {
        return wrong(p, "unknown command ", p->argv[p->at], "");
    }
    p->out->command = c->command;
    switch (c->command) {
    case OL_COMMAND_HELP:
    case OL_COMMAND_VERSION:
        p->out->help = c->command == OL_COMMAND_HELP;
        return p->at == p->argc ? OL_EXIT_OK
                                : wrong(p, "unexpected argument ", p->argv[p->at], "");
    case OL_COMMAND_PRODUCT:
    case OL_COMMAND_DEVICE:
        return parse_noun(p);
    default:
        return parse_rest(p);
    }
}

/* "help", or "help" and a command. */
static int parse_help(struct parser *p)
{
    p->out->help = true;
    p->at++;
    if (p->at == p->argc) {
        return OL_EXIT_OK;
    }
    const struct command *c = find_command(p);
    if (c == NULL || p->at < p->argc) {
        return wrong(p, "no help about ", p->argv[p->argc - 1], "");
    }
    p->out->command = c->command;
    return OL_EXIT_OK;
}

int ol_options_parse(int argc, char **argv, struct ol_options *out, FILE *err)
{
    struct parser p = {argc, argv, 1, out, err};
    *out = (struct ol_options){.command = OL_COMMAND_HELP,
                               .mqtt = "127.0.0.1:1883",
                               .http = "127.0.0.1:8080",
                               .limits = OL_OPTIONS_WARN,
                               .set_timeout_s = 5,
                               .history_mb = 1024,
                               .message_log = true,
                               .log_bytes = 256U * 1024};
    if (argc < 2) {
        return wrong(&p, "no command", "", "");
    }
    return strcmp(argv[1], "help") == 0 ? parse_help(&p) : parse_command(&p);
}
