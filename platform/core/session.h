/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_CORE_SESSION_H
#define PLATFORM_CORE_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "onelink/base/status.h"
#include "onelink/base/str.h"
#include "onelink/base/time.h"
#include "onelink/mqtt/packet.h"
#include "platform/core/list.h"
#include "platform/core/mem.h"
#include "platform/core/reason.h"

/* The server's end of one MQTT 3.1.1 connection as OneNET speaks it: finds packets in the
 * bytes that arrive, checks every rule that needs no knowledge of products and devices
 * (docs/protocol.md §1.3 to §1.6), holds what is to be sent. No I/O, no clock. The access
 * node (platform/core/node.h) drives it; the owner of the connection calls only the
 * functions under "for the owner of the connection".
 *
 * A packet that lies whole in the bytes given is read where it lies; only the rest of a
 * cut packet is copied. An idle session holds no buffer. */

#define OL_SESSION_LOGIN_MAX 1024 /* bytes of a packet before login */
#define OL_SESSION_PAYLOAD_MAX                                                           \
    262144 /* bytes of a payload, docs/protocol.md §1.7: 256 KB */
#define OL_SESSION_TOPIC_MAX          512 /* bytes, docs/protocol.md §1.4 */
#define OL_SESSION_LEVELS_MAX         8
#define OL_SESSION_PACKET_FILTERS_MAX 8 /* filters of one SUBSCRIBE or UNSUBSCRIBE */
#define OL_SESSION_KEEP_ALIVE_MIN_S   10
#define OL_SESSION_KEEP_ALIVE_MAX_S   1800
/* Longest packet after login: fixed header, topic, identifier, payload. */
#define OL_SESSION_PACKET_MAX (5 + 2 + OL_SESSION_TOPIC_MAX + 2 + OL_SESSION_PAYLOAD_MAX)
/* "$sys/" product id (32) "/" device name (64) "/" */
#define OL_SESSION_PREFIX_CAP 103

enum ol_session_state {
    OL_SESSION_CONNECTING, /* waits for CONNECT */
    OL_SESSION_ONLINE,     /* logged in */
    OL_SESSION_CLOSING,    /* input is ignored; what is to be sent is sent, then closed */
    OL_SESSION_CLOSED      /* nothing more to send: close the connection */
};

/* Counters of the running window, for the limits of docs/protocol.md §1.7. */
struct ol_session_window {
    ol_ms began_at_ms;
    uint32_t count[6]; /* by enum ol_limit, platform/core/limits.h */
};

/* Memory of the owner of the connection; zero it before ol_node_open() and leave the
 * fields alone. */
struct ol_session {
    struct ol_link ready; /* in the node's list of sessions the owner must look at */
    struct ol_link held;  /* in the node's list of sessions that wait for the commit */
    struct ol_session
        *next_online; /* in a bucket of the node's table of online devices */
    void *user;       /* the owner's */
    uint64_t peer;    /* the owner's, set before ol_node_open(): a number for the address
                         at the other end, the same for the same address */
    struct ol_link pending; /* in the node's list of sessions that have not logged in */
    struct ol_link pending_address; /* in that of its address */
    const struct ol_store_product *product;
    int64_t device; /* 0: not logged in */
    struct ol_bytes in;
    struct ol_bytes out;
    struct ol_bytes filters; /* subscriptions, see subscriptions.h */
    uint32_t in_pos;
    uint32_t out_pos;      /* sent so far */
    uint32_t out_released; /* up to here it may be sent, the rest waits for the commit */
    uint32_t out_max;
    uint64_t topics; /* what the filters match: bit n is enum ol_onenet_topic_kind n */
    uint32_t call_first; /* ids of the calls sent to it, and how many are open */
    uint32_t call_last;
    uint16_t call_count;
    uint32_t timer_index; /* place in the node's heap of deadlines */
    ol_ms timer_at_ms;    /* when the node looks at this session next */
    ol_ms uplink_at_ms;   /* last packet from the client, or when the connection opened */
    ol_ms pause_until_ms; /* input waits until then; 0: it does not */
    ol_ms set_at_ms;      /* last property/set sent to it; 0: none */
    int64_t stamp_ms;     /* last arrival time given to a sample */
    struct ol_session_window window;
    uint32_t pings; /* PINGREQs so far */
    uint16_t keep_alive_s;
    uint8_t state;  /* enum ol_session_state */
    uint8_t reason; /* enum ol_reason: why it closes */
    uint8_t filter_count;
    uint8_t filters_max; /* filters of one session, docs/protocol.md §1.7 */
    uint8_t prefix_len;
    uint8_t product_len; /* of the product id within prefix, which begins at 5 */
    char prefix[OL_SESSION_PREFIX_CAP];
};

