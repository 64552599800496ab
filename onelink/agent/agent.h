/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_AGENT_AGENT_H
#define ONELINK_AGENT_AGENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "onelink/agent/backoff.h"
#include "onelink/agent/cause.h"
#include "onelink/agent/queue.h"
#include "onelink/base/status.h"
#include "onelink/base/str.h"
#include "onelink/base/time.h"
#include "onelink/link/datagram.h"
#include "onelink/link/entropy.h"
#include "onelink/link/netif.h"
#include "onelink/link/stream.h"
#include "onelink/mqtt/client.h"
#include "onelink/net/dhcp.h"
#include "onelink/net/dns.h"
#include "onelink/net/http_date.h"
#include "onelink/net/sntp.h"
#include "onelink/onenet/device.h"
#include "onelink/onenet/model.h"
#include "onelink/onenet/token.h"
#include "onelink/onenet/value.h"

/* The whole of a OneNET device over a stream, a datagram socket and a network interface: gets
 * link, address, clock and platform address, logs in, reports what it is given, obeys commands,
 * and comes back for ever.
 *
 *     static const struct ol_agent_config config = {...};   // see below
 *     static struct ol_agent agent;
 *     rc = ol_agent_init(&agent, &config);
 *     ol_agent_open(&agent, now);
 *     for (;;) {
 *         ol_agent_step(&agent, now, wall);
 *         while (ol_agent_next_event(&agent, &ev)) { ... may sample, may answer ... }
 *         if (a reading is due) rc = ol_agent_sample(&agent, TEMP, &value, 0, NULL);
 *         ... sleep until ol_agent_deadline(&agent), the stream or a datagram has something,
 *             and while ol_agent_has_output() until the stream takes bytes ...
 *     }
 *
 * Rules that a user can rely on:
 * - A sample that ol_agent_sample took is kept until the platform said 200 to the post it went
 *   out in. Lost connections, lost replies and restarts of the platform do not lose it. What is
 *   not delivered in the end is told by an event and counted (ol_agent_get_stats).
 * - Each sample carries its own time, unique for its property, so that the platform stores a
 *   post that had to be sent twice once. (Without any clock a post goes out without times; then
 *   a lost reply may cost a double.)
 * - Uplink order: answers to commands at once, then samples taken since the login, then older
 *   ones, both oldest first. Posts are at least 1 s apart, logins 2 s.
 * - The agent works only within ol_agent_step and ol_agent_next_event. It stops while an event
 *   waits, so take all events after each step.
 *
 * Spans in an event live until the next call of ol_agent_step, ol_agent_next_event or
 * ol_agent_close; posted.body and host.host only until ol_agent_set_reply, too. */

#define OL_AGENT_HOST_SMART  ".mqtts.acc.cmcconenet.cn" /* after the product id */
#define OL_AGENT_HOST_FIXED  "mqtts.heclouds.com"
#define OL_AGENT_HOST_MAX    64 /* of the host that is made from a product id, with NUL */
#define OL_AGENT_PORT        1883
#define OL_AGENT_KEEPALIVE_S 120 /* docs/protocol.md §10.1 */
#define OL_AGENT_NTP_MAX     OL_SNTP_SERVERS_MAX

#define OL_AGENT_COMMANDS_MAX   4    /* set commands that may wait for the application */
#define OL_AGENT_ANSWER_MAX     40   /* bytes of msg of an answer to a command, as JSON */
#define OL_AGENT_ANSWER_MS      4000 /* the platform waits 5 s, docs/protocol.md §4.3 */
#define OL_AGENT_POST_SPACE_MS  1000 /* docs/protocol.md §1.7 */
#define OL_AGENT_LOGIN_SPACE_MS 2000 /* 3 logins in 5 s, docs/protocol.md §1.7 */
#define OL_AGENT_TOKEN_DAYS     30
#define OL_AGENT_RESTORE_MS     3600000 /* a property set aside is tried again after this */

enum ol_agent_key {
    OL_AGENT_KEY_DEVICE,  /* `key` is the device's key */
    OL_AGENT_KEY_PRODUCT, /* `key` is the product's access key */
    OL_AGENT_KEY_TOKEN    /* `key` is a ready token: sent as it is, never renewed */
};

