/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "ports/posix/clock.h"
#include "ports/posix/wait.h"
#include "tools/commands.h"
#include "tools/device.h"
#include "tools/obey.h"
#include "tools/options.h"
#include "tools/report.h"
#include "tools/transcript.h"

#define GRACE_MS   3000 /* for what is queued, after a signal */
#define GOODBYE_MS 2500 /* for the DISCONNECT */

static const char usage[] =
    "usage: onelink run --config FILE\n"
    "\n"
    "Reports the properties of the settings file to OneNET and obeys its commands,\n"
    "and comes back by itself whenever the connection is lost. The log is on\n"
    "standard error. Ends with SIGTERM, SIGINT or SIGHUP; what waits for delivery\n"
    "then gets three seconds. The exit status is 0 when every value was delivered, 1\n"
    "when some were not (the last line says how many), 2 for wrong settings.\n"
    "\n"
    "  --config FILE       the settings; docs/settings.md describes them\n"
    "  -h, --help          this text\n"
    "  --version           the version\n";

enum phase {
    RUNNING,
    DELIVERING, /* told to end: what is queued gets a chance */
    LEAVING     /* says goodbye */
};

struct run {
    struct cli_device *d;
    int signals; /* descriptor */
    enum phase phase;
    ol_ms began_at;
    ol_ms sample_at;
    ol_ms interval_ms;
    ol_ms end_at; /* of the phase */
    bool stdin_told;
};

static int open_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static void leave(struct run *r, ol_ms now)
{
    r->phase = LEAVING;
    r->end_at = ol_ms_add(now, GOODBYE_MS);
    ol_agent_close(&r->d->agent, now);
}

static void stop(struct run *r, ol_ms now, ol_ms grace_ms)
{
    uint32_t waiting = ol_agent_get_waiting(&r->d->agent);
    uint32_t reports = r->d->backlog.reports;
    char long_time[48] = "";
    r->phase = DELIVERING;
    r->end_at = ol_ms_add(now, grace_ms);
    if (grace_ms == OL_NEVER && reports > CLI_BACKLOG_MANY) {
        snprintf(long_time, sizeof(long_time), ", which takes %u s", (unsigned)reports);
    }
    if (waiting > 0) {
        cli_log_line(&r->d->log, OL_LOG_INFO, "%u value%s for delivery%s",
                     (unsigned)waiting, waiting == 1 ? " waits" : "s wait", long_time);
    }
}

/* A signal: the first ends in order, the second at once. */
static void take_signal(struct run *r, ol_ms now)
{
    struct signalfd_siginfo info;
    if (read(r->signals, &info, sizeof(info)) != (ssize_t)sizeof(info)) {
        return;
    }
    if (r->phase != RUNNING) {
        r->phase = LEAVING;
        r->end_at = now;
        return;
    }
    cli_log_line(&r->d->log, OL_LOG_INFO, "told to end (%s)",
                 info.ssi_signo == SIGTERM  ? "SIGTERM"
                 : info.ssi_signo == SIGINT ? "SIGINT"
                                            : "SIGHUP");
    bool online = ol_agent_get_state(&r->d->agent) == OL_AGENT_ONLINE;
    stop(r, now, online ? GRACE_MS : 0);
}

static void take_events(struct run *r)
{
    struct ol_agent_event ev;
    while (ol_agent_next_event(&r->d->agent, &ev)) {
        if (ev.kind == OL_AGENT_EVENT_SET) {
            cli_obey(r->d, &ev);
        } else {
            cli_transcript_event(r->d, &ev);
        }
    }
}

/* Readings stand at whole intervals; those missed (the machine slept) are not made up. */
static void take_samples(struct run *r, ol_ms now)
{
    if (r->phase != RUNNING || !r->d->has_own_sources || now < r->sample_at) {
        return;
    }
    cli_report_sources(r->d, now - r->began_at);
    ol_ms missed = (now - r->sample_at) / r->interval_ms;
    r->sample_at += (missed + 1) * r->interval_ms;
}

/* Standard input is over. Without another source or a command there is nothing more to do
 * than to deliver. */
static void end_of_input(struct run *r, ol_ms now)
{
    struct cli_device *d = r->d;
    if (r->stdin_told) {
        return;
    }
    r->stdin_told = true;
    if (d->has_own_sources || d->has_commands) {
        cli_log_line(&d->log, OL_LOG_WARN, "standard input has ended; the rest goes on");
        return;
    }
    cli_log_line(&d->log, OL_LOG_INFO, "standard input has ended");
    stop(r, now, OL_NEVER);
}

static void advance_phase(struct run *r, ol_ms now)
{
    if (r->phase == DELIVERING &&
        (ol_agent_get_waiting(&r->d->agent) == 0 || now >= r->end_at)) {
        leave(r, now);
    }
}

static bool is_over(const struct run *r, ol_ms now)
{
    return r->phase == LEAVING &&
           (ol_agent_get_state(&r->d->agent) == OL_AGENT_CLOSED || now >= r->end_at);
}

static bool wants_stdin(const struct run *r)
{
    return r->d->uses_stdin && r->phase == RUNNING && !r->d->lines.ended;
}

