/* SPDX-License-Identifier: MIT */
#include "tools/transcript.h"

#include <inttypes.h>
#include <stdio.h>

#include "onelink/onenet/onejson.h"
#include "tools/explain.h"
#include "tools/report.h"

#define OLD_S        3      /* values older than this are said to be */
#define LONG_WAIT_MS 120000 /* only after logins that were refused */

/* "temp=23.5 humi=48.1" of a post; *oldest_ms gets the time of the oldest value. */
static void summarise(struct ol_str body, char *out, size_t cap, int64_t *oldest_ms)
{
    struct ol_onenet_request request;
    struct ol_onenet_item item;
    size_t len = 0;
    out[0] = '\0';
    *oldest_ms = 0;
    if (ol_onenet_request_decode(body, &request) != OL_ONENET_REQUEST_OK) {
        return;
    }
    struct ol_onenet_params params = ol_onenet_params_open(request.params);
    while (ol_onenet_params_next_wrapped(&params, &item) == OL_OK && len < cap) {
        int n = snprintf(out + len, cap - len, "%s%.*s=%.*s", len > 0 ? " " : "",
                         (int)item.name.text.len, item.name.text.ptr, (int)item.value.len,
                         item.value.ptr);
        len += n > 0 ? (size_t)n : 0;
        if (item.time_ms > 0 && (*oldest_ms == 0 || item.time_ms < *oldest_ms)) {
            *oldest_ms = item.time_ms;
        }
    }
}

static void tell_posted(const struct cli_device *d, const struct ol_agent_event *ev)
{
    char values[2048], age[48] = "";
    int64_t oldest_ms = 0;
    struct ol_wall_time wall = ol_agent_get_wall(&d->agent);
    summarise(ev->posted.body, values, sizeof(values), &oldest_ms);
    int64_t age_s = oldest_ms > 0 ? (wall.unix_ms - oldest_ms) / 1000 : 0;
    if (wall.quality != OL_CLOCK_NONE && age_s >= OLD_S) {
        snprintf(age, sizeof(age), " (%" PRId64 " s old)", age_s);
    }
    cli_log_message(&d->log, CLI_ARROW_UP, "report %" PRIu64 ": %s%s%s", ev->posted.id,
                    values, age, ev->posted.again ? " (again)" : "");
    cli_log_line(&d->log, OL_LOG_DEBUG, "body %.*s", (int)ev->posted.body.len,
                 ev->posted.body.ptr);
}

static struct ol_str name_of(const struct cli_device *d, int32_t property)
{
    return d->model.model.fields[property].identifier;
}

static void tell_refused(struct cli_device *d, const struct ol_agent_event *ev)
{
    cli_log_message(&d->log, CLI_ARROW_DOWN, "reply %" PRIu64 ": %d %.*s", ev->refused.id,
                    (int)ev->refused.code, (int)ev->refused.msg.len, ev->refused.msg.ptr);
    if (ev->refused.again) {
        return; /* is told as it goes out */
    }
    if (ev->refused.property < 0) {
        cli_log_line(
            &d->log, OL_LOG_WARN,
            "the report was refused as a whole without naming a property; it goes "
            "out again in parts");
        return;
    }
    cli_backlog_drop(&d->backlog, (uint16_t)ev->refused.property);
    struct ol_str name = name_of(d, ev->refused.property);
    cli_log_line(
        &d->log, OL_LOG_WARN,
        "property %.*s is set aside, %u value%s of it dropped: the platform does "
        "not take it. Compare identifier, type and range with the model on the "
        "platform, and whether that is published. Everything else is reported.",
        (int)name.len, name.ptr, (unsigned)ev->refused.dropped,
        cli_plural(ev->refused.dropped));
}

