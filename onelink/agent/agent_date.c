/* SPDX-License-Identifier: MIT */
#include "onelink/agent/agent_private.h"

/* The date of a web server, for want of a better clock: within the state CLOCK, over the stream,
 * which has nothing else to do then. */

/* What became of the date in this visit of CLOCK, in struct ol_agent.date_phase. */
enum { DATE_UNASKED, DATE_LOOKUP, DATE_OPEN, DATE_SEND, DATE_RECEIVE, DATE_OVER };

void ol_agent_date_reset(struct ol_agent *a)
{
    a->date_phase = DATE_UNASKED;
}

bool ol_agent_date_begin(struct ol_agent *a)
{
    /* Next to the answer of a time server it would count for nothing. */
    if (a->config->date_host.len == 0 || a->told_quality == OL_CLOCK_SYNCED ||
        a->date_phase != DATE_UNASKED) {
        return false;
    }
    ol_agent_lookup_close(a);
    ol_http_date_init(&a->http);
    a->date_sent = 0;
    a->date_phase = DATE_LOOKUP;
    a->state_until = ol_agent_after(a, OL_AGENT_DATE_MS);
    return true;
}

bool ol_agent_date_is_running(const struct ol_agent *a)
{
    return a->state == OL_AGENT_CLOCK && a->date_phase != DATE_UNASKED &&
           a->date_phase != DATE_OVER;
}

bool ol_agent_date_has_output(const struct ol_agent *a)
{
    const struct ol_stream *stream = &a->config->stream;

    return ol_agent_date_is_running(a) && a->date_phase == DATE_SEND &&
           stream->ops->state(stream->ctx) == OL_OK;
}

ol_ms ol_agent_date_deadline(const struct ol_agent *a)
{
    const struct ol_stream *stream = &a->config->stream;

    return ol_agent_date_is_running(a) && a->date_phase != DATE_LOOKUP
               ? stream->ops->deadline(stream->ctx)
               : OL_NEVER;
}

void ol_agent_date_end(struct ol_agent *a)
{
    if (ol_agent_date_is_running(a)) {
        ol_agent_lookup_close(a);
        a->config->stream.ops->close(a->config->stream.ctx, a->now, a->now);
        a->date_phase = DATE_OVER;
        a->state_until = a->now; /* it came after all else */
    }
}

static OL_AGENT_NOINLINE int32_t look_up(struct ol_agent *a)
{
    struct ol_dns_answer answer;
    int32_t rc = ol_agent_lookup(a, a->config->date_host, &answer);

    if (rc == OL_OK) {
        a->date_addr = answer.addrs[0];
        a->date_addr.port =
            a->config->date_port != 0 ? a->config->date_port : OL_HTTP_PORT;
        a->date_phase = DATE_OPEN;
    }
    return rc;
}

static int32_t open_stream(struct ol_agent *a)
{
    const struct ol_stream *stream = &a->config->stream;
    int32_t rc = stream->ops->open(stream->ctx, &a->date_addr, a->config->date_host,
                                   a->now, a->state_until);

    if (rc == OL_OK) {
        a->date_phase = DATE_SEND;
    } else if (rc == OL_E_AGAIN) {
        /* The last connection is still closing. */
        ol_agent_poll_in(a, OL_AGENT_REOPEN_MS);
    }
    return rc;
}

/* The request is made anew for what the stream did not take at once. */
static int32_t send_request(struct ol_agent *a)
{
    const struct ol_stream *stream = &a->config->stream;
    char *text = a->config->scratch->work.text;
    struct ol_writer w = ol_writer_make(text, sizeof a->config->scratch->work.text);
    int32_t rc = stream->ops->state(stream->ctx);

    if (rc == OL_OK) {
        rc = ol_http_date_request_encode(&w, a->config->date_host);
    }
    if (rc != OL_OK) {
        return rc;
    }
    while (a->date_sent < w.len) {
        rc = stream->ops->send(stream->ctx, text + a->date_sent, w.len - a->date_sent);
        if (rc <= 0) {
            return rc;
        }
        a->date_sent = (uint16_t)(a->date_sent + (uint32_t)rc);
    }
    a->date_phase = DATE_RECEIVE;
    return OL_OK;
}

static int32_t receive(struct ol_agent *a, int64_t *unix_s)
{
    const struct ol_stream *stream = &a->config->stream;
    char *text = a->config->scratch->work.text;
    int32_t rc;

    do {
        int32_t len =
            stream->ops->recv(stream->ctx, text, sizeof a->config->scratch->work.text);
        if (len <= 0) {
            return len;
        }
        rc = ol_http_date_input(&a->http, text, (size_t)len, unix_s);
    } while (rc == OL_E_AGAIN);
    return rc;
}

static int32_t ask(struct ol_agent *a, int64_t *unix_s)
{
    int32_t rc = OL_OK;

    if (a->now >= a->state_until) {
        return OL_E_TIMEOUT;
    }
    if (a->date_phase == DATE_LOOKUP) {
        rc = look_up(a);
    }
    if (rc == OL_OK) {
        a->config->stream.ops->step(a->config->stream.ctx, a->now);
    }
    if (rc == OL_OK && a->date_phase == DATE_OPEN) {
        rc = open_stream(a);
    }
    if (rc == OL_OK && a->date_phase == DATE_SEND) {
        rc = send_request(a);
    }
    return rc == OL_OK ? receive(a, unix_s) : rc;
}

static void take(struct ol_agent *a, int64_t unix_s)
{
    struct ol_wall_time before = ol_agent_get_wall(a);

    a->told_offset_ms = unix_s * 1000 - (int64_t)a->now;
    a->told_quality = OL_CLOCK_COARSE;
    struct ol_wall_time wall = ol_agent_get_wall(a);
    int64_t off = wall.unix_ms - before.unix_ms;
    /* A date that the rejected token was made with does not explain the rejection: the doubt
     * stays, and the next token is valid whatever the date is. */
    if (before.quality == OL_CLOCK_NONE || off > OL_AGENT_CLOCK_WRONG_MS ||
        off < -OL_AGENT_CLOCK_WRONG_MS) {
        a->clock_doubted = false;
    }
    ol_agent_sample_clock(a);
    struct ol_agent_event *ev = ol_agent_emit(a, OL_AGENT_EVENT_CLOCK);
    ev->clock.wall = wall;
    ev->clock.server = a->date_addr;
}

bool ol_agent_date_run(struct ol_agent *a)
{
    int64_t unix_s = 0;
    int32_t rc = ask(a, &unix_s);

    if (rc == OL_E_AGAIN) {
        return false;
    }
    ol_agent_date_end(a);
    if (rc == OL_OK) {
        take(a, unix_s);
    }
    return true;
}
