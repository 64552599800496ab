/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_AGENT_AGENT_PRIVATE_H
#define ONELINK_AGENT_AGENT_PRIVATE_H

#include "onelink/agent/agent.h"

/* What the files of the agent share. Not for applications. */

/* In struct ol_agent_slot.flags; the lower two bits hold enum ol_agent_policy. */
#define OL_AGENT_SLOT_POLICY  3u
#define OL_AGENT_SLOT_ASIDE   4u  /* refused by the platform */
#define OL_AGENT_SLOT_RETRIED 8u  /* was restored by itself and not delivered since */
#define OL_AGENT_SLOT_CHOSEN  16u /* scratch of agent_post.c */

/* In struct ol_agent_command.state. */
enum { OL_AGENT_COMMAND_FREE, OL_AGENT_COMMAND_OPEN, OL_AGENT_COMMAND_ANSWERED };

#define OL_AGENT_POLL_MS       500  /* between two looks at cable or address */
#define OL_AGENT_LINK_MS       1000 /* the same once they are there */
#define OL_AGENT_GOODBYE_MS    2000
#define OL_AGENT_SHORT_LIFE_MS 15000 /* a connection that ends sooner may have a twin */
#define OL_AGENT_GOOD_LIFE_MS  60000 /* after this the back-off begins anew */
#define OL_AGENT_SILENT_MAX    4     /* posts without a reply until a new login */
#define OL_AGENT_TROUBLE_MS                                                              \
    10000 /* pause after a post that met trouble on the platform */
#define OL_AGENT_CLOCK_WAIT_MS 10000
#define OL_AGENT_CLOCK_GLANCE_MS                                                         \
    3000 /* wait for time servers when there is a clock anyway */
#define OL_AGENT_DATE_MS      5000  /* for the date of a web server, all in all */
#define OL_AGENT_RESOLVE_MS   30000 /* the resolver ends sooner, if it has its socket */
#define OL_AGENT_CONNECT_MS   10000
#define OL_AGENT_REOPEN_MS    50 /* until the next try while a socket still closes */
#define OL_AGENT_SUBSCRIBE_MS 10000
#define OL_AGENT_TURNS_MAX    200                      /* steps of work in one call */
#define OL_AGENT_TIME_MAX_MS  INT64_C(253402300799999) /* the last of year 9999 */

/* A topic of ours: "$sys/" 32 "/" 64 "/thing/property/post". */
#define OL_AGENT_TOPIC_MAX 128
/* The body of an answer to a command at most: an id of 13 characters, a code of 11, and msg. */
#define OL_AGENT_ANSWER_LEN (50 + OL_AGENT_ANSWER_MAX)
/* Room that posts leave in tx: topic and body of the answer to a command. */
#define OL_AGENT_REPLY_ROOM (OL_AGENT_TOPIC_MAX + OL_AGENT_ANSWER_LEN)
/* A post's body without members; a member without its name and value. */
#define OL_AGENT_BODY_LEN   56
#define OL_AGENT_MEMBER_LEN 44

/* Keeps a large frame off the stack of what it would be inlined into, or what it returns from
 * being calculated anew at each use. */
#define OL_AGENT_NOINLINE __attribute__((noinline))

/* An answer that is this far from the clock that a rejected token was made with explains the
 * rejection. */
#define OL_AGENT_CLOCK_WRONG_MS INT64_C(86400000)

/* ---- agent.c ---- */

/* The one place where the state changes. Tells it as an event. */
void ol_agent_enter(struct ol_agent *a, enum ol_agent_state to, enum ol_agent_cause cause,
                    uint32_t wait_ms);

/* Whether the state may change that way. */
bool ol_agent_may_enter(enum ol_agent_state from, enum ol_agent_state to);

/* Notes that the attempt or the connection failed; it is dealt with when no event waits. The
 * first cause counts. */
void ol_agent_fail(struct ol_agent *a, enum ol_agent_cause cause);

/* Makes a new event. None waits when this is called. */
struct ol_agent_event *ol_agent_emit(struct ol_agent *a, enum ol_agent_event_kind kind);

/* 32 fresh random bits, OL_E_AGAIN or OL_E_IO. */
OL_MUST int32_t ol_agent_random(struct ol_agent *a, uint32_t *out);

/* The same for jitter, where a poor number does when there is no good one. */
uint32_t ol_agent_jitter(struct ol_agent *a);

/* ---- agent_link.c ---- */

/* In ms milliseconds. */
ol_ms ol_agent_after(const struct ol_agent *a, uint32_t ms);

/* Looks at cable and address, and at what waits for its socket, in ms milliseconds at the latest. */
void ol_agent_poll_in(struct ol_agent *a, uint32_t ms);

/* Sends data, NULL for none. true: it is sent, or cannot be sent at all. */
bool ol_agent_send(const struct ol_datagram *udp, const struct ol_addr *to,
                   const void *data, size_t len);

/* The next datagram, into scratch->work.datagram. Its length, cut to what fits, or the status of
 * the socket. */
int32_t ol_agent_receive(struct ol_agent *a, const struct ol_datagram *udp,
                         struct ol_addr *from);

/* ---- The states. Each run function returns true when it got something done. ---- */

