/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/commands.h"
#include "tools/conformance.h"
#include "tools/interrupt.h"
#include "tools/options.h"

static const char usage[] =
    "usage: onelink conformance --config FILE [OPTION]...\n"
    "\n"
    "Logs in as a device and tries, case by case, what a host answers to right and "
    "wrong\n"
    "packets, and where that is not what is known of OneNET. Works against OneNET, the\n"
    "local platform or any MQTT broker. Posts values of the device's properties: use a\n"
    "device that is there for testing, and nothing else that logs in as it meanwhile.\n"
    "\n"
    "  --config FILE       the settings of onelink run\n"
    "  --report FILE       write a report that can be shared, in Markdown\n"
    "  --anonymous         leave product id and device name out of it\n"
    "  --only SECTION      only cases of this section of docs/protocol.md: 1.4, 4, ...\n"
    "  --only TEXT         only cases with this text in their names\n"
    "  --pace MS           milliseconds between two logins; half of it between two\n"
    "                      messages (2000, on loopback 0)\n"
    "  --set-wait SECONDS  let a case wait so long for somebody to set a property of "
    "the\n"
    "                      device in the console or by the API\n"
    "  --strict            differences where OneNET is not surely known count too\n"
    "  --list              print the cases and end\n"
    "  -h, --help          this text\n"
    "\n"
    "Ends with 0 when everything certain (D, C) is as expected, 1 when not, 2 when the\n"
    "command line or the settings are wrong; interrupted (Ctrl-C), it reports what it "
    "has\n"
    "and ends with 130.\n";

struct arguments {
    char *config;
    char *report;
    char *only;
    char *pace;
    char *set_wait;
    bool anonymous;
    bool strict;
    bool list;
    bool help;
};

struct battery {
    struct cli_device device;
    struct cli_target target;
    struct cli_wire wire;
    bool unproven; /* some result is */
};

static int refuse(const char *what, const char *value)
{
    fprintf(stderr, "onelink conformance: %s%s%s\n", what, value ? " " : "",
            value ? value : "");
    return CLI_EXIT_USAGE;
}

/* A number of at most max, or the preset without one. */
static bool read_number(const char *text, unsigned max, unsigned preset, unsigned *out)
{
    char *end = NULL;
    *out = preset;
    if (!text) {
        return true;
    }
    errno = 0;
    unsigned long v = strtoul(text, &end, 10);
    *out = (unsigned)v;
    return text[0] >= '0' && text[0] <= '9' && *end == 0 && errno == 0 && v <= max;
}

static void set_times(struct cli_target *t)
{
    t->quiet_ms = t->loopback ? 150 : 3000;
    t->silence_ms = t->loopback ? 500 : 4000;
    t->answer_ms = t->loopback ? 3000 : 8000;
    t->close_ms = t->loopback ? 8000 : 15000;
}

static bool copy_name(char out[CLI_NAME_CAP], struct ol_str text)
{
    return snprintf(out, CLI_NAME_CAP, "%.*s", (int)text.len, text.ptr) <
           (int)CLI_NAME_CAP;
}

/* The host, and whether it lets the device in. */
static bool find_host(struct battery *b, const struct arguments *a)
{
    struct cli_target *t = &b->target;
    char why[CLI_WHY_CAP] = "";
    t->device = &b->device;
    t->pace_ms = 2000;
    set_times(t);
    b->wire.fd = -1;
    b->wire.anonymous = a->anonymous;
    if (!copy_name(t->product, b->device.agent_config.product_id) ||
        !copy_name(t->name, b->device.agent_config.device_name)) {
        return false;
    }
    bool found = cli_wire_find(t, &b->wire, why);
    if (cli_interrupt_get() != 0) {
        return false;
    }
    if (!found) {
        fprintf(stderr, "onelink conformance: %s\n", why);
        return false;
    }
    set_times(t);
    if (b->wire.refused[0]) {
        const char *at = strstr(b->wire.refused, "failed: ");
        fprintf(stderr,
                "The device cannot log in: %s\nWhat needs a login is not observable.\n",
                at ? at + strlen("failed: ") : b->wire.refused);
    }
    return true;
}

static void tell_case(const struct cli_case *c, const struct cli_result *r)
{
    static const char *const verdicts[CLI_VERDICT_COUNT] = {
        [CLI_AS_EXPECTED] = "as expected",
        [CLI_DIFFERENT] = "DIFFERENT",
        [CLI_NOT_OBSERVABLE] = "not observable"};
    printf("%-5s %-4s %-14s %s", c->section, cli_certainty_str(c->certainty),
           verdicts[r->verdict], c->name);
    if (r->verdict == CLI_NOT_OBSERVABLE) {
        printf(" (%s)", r->why);
    }
    putchar('\n');
    if (r->verdict == CLI_DIFFERENT) {
        printf("           expected: %s\n           seen: %s\n", c->expect, r->seen);
    }
    fflush(stdout);
}

