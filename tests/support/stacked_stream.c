/* SPDX-License-Identifier: MIT */
#include "tests/support/stacked_stream.h"

#include <string.h>

#define HEADER_LEN   3U
#define CHECKSUM_LEN 4U
#define FLUSH_MS     20U /* how often unsent bytes are tried again */

enum phase {
    PHASE_CLOSED,
    PHASE_CONNECTING, /* the stream below opens */
    PHASE_SHAKING,
    PHASE_OPEN,
    PHASE_ENDED, /* the peer closed or the stream below failed; bytes may be left to read
                  */
    PHASE_CLOSING, /* our last records go out */
    PHASE_CLOSING_BELOW
};

enum type { TYPE_CLOSE = 21, TYPE_SHAKE = 22, TYPE_DATA = 23 };

static uint32_t mix(uint32_t h, uint32_t v)
{
    for (int i = 0; i < 4; i++) {
        h = (h ^ (v >> (8 * i) & 0xFFU)) * 16777619U;
    }
    return h;
}

static void put_u32(uint8_t *p, uint32_t v)
{
    for (int i = 0; i < 4; i++) {
        p[i] = (uint8_t)(v >> (24 - 8 * i));
    }
}

static uint32_t get_u32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Each direction has its own sequence, so that no record can be played back to its
 * sender. */
static uint32_t direction_key(const struct ol_stacked *s, bool to_server)
{
    uint32_t h = mix(2166136261U, s->key);
    if (s->phase >= PHASE_OPEN) {
        h = mix(h, s->nonce ^ s->peer_nonce);
    }
    return mix(h, to_server ? 1 : 2);
}

static void scramble(uint8_t *data, size_t len, uint32_t key, uint32_t number)
{
    uint32_t x = mix(key, number) | 1U;
    for (size_t i = 0; i < len; i++) {
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        data[i] ^= (uint8_t)(x >> 24);
    }
}

static uint32_t checksum(const uint8_t *record, size_t len, uint32_t key, uint32_t number)
{
    uint32_t h = mix(mix(2166136261U, key), number);
    for (size_t i = 0; i < len; i++) {
        h = mix(h, record[i]);
    }
    return h;
}

static void reset_buffers(struct ol_stacked *s)
{
    s->rx_len = s->plain_pos = s->plain_len = s->tx_pos = s->tx_len = 0;
    s->rx_number = s->tx_number = 0;
    s->received = 0;
    s->has_peer_closed = false;
}

static void end(struct ol_stacked *s, int32_t failure)
{
    s->phase = PHASE_ENDED;
    s->failure = failure;
    s->give_up_at_ms = OL_NEVER;
}

static void drop(struct ol_stacked *s, ol_ms now, int32_t failure)
{
    s->below.ops->close(s->below.ctx, now, now);
    s->phase = PHASE_CLOSED;
    s->failure = failure;
    s->give_up_at_ms = OL_NEVER;
}

static bool has_room(const struct ol_stacked *s, size_t payload_len)
{
    return sizeof s->tx - s->tx_len >= payload_len + HEADER_LEN + CHECKSUM_LEN;
}

/* There must be room. */
static void put_record(struct ol_stacked *s, enum type type, const void *payload,
                       size_t len)
{
    uint8_t *record = s->tx + s->tx_len;
    uint32_t key = direction_key(s, !s->is_server);
    record[0] = (uint8_t)type;
    record[1] = (uint8_t)(len >> 8);
    record[2] = (uint8_t)len;
    if (len > 0) {
        memcpy(record + HEADER_LEN, payload, len);
    }
    put_u32(record + HEADER_LEN + len,
            checksum(record, HEADER_LEN + len, key, s->tx_number));
    scramble(record + HEADER_LEN, len, key, s->tx_number);
    s->tx_number++;
    s->tx_len += HEADER_LEN + len + CHECKSUM_LEN;
}

static void flush(struct ol_stacked *s)
{
    while (s->tx_pos < s->tx_len) {
        int32_t n =
            s->below.ops->send(s->below.ctx, s->tx + s->tx_pos, s->tx_len - s->tx_pos);
        if (n < 0) {
            return; /* a failure shows in the state of the stream below */
        }
        s->tx_pos += (size_t)n;
    }
    s->tx_pos = s->tx_len = 0;
}