/* What the application keeps for each property of the model. All private. */
struct ol_agent_slot {
    int64_t last_ms; /* time given to the newest sample, unix */
    int64_t high_ms; /* greatest time given to any */
    int64_t own_ms;  /* the last time of the application's own, as it asked for it */
    uint32_t newest; /* scratch: position in the queue, see agent_post.c */
    uint8_t flags;
    uint8_t level;     /* how often the clock was set back below high_ms */
    uint8_t set_backs; /* the agent's, when the newest sample came */
};

/* Working memory. `work` is busy only during a call. */
struct ol_agent_scratch {
    union {
        struct {
            struct ol_onenet_token_scratch hmac;
            char res[OL_ONENET_RESOURCE_MAX];
            char token[OL_ONENET_TOKEN_MAX];
        } login;
        uint8_t datagram[OL_DHCP_MESSAGE_MAX]; /* the longest of DNS, SNTP, DHCP */
        char text[OL_DNS_MESSAGE_MAX];         /* topics and filters */
    } work;
    struct ol_mqtt_client_config mqtt;
};

struct ol_agent_dhcp;

/* Everything it points to, and itself, must outlive the agent; it may lie in flash. Zero means
 * the default. */
struct ol_agent_config {
    /* The machine. */
    struct ol_stream stream;
    struct ol_datagram
        datagram; /* for DNS and SNTP in turn; ops NULL: host is an address or
                                    known to find_host, and there is no SNTP */
    struct ol_netif netif;
    struct ol_entropy entropy;
    /* DHCP, prepared by ol_agent_dhcp_init (onelink/agent/agent_dhcp.h). NULL: the system
     * or the application sets the address. */
    struct ol_agent_dhcp *dhcp;

    /* What it is about. */
    const struct ol_onenet_model *model;
    struct ol_agent_slot
        *slots; /* slot_count at least model->property_count; any content */
    size_t slot_count;

    /* Memory. */
    uint8_t *rx; /* largest packet that can be received, and the CONNECT: 512 at least */
    size_t rx_cap;
    uint8_t *tx; /* holds posts until their PUBACK: 512 at least */
    size_t tx_cap;
    void *queue; /* samples: 16 bytes and the value as text each */
    size_t queue_cap;
    struct ol_agent_scratch *scratch;

    /* Who we are. docs/protocol.md §1.3, §2.2. */
    struct ol_str product_id;
    struct ol_str device_name;
    enum ol_agent_key key_kind;
    struct ol_str key;                     /* base64, or the token */
    const struct ol_onenet_method *method; /* NULL only with a ready token */
    uint16_t token_days; /* life of a token; default OL_AGENT_TOKEN_DAYS */

    /* Where the platform is. */
    struct ol_str
        host; /* a name, an IPv4 address, or "auto" (or empty): the product's own
                                host, then the fixed one, docs/protocol.md §1.1 */
    struct ol_str last_host; /* with "auto": tried first; from OL_AGENT_EVENT_HOST */
    uint16_t port;           /* default OL_AGENT_PORT */
    uint16_t keepalive_s;    /* 10..1800, default OL_AGENT_KEEPALIVE_S */

    /* Time servers, names or IPv4 addresses, asked before those that the network told (DHCP).
     * They are asked while the machine's own wall clock is not OL_CLOCK_SYNCED. */
    struct ol_str ntp[OL_AGENT_NTP_MAX];
    /* Those to ask where neither `ntp` nor the network names one. */
    struct ol_str ntp_fallback[OL_AGENT_NTP_MAX];
    uint32_t
        clock_wait_ms; /* with no clock at all, how long to wait for one before a login
                               without; default 10,000 */
    /* A web server, name or IPv4 address, whose date is taken when there is no clock at all or
     * a login made it doubtful, and no time server answered. It is asked over `stream`, so it
     * is of use only where that is plain TCP. Empty: none. */
    struct ol_str date_host;
    uint16_t date_port; /* default OL_HTTP_PORT */

    /* Timing. */
    uint32_t connect_timeout_ms; /* for one address; default 10,000 */
    uint32_t reply_timeout_ms;   /* for a post; default OL_ONENET_REPLY_TIMEOUT_MS */
    uint8_t posts; /* posts that may be unanswered at a time, 1..4; default 2 */
};