static bool counts(const struct cli_case *c, bool strict)
{
    return strict || c->certainty == CLI_CERTAIN_D || c->certainty == CLI_CERTAIN_C;
}

/* The refusals since the last login that was taken prove nothing. Returns how many. */
static unsigned doubt_refusals(struct cli_result *results, const char *why)
{
    unsigned n = 0;
    for (size_t i = 0; i < cli_case_count(); i++) {
        if (results[i].unproven) {
            results[i].unproven = false;
            results[i].verdict = CLI_NOT_OBSERVABLE;
            snprintf(results[i].why, sizeof(results[i].why), "%s", why);
            n++;
        }
    }
    return n;
}

/* The host refuses all, or the login that was to show that it does not was interrupted. */
static void take_back(struct battery *b, struct cli_result *results)
{
    if (cli_interrupt_get() != 0) {
        (void)doubt_refusals(results, "interrupted before a login showed that good ones "
                                      "are taken");
        return;
    }
    b->wire.lost = true;
    printf("The host lets the device in no more: the last %u refusals are not "
           "observable.\n",
           doubt_refusals(results, "at that time the host let the device in no more"));
}

static void prove_refusals(struct cli_result *results)
{
    for (size_t i = 0; i < cli_case_count(); i++) {
        results[i].unproven = false;
    }
}

/* A refusal says something only when a good login is taken before long. */
static void weigh_refusals(struct battery *b, struct cli_result *results, size_t i)
{
    const struct cli_case *c = cli_case_at(i);
    struct cli_result *r = &results[i];
    bool login_missing = c->setup != CLI_SETUP_NEW || strstr(c->expect, "connack 0");
    if (b->wire.let_in) {
        prove_refusals(results);
    } else if (r->verdict == CLI_AS_EXPECTED && cli_judge_wants_refusal(c->expect)) {
        r->unproven = true;
        b->unproven = true;
        return;
    } else if (!b->unproven || !login_missing || r->verdict == CLI_AS_EXPECTED) {
        return;
    } else if (cli_wire_check(&b->target, &b->wire)) {
        prove_refusals(results);
    } else {
        take_back(b, results);
    }
    b->unproven = false;
}

static int sum_up(const struct battery *b, const struct arguments *a,
                  const struct cli_result *results)
{
    unsigned tally[CLI_VERDICT_COUNT] = {0};
    int rc = CLI_EXIT_OK;
    for (size_t i = 0; i < cli_case_count(); i++) {
        if (!cli_case_is_in(cli_case_at(i), a->only)) {
            continue;
        }
        tally[results[i].verdict]++;
        if (results[i].verdict == CLI_DIFFERENT && counts(cli_case_at(i), a->strict)) {
            rc = CLI_EXIT_FAILED;
        }
    }
    printf("%u as expected, %u different, %u not observable\n", tally[CLI_AS_EXPECTED],
           tally[CLI_DIFFERENT], tally[CLI_NOT_OBSERVABLE]);
    if (cli_interrupt_get() != 0) {
        printf("Interrupted; %u cases were not tried.\n", tally[CLI_NOT_TRIED]);
        return 128 + cli_interrupt_get(); /* as a shell tells it */
    }
    if (b->wire.lost) {
        fputs("The host did not take connections or logins any more.\n", stderr);
    }
    bool shut_out = b->wire.lost || b->wire.refused[0];
    return tally[CLI_AS_EXPECTED] == 0 || shut_out ? CLI_EXIT_FAILED : rc;
}

static int run_cases(struct battery *b, const struct arguments *a,
                     struct cli_result *results)
{
    uint64_t estimate = cli_wire_estimate(&b->target, a->only) / 1000;
    printf("Host: %s. Takes about %u min %02u s.\n", b->target.host_kind,
           (unsigned)(estimate / 60), (unsigned)(estimate % 60));
    fflush(stdout);
    for (size_t i = 0; i < cli_case_count(); i++) {
        if (!cli_case_is_in(cli_case_at(i), a->only)) {
            continue;
        }
        cli_wire_run(&b->target, &b->wire, cli_case_at(i), &results[i]);
        if (cli_interrupt_get() != 0) {
            results[i].verdict = CLI_NOT_TRIED;
            break;
        }
        tell_case(cli_case_at(i), &results[i]);
        weigh_refusals(b, results, i);
    }
    bool interrupted = cli_interrupt_get() != 0;
    if (b->unproven && (interrupted || !cli_wire_check(&b->target, &b->wire))) {
        take_back(b, results);
    }
    return sum_up(b, a, results);
}