static void put_hello(struct ol_stacked *s)
{
    uint8_t hello[4 + OL_STACKED_HOST_MAX];
    size_t host_len = s->is_server ? 0 : strlen(s->host);
    put_u32(hello, s->nonce);
    memcpy(hello + 4, s->host, host_len);
    put_record(s, TYPE_SHAKE, hello, 4 + host_len);
}

static void put_proof(struct ol_stacked *s)
{
    uint8_t proof[4];
    put_u32(proof, mix(mix(s->key, s->nonce), s->peer_nonce));
    put_record(s, TYPE_SHAKE, proof, sizeof proof);
}

static bool is_proof(const struct ol_stacked *s, const uint8_t *payload, size_t len)
{
    return len == 4 && get_u32(payload) == mix(mix(s->key, s->peer_nonce), s->nonce);
}

static void open_up(struct ol_stacked *s)
{
    s->phase = PHASE_OPEN;
    s->give_up_at_ms = OL_NEVER;
}

static void take_hello(struct ol_stacked *s, const uint8_t *payload, size_t len)
{
    if (len < 4 || len > 4 + OL_STACKED_HOST_MAX) {
        end(s, OL_E_IO);
        return;
    }
    s->peer_nonce = get_u32(payload);
    if (s->is_server) {
        memcpy(s->host, payload + 4, len - 4);
        s->host[len - 4] = '\0';
        put_hello(s);
    } else {
        put_proof(s);
    }
}

static void take_shake(struct ol_stacked *s, const uint8_t *payload, size_t len)
{
    s->received++;
    if (s->received == 1) {
        take_hello(s, payload, len);
    } else if (!is_proof(s, payload, len)) {
        end(s, OL_E_AUTH);
    } else {
        if (s->is_server) {
            put_proof(s);
        }
        open_up(s);
    }
}

static void take_record(struct ol_stacked *s, enum type type, const uint8_t *payload,
                        size_t len)
{
    if (s->phase == PHASE_SHAKING && type == TYPE_SHAKE) {
        take_shake(s, payload, len);
    } else if (s->phase == PHASE_OPEN && type == TYPE_DATA) {
        memcpy(s->plain, payload, len);
        s->plain_pos = 0;
        s->plain_len = len;
    } else if (s->phase == PHASE_OPEN && type == TYPE_CLOSE) {
        s->has_peer_closed = true;
        end(s, OL_OK);
    } else {
        end(s, OL_E_IO);
    }
}

/* How long the record is whose beginning is in rx. */
static size_t wanted(const struct ol_stacked *s)
{
    if (s->rx_len < HEADER_LEN) {
        return HEADER_LEN;
    }
    return HEADER_LEN + ((size_t)s->rx[1] << 8 | s->rx[2]) + CHECKSUM_LEN;
}

static void open_record(struct ol_stacked *s)
{
    size_t len = s->rx_len - HEADER_LEN - CHECKSUM_LEN;
    uint32_t key = direction_key(s, s->is_server);
    scramble(s->rx + HEADER_LEN, len, key, s->rx_number);
    uint32_t sum = checksum(s->rx, HEADER_LEN + len, key, s->rx_number);
    s->rx_len = 0;
    s->rx_number++;
    if (sum != get_u32(s->rx + HEADER_LEN + len)) {
        /* A wrong key shows with the first record already. */
        end(s, s->phase == PHASE_SHAKING ? OL_E_AUTH : OL_E_IO);
        return;
    }
    take_record(s, (enum type)s->rx[0], s->rx + HEADER_LEN, len);
}

/* The stream below has ended, which without a closing record is a cut, whatever it says.
 */
static void take_end(struct ol_stacked *s)
{
    int32_t why = s->below.ops->state(s->below.ctx);
    end(s, why == OL_E_CLOSED || why == OL_OK || why == OL_E_AGAIN ? OL_E_IO : why);
}