/* In the order of a connection's life, which comparisons rely on. */
enum ol_agent_state {
    OL_AGENT_CLOSED,    /* not opened yet, or closed by ol_agent_close */
    OL_AGENT_LINK,      /* waits for the cable */
    OL_AGENT_ADDRESS,   /* waits for an address */
    OL_AGENT_CLOCK,     /* asks for the time where the machine has none */
    OL_AGENT_RESOLVE,   /* looks up the platform's name */
    OL_AGENT_CONNECT,   /* opens the stream */
    OL_AGENT_LOGIN,     /* CONNECT is sent, CONNACK awaited */
    OL_AGENT_SUBSCRIBE, /* SUBSCRIBE is sent, SUBACK awaited */
    OL_AGENT_ONLINE,    /* reports and obeys */
    OL_AGENT_BACKOFF,   /* waits before the next attempt */
    OL_AGENT_CLOSING    /* says goodbye */
};

/* "link", "resolve" ...: for a log. Static storage. */
const char *ol_agent_state_str(enum ol_agent_state state);

enum ol_agent_event_kind {
    OL_AGENT_EVENT_STATE, /* ev.state: the state changed */
    OL_AGENT_EVENT_HOST,  /* ev.host: logged in; remember the host as last_host */
    OL_AGENT_EVENT_CLOCK, /* ev.clock: a time server answered, then the machine may be
                             set, or date_host did, then wall is OL_CLOCK_COARSE */
    OL_AGENT_EVENT_DHCP,  /* ev.dhcp: what the DHCP client did */
    OL_AGENT_EVENT_REJECTED, /* ev.rejected: CONNACK with a refusal, or a token that cannot be
                                made */
    OL_AGENT_EVENT_FILTER,    /* ev.filter: a subscription was refused */
    OL_AGENT_EVENT_POSTED,    /* ev.posted: a post was handed to the connection */
    OL_AGENT_EVENT_DELIVERED, /* ev.delivered: a post was answered 200 */
    OL_AGENT_EVENT_REFUSED,   /* ev.refused: a post was answered otherwise */
    OL_AGENT_EVENT_TIMEOUT,   /* ev.timeout: a post was not answered; it goes out again */
    OL_AGENT_EVENT_RESTORED, /* ev.restored: a property that was set aside is tried again */
    OL_AGENT_EVENT_FULL, /* the queue began to refuse samples; told once until one fits */
    OL_AGENT_EVENT_SET,  /* ev.set: a command. Answer it with ol_agent_set_reply */
    OL_AGENT_EVENT_SET_BAD,  /* ev.bad: a command that was refused for what it says */
    OL_AGENT_EVENT_SET_LATE, /* ev.late: the application did not answer in time */
    OL_AGENT_EVENT_GET,      /* ev.get: the platform asked for values; answered */
    OL_AGENT_EVENT_MESSAGE,  /* ev.message: a message that the agent does not serve */
    OL_AGENT_EVENT_SKIPPED   /* ev.skipped: a message larger than rx was dropped */
};

struct ol_agent_event {
    enum ol_agent_event_kind kind;
    union {
        struct {
            enum ol_agent_state from;
            enum ol_agent_state to;
            enum ol_agent_cause cause; /* OL_AGENT_CAUSE_NONE for the normal course */
            uint32_t wait_ms; /* to == OL_AGENT_BACKOFF: until the next attempt */
        } state;
        struct {
            struct ol_str host; /* its name, or the address where no name is configured */
            struct ol_addr addr;
        } host;
        struct {
            struct ol_wall_time wall;
            struct ol_addr server;
        } clock;
        struct {
            enum ol_dhcp_event_kind kind; /* all but OL_DHCP_EVENT_PROBE */
            /* OL_DHCP_EVENT_BOUND, _TAKEN. In force: ol_agent_dhcp_get_lease. */
            const struct ol_dhcp_lease *lease;
        } dhcp;
        struct {
            uint8_t
                code; /* enum ol_mqtt_connack_code; 0: no token could be made, see error */
            enum ol_onenet_token_error error;
            struct ol_str host;
            /* Likely causes, the most likely first; ol_agent_hint_str has the words. */
            enum ol_agent_hint hints[OL_AGENT_HINTS_MAX];
            uint8_t hint_count;
        } rejected;
        struct {
            struct ol_str filter; /* "thing/#" (the connection is given up) or "ota/#" */
        } filter;
        struct {
            uint64_t id;
            struct ol_str body;
            uint16_t count; /* samples in it */
            bool again;     /* the same body and id went out before */
        } posted;
        struct {
            uint64_t id;
            uint16_t count;
        } delivered;
        struct {
            uint64_t id;
            int32_t code;
            struct ol_str msg; /* the platform's words, still JSON-escaped */
            int32_t property;  /* set aside because of it, or -1 */
            bool again;        /* with -1: goes out again as it is, else in halves. A
                                  refusal is believed when it comes three times. */
            uint32_t dropped;  /* samples of that property that were dropped, counted */
        } refused;
        struct {
            uint64_t id;
        } timeout;
        struct {
            uint16_t property;
        } restored;
        struct {
            uint8_t
                handle; /* for ol_agent_set_reply; 0: answered already (all values kept) */
            struct ol_onenet_params params; /* for ol_agent_set_next */
            struct ol_onenet_id id;
        } set;
        struct {
            int32_t code;             /* what was answered */
            struct ol_str text;       /* in words; static storage */
            struct ol_str identifier; /* the member, or empty */
        } bad;
        struct {
            uint8_t handle; /* not valid any more */
        } late;
        struct {
            uint16_t count; /* values given */
        } get;
        struct {
            struct ol_onenet_topic topic;
            struct ol_str payload;
        } message;
        struct {
            struct ol_str topic;
            uint32_t len;
        } skipped;
    };
};

