/* SPDX-License-Identifier: MIT */
#include "platform/options.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const char usage_text[] =
    "usage: onelink-platform serve --data DIR [options]\n"
    "       onelink-platform product create --data DIR --model FILE [--id PID]\n"
    "                                       [--key-file FILE|-]\n"
    "       onelink-platform product list   --data DIR\n"
    "       onelink-platform device create  --data DIR --product PID --name NAME\n"
    "                                       [--key-file FILE|-]\n"
    "       onelink-platform device list    --data DIR --product PID\n"
    "       onelink-platform --help | --version\n";

static const char help_text[] =
    "\n"
    "A local platform that behaves like OneNET on the wire.\n"
    "\n"
    "  --data DIR           where everything is kept; made (mode 0700) when it is "
    "missing\n"
    "  --mqtt ADDR:PORT     where devices connect     (127.0.0.1:1883; port 0: any free "
    "one)\n"
    "  --http ADDR:PORT     where applications connect (127.0.0.1:8080; port 0: any free "
    "one)\n"
    "  --limits off|warn|enforce    rate limits of OneNET (warn: only logged)\n"
    "  --set-timeout SECONDS        how long a property set waits for the device, 1..60 "
    "(5)\n"
    "  --message-log on|off         keep each device's newest messages (on)\n"
    "  --lists current|studio       shape of query-device-property: an array as today's\n"
    "                               platform, or data.list as OneNET Studio (current)\n"
    "\n"
    "  --model FILE         a thing model as the OneNET console exports it\n"
    "  --id PID             product id, 8..32 letters and digits (made up when not "
    "given)\n"
    "  --name NAME          device name, 1..64 of A-Z a-z 0-9 _ -\n"
    "  --key-file FILE|-    take this base64 key, from a file or standard input, instead "
    "of\n"
    "                       a new one\n"
    "\n"
    "serve prints one JSON line when it is ready: mqtt, http and token_file, the file "
    "with "
    "an\n"
    "authorization header for the HTTP API. create and list print one JSON object each "
    "and\n"
    "work while serve runs. Exit status: 0 done, 1 failed, 2 wrong command line, model "
    "or "
    "key.\n";

struct command {
    const char *noun;
    const char *verb; /* NULL: the noun is all of it */
    enum ol_command command;
};

static const struct command commands[] = {
    {"serve", NULL, OL_COMMAND_SERVE},
    {"product", "create", OL_COMMAND_PRODUCT_CREATE},
    {"product", "list", OL_COMMAND_PRODUCT_LIST},
    {"device", "create", OL_COMMAND_DEVICE_CREATE},
    {"device", "list", OL_COMMAND_DEVICE_LIST},
    {"--help", NULL, OL_COMMAND_HELP},
    {"--version", NULL, OL_COMMAND_VERSION},
};

#define BIT(command) (1U << (command))
#define ALL                                                                              \
    (BIT(OL_COMMAND_SERVE) | BIT(OL_COMMAND_PRODUCT_CREATE) |                            \
     BIT(OL_COMMAND_PRODUCT_LIST) | BIT(OL_COMMAND_DEVICE_CREATE) |                      \
     BIT(OL_COMMAND_DEVICE_LIST))
#define DEVICE (BIT(OL_COMMAND_DEVICE_CREATE) | BIT(OL_COMMAND_DEVICE_LIST))
#define CREATE (BIT(OL_COMMAND_PRODUCT_CREATE) | BIT(OL_COMMAND_DEVICE_CREATE))

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
    {"--product", DEVICE, DEVICE, offsetof(struct ol_options, product)},
    {"--name", BIT(OL_COMMAND_DEVICE_CREATE), BIT(OL_COMMAND_DEVICE_CREATE),
     offsetof(struct ol_options, name)},
    {"--key-file", CREATE, 0, offsetof(struct ol_options, key_file)},
};