/* Reads until plain bytes are there or nothing more comes. */
static void pump(struct ol_stacked *s)
{
    while ((s->phase == PHASE_OPEN || s->phase == PHASE_SHAKING) &&
           s->plain_pos == s->plain_len) {
        size_t want = wanted(s);
        if (want > sizeof s->rx) {
            end(s, OL_E_IO);
            return;
        }
        if (s->rx_len == want) {
            open_record(s);
            flush(s);
            continue;
        }
        int32_t n = s->below.ops->recv(s->below.ctx, s->rx + s->rx_len, want - s->rx_len);
        if (n == OL_E_AGAIN) {
            return;
        }
        if (n < 0) {
            take_end(s);
            return;
        }
        s->rx_len += (size_t)n;
    }
}

static void begin(struct ol_stacked *s, struct ol_str host, ol_ms give_up_at)
{
    size_t len = host.len < OL_STACKED_HOST_MAX ? host.len : OL_STACKED_HOST_MAX;
    reset_buffers(s);
    if (len > 0) {
        memcpy(s->host, host.ptr, len);
    }
    s->host[len] = '\0';
    s->failure = OL_OK;
    s->phase = PHASE_CONNECTING;
    s->give_up_at_ms = give_up_at;
}

static int32_t stacked_open(void *ctx, const struct ol_addr *peer, struct ol_str host,
                            ol_ms now, ol_ms give_up_at)
{
    struct ol_stacked *s = ctx;
    if (s->phase == PHASE_CLOSING || s->phase == PHASE_CLOSING_BELOW) {
        return OL_E_AGAIN;
    }
    if (s->phase != PHASE_CLOSED && s->phase != PHASE_ENDED) {
        return OL_E_ARG;
    }
    if (s->phase == PHASE_ENDED) {
        drop(s, now, OL_OK);
    }
    int32_t rc = s->below.ops->open(s->below.ctx, peer, host, now, give_up_at);
    if (rc == OL_OK) {
        s->is_server = false;
        begin(s, host, give_up_at);
    }
    return rc;
}

void ol_stacked_accept(struct ol_stacked *s, ol_ms now, ol_ms give_up_at)
{
    s->is_server = true;
    s->stepped_at_ms = now;
    begin(s, (struct ol_str){0}, give_up_at);
}

static void step_connecting(struct ol_stacked *s, ol_ms now)
{
    int32_t below = s->below.ops->state(s->below.ctx);
    if (below == OL_OK) {
        s->phase = PHASE_SHAKING;
        if (!s->is_server) {
            put_hello(s);
        }
    } else if (below != OL_E_AGAIN) {
        drop(s, now, below == OL_E_CLOSED ? OL_E_IO : below);
    }
}

static void step_closing(struct ol_stacked *s, ol_ms now)
{
    int32_t below = s->below.ops->state(s->below.ctx);
    if (s->phase == PHASE_CLOSING && (s->tx_len == 0 || below != OL_OK)) {
        s->phase = PHASE_CLOSING_BELOW;
        s->below.ops->close(s->below.ctx, now, s->give_up_at_ms);
        below = s->below.ops->state(s->below.ctx);
    }
    if (s->phase == PHASE_CLOSING_BELOW && below != OL_E_AGAIN) {
        s->phase = PHASE_CLOSED;
        s->give_up_at_ms = OL_NEVER;
    } else if (now >= s->give_up_at_ms) {
        drop(s, now, OL_OK);
    }
}

static void stacked_step(void *ctx, ol_ms now)
{
    struct ol_stacked *s = ctx;
    s->stepped_at_ms = now;
    if (s->phase == PHASE_CLOSED) {
        return;
    }
    s->below.ops->step(s->below.ctx, now);
    if (s->phase == PHASE_CONNECTING) {
        step_connecting(s, now);
    }
    flush(s);
    pump(s);
    if (s->phase == PHASE_CLOSING || s->phase == PHASE_CLOSING_BELOW) {
        step_closing(s, now);
    } else if (now >= s->give_up_at_ms) {
        drop(s, now, OL_E_TIMEOUT); /* only a hand-shake has this deadline */
    }
}