/* ---- for the owner of the connection ---- */

/* What may be sent now: *len bytes that live until the next call into the node or the
 * session. NULL and 0: nothing. Tell what was sent by ol_node_output_done(). */
const uint8_t *ol_session_output(const struct ol_session *s, size_t *len);

/* All that had to be sent is sent, or never will be: close the TCP connection, then call
 * ol_node_close(). */
bool ol_session_is_closed(const struct ol_session *s);

/* false: do not read from the connection now (a limit holds it back, or it is closing).
 * When it becomes true again the session comes up in ol_node_next_ready(). */
bool ol_session_is_reading(const struct ol_session *s);

/* ---- for the access node ---- */

/* Bytes of one input call that no packet was taken from yet. */
struct ol_session_feed {
    const uint8_t *data;
    size_t len;
};

/* One packet that passed every rule of the session. Its spans live until the next call of
 * ol_session_next() or ol_session_unread(). */
struct ol_session_packet {
    struct ol_mqtt_header header;
    struct ol_str raw;     /* all of it; with OL_E_PROTO as much as there is */
    enum ol_reason reason; /* with OL_E_PROTO: the broken rule */
    union {
        struct ol_mqtt_connect connect;     /* CONNECT */
        struct ol_mqtt_publish publish;     /* PUBLISH, QoS 0 or 1 */
        struct ol_mqtt_subscribe subscribe; /* SUBSCRIBE, UNSUBSCRIBE: 1 to 8 filters */
    };
};

/* Begins a session over zeroed memory. */
void ol_session_init(struct ol_session *s, uint32_t out_max, ol_ms now);

/* Takes the next packet. OL_OK: *out is filled. OL_E_AGAIN: no whole packet is left, what
 * there was is kept. OL_E_PROTO: out->reason tells the broken rule: close. OL_E_NOSPC: no
 * memory to keep the rest: close. A rule is told as soon as the bytes that break it are
 * there, not when the packet is complete. */
OL_MUST int32_t ol_session_next(struct ol_session *s, struct ol_mem *mem,
                                struct ol_session_feed *feed,
                                struct ol_session_packet *out);

/* Puts back the packet taken last, to be taken again by the next ol_session_next(). */
void ol_session_unread(struct ol_session *s, struct ol_session_feed *feed,
                       const struct ol_session_packet *packet);

/* Keeps all of feed for later calls of ol_session_next(). OL_E_NOSPC: no memory: close.
 */
OL_MUST int32_t ol_session_keep(struct ol_session *s, struct ol_mem *mem,
                                struct ol_session_feed *feed);

/* Room for a packet of at most cap bytes behind the output, as a writer. When it is
 * written, call ol_session_write_done(). false: the client is too slow (above out_max),
 * or there is no memory: close. */
OL_MUST bool ol_session_write(struct ol_session *s, struct ol_mem *mem, size_t cap,
                              struct ol_writer *w);

/* What stands in w is output now; it may be sent at once unless the session waits for the
 * commit. */
void ol_session_write_done(struct ol_session *s, const struct ol_writer *w);

/* Everything written so far may be sent. */
void ol_session_release(struct ol_session *s);

/* Ends the session: no more input is taken. With flush what is written is still sent
 * first, without it is thrown away. Input memory is given back by
 * ol_session_drop_input(). */
void ol_session_close(struct ol_session *s, struct ol_mem *mem, enum ol_reason reason,
                      bool flush);

/* Gives back what is kept of the input. */
void ol_session_drop_input(struct ol_session *s, struct ol_mem *mem);

/* n bytes of the output were sent. */
void ol_session_output_done(struct ol_session *s, struct ol_mem *mem, size_t n);

/* Gives back all memory. */
void ol_session_reset(struct ol_session *s, struct ol_mem *mem);

/* The product id and the device name of a session that is logged in. */
struct ol_str ol_session_product(const struct ol_session *s);
struct ol_str ol_session_device(const struct ol_session *s);

#endif