/* On entering CLOCK. */
void ol_agent_clock_begin(struct ol_agent *a);
/* CLOCK. */
bool ol_agent_clock_run(struct ol_agent *a);
/* The SNTP engine, in whatever state, and when it wants to be called. */
bool ol_agent_clock_pump(struct ol_agent *a);
ol_ms ol_agent_clock_deadline(const struct ol_agent *a);
/* Frees the socket. */
void ol_agent_clock_pause(struct ol_agent *a);

/* The date of config->date_host, within CLOCK. reset on entering it. begin: true when it is to
 * be asked, once in a visit; then run until is_running says no. A date that came is told. */
void ol_agent_date_reset(struct ol_agent *a);
bool ol_agent_date_begin(struct ol_agent *a);
bool ol_agent_date_run(struct ol_agent *a);
bool ol_agent_date_is_running(const struct ol_agent *a);
/* Closes stream and lookup if it is still running. */
void ol_agent_date_end(struct ol_agent *a);
/* The request waits for the stream to take it. */
bool ol_agent_date_has_output(const struct ol_agent *a);
ol_ms ol_agent_date_deadline(const struct ol_agent *a);

/* Candidates for the platform's host. */
uint8_t ol_agent_host_count(const struct ol_agent *a);
/* The candidate in use; made in buf where it is not in the config. */
struct ol_str ol_agent_host_get(const struct ol_agent *a, char buf[OL_AGENT_HOST_MAX]);
/* The candidate of that name, UINT8_MAX: none. Leaves a->host anywhere. */
uint8_t ol_agent_host_find(struct ol_agent *a, struct ol_str name);

/* RESOLVE. */
bool ol_agent_resolve_run(struct ol_agent *a);

/* A lookup: literal address, find_host, then DNS. OL_OK: *out is filled, port 0. OL_E_AGAIN:
 * under way, call again. OL_E_NOENT, OL_E_TIMEOUT (also: no server), OL_E_IO. */
OL_MUST int32_t ol_agent_lookup(struct ol_agent *a, struct ol_str name,
                                struct ol_dns_answer *out);
/* Gives a lookup up; fine when there is none. */
void ol_agent_lookup_close(struct ol_agent *a);

enum ol_agent_server { OL_AGENT_SERVER_DNS, OL_AGENT_SERVER_NTP };
/* The servers that the network told. */
void ol_agent_network_servers(const struct ol_agent *a, enum ol_agent_server kind,
                              struct ol_addr out[OL_NETIF_SERVERS_MAX]);

/* CONNECT. */
bool ol_agent_connect_run(struct ol_agent *a);
/* CONNACK with a code other than 0. */
void ol_agent_connect_rejected(struct ol_agent *a, uint8_t code);
/* Why a stream that was to open did not. */
enum ol_agent_cause ol_agent_connect_cause(int32_t status);
/* LOGIN, SUBSCRIBE, ONLINE. */
bool ol_agent_online_run(struct ol_agent *a);
/* The connection is gone: forget what lived in it. */
void ol_agent_online_end(struct ol_agent *a);
/* Moves waiting bytes to the stream. */
bool ol_agent_flush(struct ol_agent *a);
/* Begins to publish on a topic of the device. OL_OK: write into *w. OL_E_NOSPC: not now, then
 * a->tx_full is set, or never, then it is not. */
OL_MUST int32_t ol_agent_publish_begin(struct ol_agent *a, enum ol_onenet_topic_kind kind,
                                       uint8_t qos, size_t size, struct ol_writer *w);

/* ---- Posts ---- */

void ol_agent_post_login(struct ol_agent *a);  /* what waits is history now */
void ol_agent_post_logout(struct ol_agent *a); /* what was sent must go out again */
/* Sends what is due, restores properties. */
bool ol_agent_post_run(struct ol_agent *a);
ol_ms ol_agent_post_deadline(const struct ol_agent *a);
/* A reply to a post. false: no post has that id. */
bool ol_agent_post_reply(struct ol_agent *a, const struct ol_onenet_device_event *ev);
/* No reply came in time: the post goes out again. */
void ol_agent_post_timeout(struct ol_agent *a, uint64_t id);
/* Bytes that a sample takes in a post. */
uint32_t ol_agent_post_member_len(const struct ol_agent *a,
                                  const struct ol_queue_record *record);
/* Sets slots[].newest of every property to the position of its newest record, else
 * UINT32_MAX. */
void ol_agent_post_find_newest(const struct ol_agent *a);

/* ---- Samples ---- */

/* Appends value as a record in that state; makes room of delivered records when needed. */
OL_MUST int32_t ol_agent_sample_append(struct ol_agent *a, struct ol_queue_record *record,
                                       const struct ol_onenet_value *value);
/* Gives the record its time: unix_ms, or now when 0. */
void ol_agent_sample_stamp(struct ol_agent *a, struct ol_queue_record *record,
                           int64_t unix_ms);
/* Looks at the wall clock: was it set back, is there a date at last? */
void ol_agent_sample_clock(struct ol_agent *a);

/* ---- Commands ---- */

/* A set or get that arrived. */
void ol_agent_command_input(struct ol_agent *a, const struct ol_onenet_device_event *ev);
/* Answers for an application that is late, and what had no room before. */
bool ol_agent_command_run(struct ol_agent *a);
ol_ms ol_agent_command_deadline(const struct ol_agent *a);
/* Forgets all commands: the connection that they came by is gone. */
void ol_agent_command_reset(struct ol_agent *a);

#endif