static int32_t stacked_state(const void *ctx)
{
    const struct ol_stacked *s = ctx;
    switch (s->phase) {
    case PHASE_OPEN:
        return OL_OK;
    case PHASE_CLOSED:
    case PHASE_ENDED:
        return s->failure != OL_OK ? s->failure : OL_E_CLOSED;
    default:
        return OL_E_AGAIN;
    }
}

static int32_t stacked_send(void *ctx, const void *data, size_t len)
{
    struct ol_stacked *s = ctx;
    if (s->phase == PHASE_CONNECTING || s->phase == PHASE_SHAKING) {
        return OL_E_AGAIN;
    }
    if (s->phase != PHASE_OPEN) {
        return OL_E_CLOSED;
    }
    flush(s);
    if (s->tx_len > 0) {
        int32_t below = s->below.ops->state(s->below.ctx);
        return below == OL_OK ? OL_E_AGAIN : OL_E_CLOSED;
    }
    size_t part = len < OL_STACKED_CAP ? len : OL_STACKED_CAP;
    put_record(s, TYPE_DATA, data, part);
    flush(s);
    return (int32_t)part;
}

static int32_t stacked_recv(void *ctx, void *buf, size_t cap)
{
    struct ol_stacked *s = ctx;
    pump(s);
    size_t left = s->plain_len - s->plain_pos;
    if (left > 0) {
        size_t part = left < cap ? left : cap;
        memcpy(buf, s->plain + s->plain_pos, part);
        s->plain_pos += part;
        return (int32_t)part;
    }
    bool is_to_come = s->phase == PHASE_CONNECTING || s->phase == PHASE_SHAKING ||
                      s->phase == PHASE_OPEN;
    return is_to_come ? OL_E_AGAIN : OL_E_CLOSED;
}

static void stacked_close(void *ctx, ol_ms now, ol_ms give_up_at)
{
    struct ol_stacked *s = ctx;
    if (s->phase == PHASE_CLOSED) {
        return;
    }
    bool can_say_so =
        s->phase == PHASE_OPEN || (s->phase == PHASE_ENDED && s->has_peer_closed);
    if (s->phase == PHASE_CLOSING || s->phase == PHASE_CLOSING_BELOW) {
        s->give_up_at_ms = ol_ms_min(s->give_up_at_ms, give_up_at);
    } else if (!can_say_so || give_up_at <= now || !has_room(s, 0)) {
        drop(s, now, s->failure);
        return;
    } else {
        put_record(s, TYPE_CLOSE, NULL, 0);
        s->phase = PHASE_CLOSING;
        s->plain_pos = s->plain_len = 0;
        s->give_up_at_ms = give_up_at;
    }
    stacked_step(s, now);
}

static ol_ms stacked_deadline(const void *ctx)
{
    const struct ol_stacked *s = ctx;
    if (s->phase == PHASE_CLOSED) {
        return OL_NEVER;
    }
    ol_ms at = ol_ms_min(s->give_up_at_ms, s->below.ops->deadline(s->below.ctx));
    /* Nobody else knows of bytes that wait here, so nobody waits for room below. */
    bool has_unsent = s->tx_len > 0 && s->phase != PHASE_ENDED;
    return has_unsent ? ol_ms_min(at, ol_ms_add(s->stepped_at_ms, FLUSH_MS)) : at;
}

void ol_stacked_init(struct ol_stacked *s, struct ol_stream below, uint32_t key,
                     uint32_t nonce)
{
    memset(s, 0, sizeof *s);
    s->below = below;
    s->key = key;
    s->nonce = nonce;
    s->give_up_at_ms = OL_NEVER;
}

struct ol_stream ol_stacked_link(struct ol_stacked *s)
{
    static const struct ol_stream_ops ops = {
        .open = stacked_open,
        .step = stacked_step,
        .state = stacked_state,
        .send = stacked_send,
        .recv = stacked_recv,
        .close = stacked_close,
        .deadline = stacked_deadline,
    };
    return (struct ol_stream){.ctx = s, .ops = &ops};
}
