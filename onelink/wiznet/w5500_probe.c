/* SPDX-License-Identifier: MIT */
#include "onelink/wiznet/w5500_private.h"

/* The chip has no command that asks for an address alone. A datagram to the candidate makes it
 * ask; only if somebody has the address does the datagram go out. */

#define RETRIES 2 /* so three requests */
#define PORT    9 /* discard */

static void end(struct ol_w5500_socket *s, enum ol_probe result)
{
    struct ol_w5500 *c = s->chip;

    c->probe = (uint8_t)result;
    c->common[COMMON_RCR] = c->config.retry_count;
    (void)ol_w5500_put_common(c, COMMON_RCR, 1);
    ol_w5500_socket_release(s, CR_CLOSE);
}

static void ask(struct ol_w5500_socket *s)
{
    struct ol_w5500 *c = s->chip;
    const uint8_t nothing = 0;

    c->common[COMMON_RCR] = RETRIES;
    (void)ol_w5500_put_common(c, COMMON_RCR, 1);
    if (!ol_w5500_socket_count(s, true)) {
        return;
    }
    ol_w5500_socket_send_to(s, &c->probe_addr, &nothing, 1);
    s->phase = PHASE_OPEN;
    ol_w5500_socket_wait(s);
}

static void on_status(struct ol_w5500_socket *s, unsigned ir, unsigned sr)
{
    if (sr == SR_LOST) {
        ol_w5500_socket_reopen(s); /* asks again when the chip is back */
    } else if (s->phase != PHASE_OPEN) {
        if (ol_w5500_socket_opening(s, sr, SR_UDP)) {
            ask(s);
        }
    } else if ((ir & IR_TIMEOUT) != 0) {
        end(s, OL_PROBE_FREE);
    } else if ((ir & IR_SENDOK) != 0) {
        end(s, OL_PROBE_TAKEN);
    } else if (sr != SR_UDP || ol_w5500_is_due(s->chip, s->late_at)) {
        ol_w5500_fault(s->chip, OL_W5500_REASON_STATE);
    } else {
        ol_w5500_socket_wait(s);
    }
}

int32_t ol_w5500_probe(void *ctx, const struct ol_addr *candidate, ol_ms now)
{
    struct ol_w5500 *c = ctx;
    struct ol_w5500_socket *s = &c->probe_socket;

    c->now = now;
    if (s->phase != PHASE_CLOSED) {
        return OL_E_AGAIN;
    }
    ol_w5500_socket_init(s, c, on_status, SN_MR_UDP);
    if (ol_w5500_random(c, &s->port) != OL_OK) {
        return OL_E_AGAIN;
    }
    c->probe = OL_PROBE_BUSY;
    c->probe_addr = *candidate;
    c->probe_addr.port = PORT;
    int32_t rc = ol_w5500_socket_open(s);
    return rc == OL_E_NOSPC ? OL_E_AGAIN : rc;
}

enum ol_probe ol_w5500_probe_result(void *ctx, ol_ms now)
{
    const struct ol_w5500 *c = ctx;
    (void)now;
    return (enum ol_probe)c->probe;
}
