/* SPDX-License-Identifier: MIT */
#include "onelink/net/sntp.h"

#include <string.h>

#define TIMEOUT_MS   3000U
#define SPACING_MS   15000U /* least time between requests to one server, RFC 4330 10 */
#define RETRY_MAX_MS 1024000U
#define POLL_MS      3600000U

enum state { STATE_CLOSED, STATE_SEND, STATE_WAIT, STATE_IDLE };

static uint32_t at_least(uint32_t value, uint32_t floor)
{
    return value > floor ? value : floor;
}

static uint32_t or_default(uint32_t value, uint32_t fallback)
{
    return value != 0 ? value : fallback;
}

int32_t ol_sntp_init(struct ol_sntp *s, const struct ol_sntp_config *config)
{
    memset(s, 0, sizeof *s);
    s->server_count = ol_net_servers_set(s->servers, config->servers, OL_SNTP_PORT);
    if (s->server_count == 0) {
        return OL_E_ARG;
    }
    s->timeout_ms = or_default(config->timeout_ms, TIMEOUT_MS);
    s->retry_min_ms = at_least(config->retry_ms, SPACING_MS);
    s->retry_max_ms =
        at_least(or_default(config->retry_max_ms, RETRY_MAX_MS), s->retry_min_ms);
    s->poll_ms = at_least(or_default(config->poll_ms, POLL_MS), SPACING_MS);
    s->status = OL_E_CLOSED;
    s->deadline_ms = OL_NEVER;
    return OL_OK;
}

/* The server's own bytes. Nobody else sees them, so counting in them is enough to tell
 * the answer to this request from that to an earlier one. */
static const uint8_t *nonce(const struct ol_sntp *s)
{
    return (const uint8_t *)&s->random[2U * s->server];
}

/* The answer counts from now on, also when the request cannot be sent at all. */
static OL_NOINLINE void wait_in(struct ol_sntp *s, enum state state, ol_ms now)
{
    s->state = (uint8_t)state;
    s->sent_at_ms = now;
    s->deadline_ms = ol_ms_add(now, s->timeout_ms);
}

static void ask(struct ol_sntp *s, ol_ms now)
{
    s->random[2U * s->server]++;
    ol_sntp_request_encode(nonce(s), s->request);
    wait_in(s, STATE_SEND, now);
}

/* Nothing until `distance` after the last request, and up to an eighth more. */
static void rest(struct ol_sntp *s, uint32_t distance)
{
    uint32_t dice = s->random[0] & 0xFFU;
    s->state = STATE_IDLE;
    s->deadline_ms = ol_ms_add(s->sent_at_ms, (ol_ms)distance + (distance >> 11) * dice);
}

static void fail_round(struct ol_sntp *s)
{
    uint32_t all = (1U << s->server_count) - 1U;
    bool is_refused = s->denied == all;
    if (s->status != OL_OK) {
        s->status = is_refused ? OL_E_AUTH : OL_E_TIMEOUT;
    }
    rest(s, s->retry_ms);
    if (is_refused) {
        s->deadline_ms = OL_NEVER;
    }
    bool is_high = s->retry_ms > s->retry_max_ms / 2;
    s->retry_ms = is_high ? s->retry_max_ms : s->retry_ms * 2;
}

static void ask_next(struct ol_sntp *s, ol_ms now)
{
    while (s->left > 0) {
        s->left--;
        s->server = (uint8_t)(s->server + 1 < s->server_count ? s->server + 1 : 0);
        if (((uint32_t)s->denied >> s->server & 1U) == 0) {
            ask(s, now);
            return;
        }
    }
    fail_round(s);
}

/* Begins with s->server. */
static void begin_round(struct ol_sntp *s, ol_ms now)
{
    s->left = s->server_count;
    s->server = (uint8_t)((s->server > 0 ? s->server : s->server_count) - 1);
    ask_next(s, now);
}

void ol_sntp_open(struct ol_sntp *s, const uint8_t random[OL_SNTP_RANDOM_LEN], ol_ms now)
{
    memcpy(s->random, random, sizeof s->random);
    s->retry_ms = s->retry_min_ms;
    s->status = OL_E_AGAIN;
    s->denied = 0;
    s->server = 0;
    begin_round(s, now);
}

void ol_sntp_close(struct ol_sntp *s)
{
    if (s->status != OL_OK) {
        s->status = OL_E_CLOSED;
    }
    s->state = STATE_CLOSED;
    s->deadline_ms = OL_NEVER;
}

void ol_sntp_step(struct ol_sntp *s, ol_ms now)
{
    if (s->state == STATE_CLOSED || now < s->deadline_ms) {
        return;
    }
    if (s->state == STATE_IDLE) {
        begin_round(s, now);
    } else {
        ask_next(s, now);
    }
}

bool ol_sntp_is_busy(const struct ol_sntp *s)
{
    return s->state == STATE_SEND || s->state == STATE_WAIT;
}

const uint8_t *ol_sntp_output(const struct ol_sntp *s, struct ol_addr *to, size_t *len)
{
    if (s->state != STATE_SEND) {
        return NULL;
    }
    *to = s->servers[s->server];
    *len = sizeof s->request;
    return s->request;
}

void ol_sntp_output_done(struct ol_sntp *s, ol_ms now)
{
    if (s->state == STATE_SEND) {
        wait_in(s, STATE_WAIT, now);
    }
}

/* RFC 4330 5: the way there and back is what passed here less what passed there; half of
 * it is how old the answer's time is. */
static void take_time(struct ol_sntp *s, const struct ol_sntp_answer *answer, ol_ms now)
{
    int64_t there_ms = answer->transmit_unix_ms - answer->receive_unix_ms;
    uint32_t here_ms = (uint32_t)(now - s->sent_at_ms); /* within the timeout */
    uint32_t half_ms = there_ms < here_ms ? (here_ms - (uint32_t)there_ms) / 2 : 0;
    s->sample.wall.unix_ms = answer->transmit_unix_ms + half_ms;
    s->sample.wall.quality = OL_CLOCK_SYNCED;
    s->sample.at_ms = now;
    s->sample.error_ms = half_ms + 1; /* both clocks count whole milliseconds */
    s->sample.server = s->server;
    s->sample.stratum = answer->stratum;
    s->status = OL_OK;
    s->retry_ms = s->retry_min_ms;
    rest(s, s->poll_ms);
}

bool ol_sntp_input(struct ol_sntp *s, const struct ol_addr *from, const void *data,
                   size_t len, ol_ms now)
{
    struct ol_sntp_answer answer;
    if (s->state != STATE_WAIT || now >= s->deadline_ms ||
        !ol_addr_equal(from, &s->servers[s->server]) ||
        ol_sntp_answer_decode(data, len, nonce(s), &answer) != OL_OK) {
        return false;
    }
    if (answer.verdict == OL_SNTP_TIME) {
        take_time(s, &answer, now);
        return true;
    }
    if (answer.verdict == OL_SNTP_KISS_DENY) {
        s->denied |= (uint8_t)(1U << s->server);
    } else if (answer.verdict == OL_SNTP_KISS_RATE) {
        s->retry_ms = s->retry_max_ms;
    }
    ask_next(s, now);
    return false;
}

ol_ms ol_sntp_deadline(const struct ol_sntp *s)
{
    return s->deadline_ms;
}

int32_t ol_sntp_get_sample(const struct ol_sntp *s, struct ol_sntp_sample *out)
{
    if (s->status == OL_OK) {
        *out = s->sample;
    }
    return s->status;
}