static void tell_rejected(const struct cli_device *d, const struct ol_agent_event *ev)
{
    if (ev->rejected.code == 0) {
        cli_log_line(&d->log, OL_LOG_ERROR, "no token can be made: %s",
                     ol_onenet_token_error_str(ev->rejected.error));
        return;
    }
    cli_log_line(&d->log, OL_LOG_ERROR,
                 "login refused by %.*s (CONNACK %u). Most likely, in this order:",
                 (int)ev->rejected.host.len, ev->rejected.host.ptr,
                 (unsigned)ev->rejected.code);
    for (unsigned i = 0; i < ev->rejected.hint_count; i++) {
        cli_log_line(&d->log, OL_LOG_ERROR, "  %u. %s", i + 1,
                     ol_agent_hint_str(ev->rejected.hints[i]));
    }
    cli_log_line(
        &d->log, OL_LOG_ERROR,
        "  The device log in the platform's console says which; of a local platform "
        "onelink-platform log --rejected.");
}

/* No host of those that were tried can be reached. */
static bool is_out_of_reach(enum ol_agent_cause cause)
{
    return cause == OL_AGENT_CAUSE_DNS || cause == OL_AGENT_CAUSE_NO_HOST ||
           cause == OL_AGENT_CAUSE_REFUSED || cause == OL_AGENT_CAUSE_TIMEOUT;
}

/* " (host:port)" where one host is configured, else both that host = auto tries, where
 * that did not lead to a login; which one did is told then. */
static void put_place(const struct cli_device *d, enum ol_agent_cause cause, char *out,
                      size_t cap)
{
    const struct ol_agent_config *c = &d->agent_config;
    out[0] = '\0';
    if (!ol_str_equal(c->host, OL_STR("auto"))) {
        snprintf(out, cap, " (%.*s:%u)", (int)c->host.len, c->host.ptr,
                 (unsigned)c->port);
    } else if (is_out_of_reach(cause)) {
        snprintf(out, cap, " (%.*s" OL_AGENT_HOST_SMART " and " OL_AGENT_HOST_FIXED ")",
                 (int)c->product_id.len, c->product_id.ptr);
    }
}

static void tell_backoff(const struct cli_device *d, const struct ol_agent_event *ev)
{
    char at[9], place[300], waiting[48] = "";
    bool is_long = ev->state.wait_ms >= LONG_WAIT_MS;
    uint32_t count = ol_agent_get_waiting(&d->agent);
    uint32_t tenths = ev->state.wait_ms / 100; /* cut, as the times of the log are */
    const char *explanation = cli_explain_cause(ev->state.cause);
    cli_log_time_encode(at, ev->state.wait_ms);
    put_place(d, ev->state.cause, place, sizeof(place));
    if (count > 0) {
        snprintf(waiting, sizeof(waiting), "; values that wait: %u", (unsigned)count);
    }
    cli_log_line(&d->log, OL_LOG_WARN, "%s%s%s%s; next try in %u.%u s, at %s%s%s",
                 ol_agent_cause_str(ev->state.cause), place, explanation[0] ? ": " : "",
                 explanation, (unsigned)(tenths / 10), (unsigned)(tenths % 10), at,
                 is_long ? " (a restart of onelink tries at once)" : "", waiting);
}

static void tell_state(const struct cli_device *d, const struct ol_agent_event *ev)
{
    if (ev->state.to == OL_AGENT_BACKOFF) {
        tell_backoff(d, ev);
        return;
    }
    if (ev->state.to == OL_AGENT_LINK && ev->state.cause == OL_AGENT_CAUSE_LINK) {
        cli_log_line(&d->log, OL_LOG_WARN, "%s: %s", ol_agent_cause_str(ev->state.cause),
                     cli_explain_cause(ev->state.cause));
        return;
    }
    bool online = ev->state.to == OL_AGENT_ONLINE;
    if (online && d->backlog.reports > CLI_BACKLOG_MANY) {
        cli_log_line(&d->log, OL_LOG_INFO,
                     "online; values that wait: %u, in %u reports, one a second",
                     (unsigned)ol_agent_get_waiting(&d->agent),
                     (unsigned)d->backlog.reports);
        return;
    }
    cli_log_line(&d->log, online ? OL_LOG_INFO : OL_LOG_DEBUG, "%s",
                 online ? "online" : ol_agent_state_str(ev->state.to));
}

static void tell_host(const struct cli_device *d, const struct ol_agent_event *ev)
{
    char addr[OL_ADDR_TEXT_CAP] = "?";
    if (ol_addr_encode(&ev->host.addr, addr, sizeof(addr)) < 0) {
        addr[0] = '\0';
    }
    cli_log_line(&d->log, OL_LOG_INFO, "logged in at %.*s (%s)", (int)ev->host.host.len,
                 ev->host.host.ptr, addr);
}