/* Counters since init. Each accepted sample is delivered, dropped_aside or still waiting. */
struct ol_agent_stats {
    uint32_t accepted;      /* by ol_agent_sample, and values of commands */
    uint32_t delivered;     /* answered 200 */
    uint32_t refused_full;  /* not accepted: no room in the queue */
    uint32_t refused_value; /* not accepted: does not fit the model */
    uint32_t refused_aside; /* not accepted: the property is set aside */
    uint32_t dropped_aside; /* accepted, then dropped with their property */
    uint32_t posts;         /* handed to a connection, repetitions included */
    uint32_t reposts;       /* repetitions alone */
    uint32_t logins;        /* CONNECTs sent */
    uint32_t online;        /* times that OL_AGENT_ONLINE was reached */
    uint32_t commands;      /* set commands that were valid */
    uint32_t late;          /* set commands that the application did not answer */
    uint32_t unanswered;    /* commands for whose answer there was no room */
    uint32_t strays;        /* replies to nothing, bodies that could not be answered */
};

/* Private: a post on its way. */
struct ol_agent_post {
    uint64_t id;      /* 0: free */
    uint8_t index;    /* its place in ol_agent.posts */
    uint32_t size;    /* bytes of its body at most */
    int32_t blamed;   /* property that the last refusal was about, see agent_post.c */
    uint16_t count;   /* samples */
    bool sent;        /* waits for its reply; else waits to go out */
    bool again;       /* went out before */
    uint8_t alike;    /* refusals running that were about `blamed` */
    uint8_t refusals; /* all of them */
};

/* Private: a set command that is not answered yet. */
struct ol_agent_command {
    ol_ms deadline;
    int32_t code;
    uint8_t index; /* its place in ol_agent.commands */
    uint8_t state;
    uint8_t handle;
    uint8_t id_len;
    bool id_numeric;
    uint8_t msg_len;
    char id[13];
    char msg[OL_AGENT_ANSWER_MAX];
};

/* Plain data without pointers but those of the config. All members are private. In the order
 * of their use: Cortex-M0+ reaches bytes below an offset of 32, half-words below 64 and words
 * below 128 with one short instruction. */
