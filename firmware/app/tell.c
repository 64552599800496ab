/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "firmware/app/private.h"
#include "onelink/onenet/onejson.h"

#define NAME_SHOWN 64

static const struct ol_str *name_of(const struct app *app, int32_t property)
{
    return &app->fields[property].identifier;
}

static enum app_message cause_of(enum ol_agent_cause cause)
{
    return (enum app_message)(MSG_CAUSE_NONE + (int)cause);
}

/* --- dates -------------------------------------------------------------------------- */

/* Two digits and what follows them. */
static char *put_two(char *out, uint32_t n, char mark)
{
    out[0] = (char)('0' + n / 10);
    out[1] = (char)('0' + n % 10);
    out[2] = mark;
    return out + 3;
}

static bool is_leap(uint32_t year)
{
    return year % 4 == 0 && year != 2100; /* seconds of 32 bits end in 2106 */
}

const char *app_date_encode(char text[APP_DATE_CAP], int64_t unix_ms)
{
    uint32_t s = (uint32_t)((uint64_t)(unix_ms > 0 ? unix_ms : 0) / 1000);
    uint32_t days = s / 86400, year = 1970, month = 1, len;
    s %= 86400;
    for (; (len = 365u + is_leap(year)) <= days; year++) {
        days -= len;
    }
    uint32_t february = len - 337;
    for (; (len = month == 2 ? february : 30 + ((month + month / 8) & 1)) <= days;
         month++) {
        days -= len;
    }
    char *p = put_two(text, year / 100, '-') - 1;
    p = put_two(p, year % 100, '-');
    p = put_two(p, month, '-');
    p = put_two(p, days + 1, ' ');
    p = put_two(p, s / 3600, ':');
    p = put_two(p, s / 60 % 60, ':');
    p = put_two(p, s % 60, ' ');
    memcpy(p, "UTC", sizeof("UTC"));
    return text;
}

/* --- reports ------------------------------------------------------------------------ */

/* "temp=23.5 humi=48.1" of a post. */
static void put_values(struct ol_writer *w, struct ol_str body)
{
    struct ol_onenet_request request;
    struct ol_onenet_item item;
    const char *mark = "";
    if (ol_onenet_request_decode(body, &request) != OL_ONENET_REQUEST_OK) {
        return;
    }
    struct ol_onenet_params params = ol_onenet_params_open(request.params);
    while (ol_onenet_params_next_wrapped(&params, &item) == OL_OK) {
        ol_writer_str(w, ol_str_from(mark));
        ol_writer_str(w, item.name.text);
        ol_writer_u8(w, '=');
        ol_writer_str(w, item.value);
        mark = " ";
    }
}

static void tell_posted(struct app *app, const struct ol_agent_event *ev)
{
    app_line_log_begin(app);
    PUT(app, ev->posted.again ? MSG_POSTED_AGAIN : MSG_POSTED, app_wide(&ev->posted.id));
    put_values(&app->said, ev->posted.body);
    app_line_log(app, OL_LOG_INFO);
}

static void remember(struct app *app, uint64_t id, int32_t code)
{
    struct app_memory *m = &app->memory;
    memmove(m->reply_codes + 1, m->reply_codes, sizeof(m->reply_codes) - sizeof(code));
    m->reply_codes[0] = code;
    m->reply_id = id;
}

static void tell_refused(struct app *app, const struct ol_agent_event *ev)
{
    remember(app, ev->refused.id, ev->refused.code);
    WARN(app, MSG_REFUSED, app_wide(&ev->refused.id), app_number(ev->refused.code),
         app_str(&ev->refused.msg));
    if (ev->refused.again) {
        return; /* is told as it goes out */
    }
    if (ev->refused.property < 0) {
        WARN(app, MSG_IN_PARTS);
    } else {
        WARN(app, MSG_ASIDE, app_str(name_of(app, ev->refused.property)));
    }
}

/* --- the way there ------------------------------------------------------------------ */

static void tell_rejected(struct app *app, const struct ol_agent_event *ev)
{
    if (ev->rejected.code == 0) {
        ERROR(app, MSG_NO_TOKEN);
        return;
    }
    ERROR(app, MSG_REJECTED, app_str(&ev->rejected.host), app_count(ev->rejected.code));
    for (unsigned i = 0; i < ev->rejected.hint_count; i++) {
        ERROR(app, MSG_HINT, app_count(i + 1),
              app_sub((enum app_message)(MSG_HINT_NAME + (int)ev->rejected.hints[i])));
    }
}

static void tell_state(struct app *app, const struct ol_agent_event *ev)
{
    if (ev->state.cause != OL_AGENT_CAUSE_NONE) {
        app->memory.cause = (uint8_t)ev->state.cause;
    }
    if (ev->state.to == OL_AGENT_BACKOFF) {
        WARN(app, MSG_BACKOFF, app_sub(cause_of(ev->state.cause)),
             app_tenths(ev->state.wait_ms / 100),
             app_count(ol_agent_get_waiting(&app->agent)));
        return;
    }
    if (ev->state.to == OL_AGENT_ONLINE) {
        INFO(app, MSG_AGENT_ONLINE);
    } else {
        DEBUG(app, (enum app_message)(MSG_AGENT_CLOSED + (int)ev->state.to));
    }
}