static void tell_bad_set(const struct cli_device *d, const struct ol_agent_event *ev)
{
    cli_log_message(&d->log, CLI_ARROW_DOWN, "set with a fault%s%.*s: %.*s",
                    ev->bad.identifier.len > 0 ? " in " : "", (int)ev->bad.identifier.len,
                    ev->bad.identifier.ptr, (int)ev->bad.text.len, ev->bad.text.ptr);
    cli_log_message(&d->log, CLI_ARROW_UP, "set_reply %d", (int)ev->bad.code);
}

static void tell_filter(const struct cli_device *d, const struct ol_agent_event *ev)
{
    bool fatal = ol_str_equal(ev->filter.filter, OL_STR("thing/#"));
    cli_log_line(&d->log, OL_LOG_WARN, "the subscription to %.*s was refused%s",
                 (int)ev->filter.filter.len, ev->filter.filter.ptr,
                 fatal ? ", so neither replies nor commands can come"
                       : "; it is not needed");
}

void cli_transcript_event(struct cli_device *d, const struct ol_agent_event *ev)
{
    const struct cli_log *log = &d->log;
    switch (ev->kind) {
    case OL_AGENT_EVENT_STATE:
        tell_state(d, ev);
        break;
    case OL_AGENT_EVENT_HOST:
        tell_host(d, ev);
        break;
    case OL_AGENT_EVENT_CLOCK:
        cli_log_line(log, OL_LOG_INFO,
                     ev->clock.wall.quality == OL_CLOCK_SYNCED
                         ? "the time comes from a time server"
                         : "the time comes from the web server of date_host");
        break;
    case OL_AGENT_EVENT_DHCP: /* not here: the system manages the address */
        break;
    case OL_AGENT_EVENT_REJECTED:
        tell_rejected(d, ev);
        break;
    case OL_AGENT_EVENT_FILTER:
        tell_filter(d, ev);
        break;
    case OL_AGENT_EVENT_POSTED:
        if (!ev->posted.again) {
            cli_report_posted(d, ev->posted.body);
        }
        tell_posted(d, ev);
        break;
    case OL_AGENT_EVENT_DELIVERED:
        cli_log_message(log, CLI_ARROW_DOWN, "reply %" PRIu64 ": 200 success",
                        ev->delivered.id);
        break;
    case OL_AGENT_EVENT_REFUSED:
        tell_refused(d, ev);
        break;
    case OL_AGENT_EVENT_TIMEOUT:
        cli_log_line(log, OL_LOG_WARN,
                     "report %" PRIu64 " was not answered; it goes out again",
                     ev->timeout.id);
        break;
    case OL_AGENT_EVENT_RESTORED:
        cli_log_line(log, OL_LOG_INFO, "property %.*s is tried again",
                     (int)name_of(d, ev->restored.property).len,
                     name_of(d, ev->restored.property).ptr);
        break;
    case OL_AGENT_EVENT_FULL:
        cli_log_line(log, OL_LOG_WARN,
                     "the queue is full: new values are dropped until some are delivered "
                     "(queue_kb makes it larger)");
        break;
    case OL_AGENT_EVENT_SET_BAD:
        tell_bad_set(d, ev);
        break;
    case OL_AGENT_EVENT_SET:
    case OL_AGENT_EVENT_SET_LATE:
        break;
    case OL_AGENT_EVENT_GET:
        cli_log_message(log, CLI_ARROW_DOWN, "get of %u value%s, answered",
                        (unsigned)ev->get.count, cli_plural(ev->get.count));
        break;
    case OL_AGENT_EVENT_MESSAGE:
        cli_log_line(log, OL_LOG_DEBUG, "a message that is not served: %.*s",
                     (int)ev->message.payload.len, ev->message.payload.ptr);
        break;
    case OL_AGENT_EVENT_SKIPPED:
        cli_log_line(log, OL_LOG_WARN,
                     "a message of %u bytes is too large and was left out",
                     (unsigned)ev->skipped.len);
        break;
    }
}