struct ol_agent {
    const struct ol_agent_config *config;
    uint8_t state;       /* enum ol_agent_state */
    uint8_t fail;        /* enum ol_agent_cause that is not dealt with yet */
    uint8_t post_max;    /* posts unanswered at a time */
    uint8_t ntp_index;   /* how far time servers are looked for, see agent_clock.c */
    uint8_t ntp_count;   /* time servers found */
    uint8_t date_phase;  /* how far asking date_host is, see agent_date.c */
    uint8_t host;        /* candidate in use */
    uint8_t host_first;  /* candidate that a round begins with */
    uint8_t host_tried;  /* candidates given up in this round */
    uint8_t host_known;  /* candidate that the application remembers, UINT8_MAX: none */
    uint8_t addr;        /* address in use */
    uint8_t rejected;    /* candidates of this round that rejected the login */
    uint8_t transient;   /* candidates of this round that failed otherwise */
    uint8_t short_lives; /* connections in a row that the peer ended soon after login */
    uint8_t silent;      /* posts in a row without a reply */
    bool has_event;
    bool is_busy;         /* stopped with work left */
    uint8_t told_quality; /* enum ol_clock_quality of told_offset_ms */
    bool sntp_ready;      /* time servers are known, the SNTP engine runs */
    bool sntp_socket;     /* the datagram socket is open for SNTP */
    bool dns_running;     /* a lookup runs, and has the datagram socket */
    bool
        clock_doubted; /* a login was rejected, and the machine is not sure of the date */
    bool stream_opened;    /* stream.open was taken in this attempt */
    bool tx_full;          /* no room for a publish: wait for the medium */
    uint8_t login_doubts;  /* rejections not believed since the platform took a login */
    bool restoring;        /* properties from restore_next on are being restored */
    bool full_told;        /* no sample fits, and it was told or is about to be */
    bool full_event;       /* to be told */
    uint16_t suspects;     /* samples allowed in the next post; 0: there are none */
    uint16_t restore_next; /* next property to look at for restoring */
    uint16_t date_sent;    /* bytes of the request that are sent */
    uint8_t addrs_host;    /* candidate that the addresses belong to, UINT8_MAX: none */
    uint8_t set_backs;     /* how often the clock was set back */
    uint8_t next_handle;
    bool has_mono;      /* samples wait for the date */
    bool ota_refused;   /* to be told */
    bool has_delivered; /* something was delivered in this connection */
    uint32_t post_cap;  /* bytes of a post's body at most */
    struct ol_backoff backoff;
    ol_ms now;
    ol_ms state_until; /* the state's own deadline */
    ol_ms poll_at;     /* when to look at cable and address again */
    ol_ms login_at;    /* earliest next login */
    ol_ms post_at;     /* earliest next post */
    ol_ms restore_at;  /* when properties set aside are tried again */
    struct ol_queue queue;
    struct ol_agent_stats stats;
    struct ol_mqtt_client mqtt;
    struct ol_onenet_device device;
    struct ol_agent_event event;
    ol_ms login_done_at;      /* when CONNACK 0 came */
    ol_ms online_at;          /* when ONLINE was reached */
    ol_ms addrs_until;        /* to when `addrs` need not be asked for again */
    int64_t told_offset_ms;   /* unix minus monotonic, by SNTP or else by date_host */
    int64_t wall_offset_ms;   /* the same, by the best clock, at the last step */
    struct ol_wall_time wall; /* the machine's, at `now` */
    struct ol_agent_post posts[OL_ONENET_PENDING_MAX];
    struct ol_agent_command commands[OL_AGENT_COMMANDS_MAX];
    struct ol_addr ntp[OL_AGENT_NTP_MAX];
    struct ol_addr date_addr;
    struct ol_http_date http;
    struct ol_dns_answer addrs;
    struct ol_dns dns;
    struct ol_sntp sntp;
};

/* What ol_agent_init found wrong. */
enum ol_agent_error {
    OL_AGENT_ERROR_NONE,
    OL_AGENT_ERROR_PRODUCT_ID,
    OL_AGENT_ERROR_DEVICE_NAME,
    OL_AGENT_ERROR_KEY,       /* empty, or not base64: ol_onenet_key_check says where */
    OL_AGENT_ERROR_METHOD,    /* NULL without a ready token */
    OL_AGENT_ERROR_HOST,      /* no host name and no address */
    OL_AGENT_ERROR_KEEPALIVE, /* outside 10..1800 s */
    OL_AGENT_ERROR_MODEL,     /* none, or too few slots */
    OL_AGENT_ERROR_MEMORY,    /* a buffer is missing or too small */
    OL_AGENT_ERROR_LINK       /* stream, netif or entropy is missing */
};

/* A sentence fragment for it. Static storage. */
const char *ol_agent_error_str(enum ol_agent_error error);

/* Checks the config and prepares the agent, closed, its queue empty. OL_E_ARG: *error, if not
 * NULL, says what is wrong; do not use the agent. */
OL_MUST int32_t ol_agent_init(struct ol_agent *a, const struct ol_agent_config *config,
                              enum ol_agent_error *error);

/* Begins to work. Only while OL_AGENT_CLOSED (else nothing happens). What waits in the queue of an
 * earlier time is kept. */
void ol_agent_open(struct ol_agent *a, ol_ms now);

/* Says goodbye (DISCONNECT) and closes; go on with step and next_event until the state is
 * OL_AGENT_CLOSED, 2 s at most. Undelivered samples stay in the queue. */
void ol_agent_close(struct ol_agent *a, ol_ms now);

/* Lets time pass and moves bytes. wall is the machine's clock, OL_CLOCK_NONE when it has
 * none. Call it at each deadline and whenever a medium may have something. */