static void tell_host(struct app *app, const struct ol_agent_event *ev)
{
    char addr[OL_ADDR_TEXT_CAP] = "";
    (void)!ol_addr_encode(&ev->host.addr, addr, sizeof(addr));
    INFO(app, MSG_LOGGED_IN, app_str(&ev->host.host), app_text(addr));
}

static void tell_clock(struct app *app, const struct ol_agent_event *ev)
{
    char text[APP_DATE_CAP];
    bool synced = ev->clock.wall.quality == OL_CLOCK_SYNCED;
    INFO(app, synced ? MSG_CLOCK_SNTP : MSG_CLOCK_DATE,
         app_text(app_date_encode(text, ev->clock.wall.unix_ms)));
}

const char *app_addr_encode(char text[OL_ADDR_TEXT_CAP], const struct ol_addr *addr)
{
    struct ol_addr host = *addr;
    host.port = 0;
    bool is_there =
        host.family != OL_ADDR_NONE && ol_addr_encode(&host, text, OL_ADDR_TEXT_CAP) > 0;
    return is_there ? text : "-";
}

static void tell_dhcp(struct app *app, const struct ol_agent_event *ev)
{
    char address[OL_ADDR_TEXT_CAP], gateway[OL_ADDR_TEXT_CAP];
    switch (ev->dhcp.kind) {
    case OL_DHCP_EVENT_BOUND:
        INFO(app, MSG_DHCP_BOUND,
             app_text(app_addr_encode(address, &ev->dhcp.lease->address)),
             app_text(app_addr_encode(gateway, &ev->dhcp.lease->gateway)));
        break;
    case OL_DHCP_EVENT_LOST:
        WARN(app, MSG_DHCP_LOST);
        break;
    case OL_DHCP_EVENT_TAKEN:
        WARN(app, MSG_DHCP_TAKEN,
             app_text(app_addr_encode(address, &ev->dhcp.lease->address)));
        break;
    case OL_DHCP_EVENT_REFUSED:
        WARN(app, MSG_DHCP_REFUSED);
        break;
    case OL_DHCP_EVENT_SILENT:
        WARN(app, MSG_DHCP_SILENT);
        break;
    case OL_DHCP_EVENT_PROBE:
        break;
    }
}

/* --- commands and the rest ---------------------------------------------------------- */

static void tell_bad_set(struct app *app, const struct ol_agent_event *ev)
{
    WARN(app, MSG_COMMAND_BAD, app_str(&ev->bad.identifier), app_str(&ev->bad.text));
    INFO(app, MSG_COMMAND_REPLY, app_number(ev->bad.code));
}

void app_tell(struct app *app, const struct ol_agent_event *ev)
{
    struct ol_str name;
    switch (ev->kind) {
    case OL_AGENT_EVENT_STATE:
        tell_state(app, ev);
        break;
    case OL_AGENT_EVENT_HOST:
        tell_host(app, ev);
        break;
    case OL_AGENT_EVENT_CLOCK:
        tell_clock(app, ev);
        break;
    case OL_AGENT_EVENT_DHCP:
        tell_dhcp(app, ev);
        break;
    case OL_AGENT_EVENT_REJECTED:
        tell_rejected(app, ev);
        break;
    case OL_AGENT_EVENT_FILTER:
        WARN(app, MSG_FILTER, app_str(&ev->filter.filter));
        break;
    case OL_AGENT_EVENT_POSTED:
        tell_posted(app, ev);
        break;
    case OL_AGENT_EVENT_DELIVERED:
        remember(app, ev->delivered.id, 200);
        INFO(app, MSG_DELIVERED, app_wide(&ev->delivered.id));
        break;
    case OL_AGENT_EVENT_REFUSED:
        tell_refused(app, ev);
        break;
    case OL_AGENT_EVENT_TIMEOUT:
        WARN(app, MSG_TIMEOUT, app_wide(&ev->timeout.id));
        break;
    case OL_AGENT_EVENT_RESTORED:
        INFO(app, MSG_RESTORED, app_str(name_of(app, ev->restored.property)));
        break;
    case OL_AGENT_EVENT_FULL:
        WARN(app, MSG_FULL);
        break;
    case OL_AGENT_EVENT_SET_BAD:
        tell_bad_set(app, ev);
        break;
    case OL_AGENT_EVENT_GET:
        INFO(app, MSG_COMMAND_GET, app_count(ev->get.count));
        break;
    case OL_AGENT_EVENT_MESSAGE:
        name = ev->message.payload;
        name.len = name.len < NAME_SHOWN ? name.len : NAME_SHOWN;
        DEBUG(app, MSG_STRANGE, app_str(&name));
        break;
    case OL_AGENT_EVENT_SKIPPED:
        WARN(app, MSG_SKIPPED, app_count(ev->skipped.len));
        break;
    case OL_AGENT_EVENT_SET:
    case OL_AGENT_EVENT_SET_LATE:
        break;
    }
}