static int wrong(FILE *err, const char *what, const char *word, const char *why)
{
    fprintf(err, "onelink-platform: %s%s%s\n%s", what, word, why, usage_text);
    return OL_EXIT_USAGE;
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

static bool set_seconds(const char *value, uint32_t *out)
{
    char *end = NULL;
    unsigned long n = strtoul(value, &end, 10);
    if (*value < '0' || *value > '9' || *end != '\0' || n < 1 || n > 60) {
        return false;
    }
    *out = (uint32_t)n;
    return true;
}

/* One of the options of serve that are not plain text. *known tells whether name is one.
 */
static int parse_serve_option(struct ol_options *out, const char *name, const char *value,
                              bool *known, FILE *err)
{
    static const char *const limits[] = {"off", "warn", "enforce"};
    static const char *const switches[] = {"off", "on"};
    static const char *const lists[] = {"current", "studio"};
    int choice = 0;
    *known = true;
    if (strcmp(name, "--limits") == 0) {
        choice = choice_of(value, limits, 3);
        out->limits = choice < 0 ? OL_OPTIONS_WARN : (enum ol_options_limits)choice;
        return choice < 0
                   ? wrong(err, "--limits is off, warn or enforce, not ", value, "")
                   : OL_EXIT_OK;
    }
    if (strcmp(name, "--message-log") == 0) {
        choice = choice_of(value, switches, 2);
        out->message_log = choice != 0;
        return choice < 0 ? wrong(err, "--message-log is on or off, not ", value, "")
                          : OL_EXIT_OK;
    }
    if (strcmp(name, "--lists") == 0) {
        choice = choice_of(value, lists, 2);
        out->studio_lists = choice == 1;
        return choice < 0 ? wrong(err, "--lists is current or studio, not ", value, "")
                          : OL_EXIT_OK;
    }
    if (strcmp(name, "--set-timeout") == 0) {
        return set_seconds(value, &out->set_timeout_s)
                   ? OL_EXIT_OK
                   : wrong(err, "--set-timeout is a number of seconds, 1 to 60, not ",
                           value, "");
    }
    *known = false;
    return OL_EXIT_OK;
}

static int parse_option(struct ol_options *out, const char *name, const char *value,
                        FILE *err)
{
    for (size_t i = 0; i < sizeof text_options / sizeof text_options[0]; i++) {
        const struct option *o = &text_options[i];
        if (strcmp(name, o->name) == 0 && (o->allowed & BIT(out->command)) != 0) {
            *text_slot(out, o) = value;
            return value[0] != '\0' ? OL_EXIT_OK
                                    : wrong(err, name, "", " must not be empty");
        }
    }
    bool known = false;
    if (out->command == OL_COMMAND_SERVE) {
        int rc = parse_serve_option(out, name, value, &known, err);
        if (known) {
            return rc;
        }
    }
    return wrong(err, "unknown option ", name, "");
}

static int check_required(struct ol_options *out, FILE *err)
{
    for (size_t i = 0; i < sizeof text_options / sizeof text_options[0]; i++) {
        const struct option *o = &text_options[i];
        if ((o->required & BIT(out->command)) != 0 && *text_slot(out, o) == NULL) {
            return wrong(err, o->name, "", " is missing");
        }
    }
    return OL_EXIT_OK;
}

/* Both "--name VALUE" and "--name=VALUE". */
static int parse_rest(int argc, char **argv, int at, struct ol_options *out, FILE *err)
{
    while (at < argc) {
        char *name = argv[at++];
        if (strncmp(name, "--", 2) != 0) {
            return wrong(err, "unexpected argument ", name, "");
        }
        char *equals = strchr(name, '=');
        const char *value = NULL;
        if (equals != NULL) {
            *equals = '\0';
            value = equals + 1;
        } else if (at < argc) {
            value = argv[at++];
        } else {
            return wrong(err, "option ", name, " is unknown or lacks its value");
        }
        int rc = parse_option(out, name, value, err);
        if (rc != OL_EXIT_OK) {
            return rc;
        }
    }
    return check_required(out, err);
}

int ol_options_parse(int argc, char **argv, struct ol_options *out, FILE *err)
{
    *out = (struct ol_options){.mqtt = "127.0.0.1:1883",
                               .http = "127.0.0.1:8080",
                               .limits = OL_OPTIONS_WARN,
                               .set_timeout_s = 5,
                               .message_log = true};
    if (argc < 2) {
        return wrong(err, "no command", "", "");
    }
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        const struct command *c = &commands[i];
        bool verb = c->verb == NULL || (argc > 2 && strcmp(argv[2], c->verb) == 0);
        if (strcmp(argv[1], c->noun) != 0 || !verb) {
            continue;
        }
        out->command = c->command;
        if (c->command == OL_COMMAND_HELP || c->command == OL_COMMAND_VERSION) {
            return argc == 2 ? OL_EXIT_OK
                             : wrong(err, "unexpected argument ", argv[2], "");
        }
        return parse_rest(argc, argv, c->verb == NULL ? 2 : 3, out, err);
    }
    return wrong(err, "unknown command ", argv[1], "");
}

void ol_options_help(FILE *to)
{
    fputs(usage_text, to);
    fputs(help_text, to);
}