void ol_agent_step(struct ol_agent *a, ol_ms now, struct ol_wall_time wall);

/* Goes on working until there is an event, *ev, or nothing more to do: false. */
bool ol_agent_next_event(struct ol_agent *a, struct ol_agent_event *ev);

/* When ol_agent_step must be called at the latest. */
ol_ms ol_agent_deadline(const struct ol_agent *a);

/* Bytes wait for the stream to take them: wake up when it does. */
bool ol_agent_has_output(struct ol_agent *a);

/* Where it stands. */
enum ol_agent_state ol_agent_get_state(const struct ol_agent *a);

/* The counters; they live in the agent. */
const struct ol_agent_stats *ol_agent_get_stats(const struct ol_agent *a);

/* Samples that are accepted and neither delivered nor dropped yet. */
uint32_t ol_agent_get_waiting(const struct ol_agent *a);

/* The best wall clock that the agent knows, as of the last step: the machine's when it is
 * OL_CLOCK_SYNCED, else that of a time server, else that of date_host, else the machine's. */
struct ol_wall_time ol_agent_get_wall(const struct ol_agent *a);

/* Hands in a sample: property is its index in the model, value is converted to the model's type
 * (ol_onenet_value_convert), unix_ms its time in Unix milliseconds, 0 for that of
 * the last ol_agent_step. A time given again directly is made unique, each sample a millisecond
 * later; times that come back later are the application's to keep apart.
 *
 * OL_OK: accepted. OL_E_NOSPC: the queue is full; the sample is counted, nothing older was pushed
 * out, and the next one may fit when a post was delivered. OL_E_ARG: it can never be sent (it does
 * not fit the model, *error says why where it is not NULL; no such property; longer than a post
 * can be, then *error is OL_ONENET_VALUE_LENGTH; a time after the year 9999, then it is
 * OL_ONENET_VALUE_RANGE); counted. OL_E_AUTH: the property is set
 * aside because the platform refused it; counted. */
OL_MUST int32_t ol_agent_sample(struct ol_agent *a, uint16_t property,
                                const struct ol_onenet_value *value, int64_t unix_ms,
                                enum ol_onenet_value_error *error);

/* The next property of a set event, or false. Walk with a copy of ev.set.params, while the
 * event lives. item->field is the property, item->value its value, typed by the model. */
bool ol_agent_set_next(const struct ol_agent *a, struct ol_onenet_params *params,
                       struct ol_onenet_set_item *item);

/* Answers a set command: code 200 and then the values are reported as the properties' new ones
 * (a property marked OL_AGENT_OWN_REPORT excepted), or any other code and they are forgotten. msg is
 * plain UTF-8, "success" when empty with 200, cut at OL_AGENT_ANSWER_MAX bytes of JSON text (a
 * quote takes two) and where it is no UTF-8. It may be called at once or later; after OL_AGENT_ANSWER_MS without an answer the agent answers 400 "busy" itself.
 * OL_E_NOENT: no such command (answered already, late, or the connection was lost). */
OL_MUST int32_t ol_agent_set_reply(struct ol_agent *a, uint8_t handle, int32_t code,
                                   struct ol_str msg);

enum ol_agent_policy {
    OL_AGENT_ASK = 0,  /* set commands go to the application; 200 reports the value */
    OL_AGENT_KEEP = 1, /* a command that sets only such properties is answered 200 by the
                               agent, and the value reported */
    OL_AGENT_OWN_REPORT = 2 /* as ASK, but the application samples the new value itself */
};

/* What a set command does to a writable property; ASK after init. OL_E_ARG: no such property. */
OL_MUST int32_t ol_agent_set_policy(struct ol_agent *a, uint16_t property,
                                    enum ol_agent_policy policy);

/* The property was refused by the platform, three times in the same post, and is set aside: its
 * samples are not accepted. It is tried again after the next login (once, until a sample of it
 * was delivered) and after OL_AGENT_RESTORE_MS. */
bool ol_agent_is_aside(const struct ol_agent *a, uint16_t property);

/* Accepts samples of the property again now: the model on the platform was mended. */
void ol_agent_restore(struct ol_agent *a, uint16_t property);

/* The newest value of a property, delivered or not, as JSON text; lives until the next call of
 * any function of the agent. OL_E_NOENT: none (never sampled, or its room was needed). */
OL_MUST int32_t ol_agent_get_value(const struct ol_agent *a, uint16_t property,
                                   struct ol_str *json);

#endif