/* Sleeps until something happens. false: the system does not let us. */
static bool wait(struct run *r, struct ol_posix_wait *w)
{
    struct cli_device *d = r->d;
    ol_ms until = ol_agent_deadline(&d->agent);
    if (r->phase == RUNNING && d->has_own_sources) {
        until = ol_ms_min(until, r->sample_at);
    }
    if (r->phase != RUNNING) {
        until = ol_ms_min(until, r->end_at);
    }
    ol_posix_wait_init(w);
    ol_posix_wait_add_stream(w, &d->stream, ol_agent_has_output(&d->agent));
    ol_posix_wait_add_datagram(w, &d->datagram, false);
    ol_posix_wait_add_fd(w, r->signals, POLLIN);
    ol_posix_wait_add_fd(w, wants_stdin(r) ? STDIN_FILENO : -1, POLLIN);
    ol_posix_wait_add_fd(w, d->outbox.len > 0 ? STDOUT_FILENO : -1, POLLOUT);
    return ol_posix_wait(w, until) >= 0;
}

static bool turn(struct run *r, struct ol_clock clock)
{
    struct cli_device *d = r->d;
    struct ol_posix_wait w;
    ol_ms now = clock.ops->monotonic_ms(clock.ctx);
    ol_agent_step(&d->agent, now, clock.ops->wall(clock.ctx));
    take_events(r);
    take_samples(r, now);
    cli_report_backlog(d);
    advance_phase(r, now);
    if (is_over(r, now)) {
        return false;
    }
    if (!wait(r, &w)) {
        cli_log_line(&d->log, OL_LOG_ERROR, "the system does not let the program wait");
        return false;
    }
    now = clock.ops->monotonic_ms(clock.ctx);
    if (ol_posix_wait_get(&w, r->signals) != 0) {
        take_signal(r, now);
    }
    if (wants_stdin(r) && ol_posix_wait_get(&w, STDIN_FILENO) != 0) {
        cli_lines_input(&d->lines, STDIN_FILENO);
        cli_report_lines(d);
        cli_report_backlog(d);
        if (d->lines.ended) {
            end_of_input(r, now);
        }
    }
    if (ol_posix_wait_get(&w, STDOUT_FILENO) != 0) {
        cli_outbox_flush(&d->outbox, STDOUT_FILENO);
    }
    return true;
}

static void tell_begin(const struct cli_device *d)
{
    const struct ol_agent_config *c = &d->agent_config;
    cli_log_line(&d->log, OL_LOG_INFO,
                 "onelink " OL_VERSION ", device %.*s of product %.*s, %u propert%s",
                 (int)c->device_name.len, c->device_name.ptr, (int)c->product_id.len,
                 c->product_id.ptr, (unsigned)c->model->property_count,
                 c->model->property_count == 1 ? "y" : "ies");
}

/* true: everything that was taken was delivered. */
static bool tell_end(const struct cli_device *d)
{
    const struct ol_agent_stats *s = ol_agent_get_stats(&d->agent);
    uint32_t waiting = ol_agent_get_waiting(&d->agent);
    uint32_t dropped =
        s->refused_full + s->refused_value + s->refused_aside + s->dropped_aside;
    bool all = waiting == 0 && dropped == 0;
    cli_log_line(&d->log, all ? OL_LOG_INFO : OL_LOG_WARN,
                 "ended: %u value%s delivered, %u not delivered, %u dropped",
                 (unsigned)s->delivered, cli_plural(s->delivered), (unsigned)waiting,
                 (unsigned)dropped);
    return all;
}

static int run_device(struct cli_device *d, const char *config)
{
    if (!cli_device_init(d, "run", config)) {
        return CLI_EXIT_USAGE;
    }
    struct ol_clock clock = ol_posix_clock();
    struct run r = {.d = d, .signals = open_signals()};
    if (r.signals < 0) {
        fputs("onelink run: the system gives no descriptor for signals\n", stderr);
        return CLI_EXIT_FAILED;
    }
    r.began_at = clock.ops->monotonic_ms(clock.ctx);
    r.sample_at = r.began_at;
    r.interval_ms =
        (ol_ms)ol_settings_number(&d->settings, OL_SETTING_KEY_REPORT_INTERVAL_S) * 1000;
    tell_begin(d);
    ol_agent_open(&d->agent, r.began_at);
    while (turn(&r, clock)) {
    }
    close(r.signals);
    return tell_end(d) ? CLI_EXIT_OK : CLI_EXIT_FAILED;
}

int cli_run(int argc, char **argv)
{
    char *config = NULL;
    bool help = false, version = false;
    const struct cli_option options[] = {
        {.name = "config", .value = &config},
        {.name = "help", .flag = &help},
        {.name = "version", .flag = &version},
    };
    if (!cli_options_parse("run", argc, argv, options,
                           sizeof(options) / sizeof(options[0]))) {
        return CLI_EXIT_USAGE;
    }
    if (version) {
        return cli_print_version();
    }
    if (help || !config) {
        fputs(usage, help ? stdout : stderr);
        return help ? CLI_EXIT_OK : CLI_EXIT_USAGE;
    }
    struct cli_device *d = calloc(1, sizeof(*d));
    if (!d) {
        fputs("onelink run: not enough memory\n", stderr);
        return CLI_EXIT_FAILED;
    }
    int rc = run_device(d, config);
    cli_device_free(d);
    free(d);
    return rc;
}