/* There is something to report. */
static bool has_results(const struct cli_result *results)
{
    for (size_t i = 0; i < cli_case_count(); i++) {
        if (results[i].verdict != CLI_NOT_TRIED) {
            return true;
        }
    }
    return false;
}

/* Writes the report over what the file has. */
static bool write_report(FILE *f, const struct battery *b, const struct arguments *a,
                         const struct cli_result *results)
{
    if (ftruncate(fileno(f), 0) != 0) {
        return false;
    }
    cli_report_write(f, &b->target, a->anonymous, a->only, results);
    return true;
}

static int run_battery(struct battery *b, const struct arguments *a)
{
    FILE *report = NULL;
    struct stat status;
    bool written = false, failed = false;
    struct cli_result *results = calloc(cli_case_count(), sizeof(*results));
    if (!results) {
        return refuse("not enough memory", NULL);
    }
    cli_interrupt_watch();
    /* A report of before stays until there is a new one. */
    if (a->report && !(report = fopen(a->report, "ae"))) {
        free(results);
        return refuse("cannot write", a->report);
    }
    int rc = CLI_EXIT_FAILED;
    if (find_host(b, a)) {
        unsigned preset = b->target.loopback ? 0 : 2000, seconds = 0;
        read_number(a->pace, 60000, preset, &b->target.pace_ms);
        read_number(a->set_wait, 3600, 0, &seconds);
        b->target.set_wait_ms = seconds * 1000;
        rc = run_cases(b, a, results);
        bool wanted = report && has_results(results);
        written = wanted && write_report(report, b, a, results);
        failed = wanted && !written;
    } else if (cli_interrupt_get() != 0) {
        rc = 128 + cli_interrupt_get();
    }
    if (report && !written && fstat(fileno(report), &status) == 0 &&
        status.st_size == 0) {
        unlink(a->report);
    }
    if (report && (fclose(report) != 0 || failed)) {
        fprintf(stderr, "onelink conformance: cannot write %s\n", a->report);
        rc = CLI_EXIT_FAILED;
    }
    cli_wire_close(&b->wire);
    free(results);
    return rc;
}

static bool parse(int argc, char **argv, struct arguments *a)
{
    const struct cli_option options[] = {
        {.name = "config", .value = &a->config},
        {.name = "report", .value = &a->report},
        {.name = "only", .value = &a->only},
        {.name = "pace", .value = &a->pace},
        {.name = "set-wait", .value = &a->set_wait},
        {.name = "anonymous", .flag = &a->anonymous},
        {.name = "strict", .flag = &a->strict},
        {.name = "list", .flag = &a->list},
        {.name = "help", .flag = &a->help},
    };
    return cli_options_parse("conformance", argc, argv, options,
                             sizeof(options) / sizeof(options[0]));
}

static bool has_case(const char *only)
{
    for (size_t i = 0; i < cli_case_count(); i++) {
        if (cli_case_is_in(cli_case_at(i), only)) {
            return true;
        }
    }
    return false;
}

int cli_conformance(int argc, char **argv)
{
    struct arguments a = {0};
    unsigned number;
    if (!parse(argc, argv, &a)) {
        return CLI_EXIT_USAGE;
    }
    if (a.help) {
        fputs(usage, stdout);
        return CLI_EXIT_OK;
    }
    if (!has_case(a.only)) {
        return refuse("no case has the section or the name", a.only);
    }
    if (a.list) {
        cli_report_list(stdout, a.only);
        return CLI_EXIT_OK;
    }
    if (!a.config) {
        fputs(usage, stderr);
        return CLI_EXIT_USAGE;
    }
    if (!read_number(a.pace, 60000, 0, &number)) {
        return refuse("--pace takes 0 to 60000 milliseconds, not", a.pace);
    }
    if (!read_number(a.set_wait, 3600, 0, &number)) {
        return refuse("--set-wait takes 0 to 3600 seconds, not", a.set_wait);
    }
    if (access(a.config, R_OK) != 0) {
        return refuse("cannot read", a.config);
    }
    struct battery *b = calloc(1, sizeof(*b));
    if (!b) {
        return refuse("not enough memory", NULL);
    }
    int rc = cli_device_init(&b->device, "conformance", a.config) ? run_battery(b, &a)
                                                                  : CLI_EXIT_USAGE;
    cli_device_free(&b->device);
    cli_secret_wipe(b, sizeof(*b));
    free(b);
    return rc;
}
