/* SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_AGENT_BENCH_H
#define TESTS_UNIT_AGENT_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "onelink/agent/agent_private.h"
#include "onelink/mqtt/packet.h"

/* An agent on a bench: a stream, a datagram socket and an interface that do what the test says, a
 * broker whose every packet the test writes, and times written by hand. */

#define BENCH_EVENTS     64
#define BENCH_TEXT       512
#define BENCH_PROPERTIES 5

enum { BENCH_TEMP, BENCH_HUMI, BENCH_LED, BENCH_LEVEL, BENCH_NAME };

#define BENCH_UNIX_MS INT64_C(1760000000000)

struct bench_event {
    struct ol_agent_event ev;
    char text[BENCH_TEXT]; /* copy of the event's main span, NUL-terminated */
};

/* A packet that the device sent. */
struct bench_packet {
    uint8_t type; /* 0: nothing there */
    struct ol_mqtt_connect connect;
    struct ol_mqtt_publish publish;
    struct ol_mqtt_subscribe subscribe;
};

struct bench_datagram {
    struct ol_addr peer;
    uint8_t bytes[512];
    size_t len;
};

struct bench {
    struct ol_agent agent;
    struct ol_agent_config config;
    struct ol_agent_slot slots[BENCH_PROPERTIES];
    struct ol_agent_scratch scratch;
    uint8_t rx[1024];
    uint8_t tx[1024];
    uint8_t queue[1024];
    ol_ms now;
    struct ol_wall_time wall;

    /* Every call of a port function counts; the one of this number fails. 0: none. */
    unsigned calls;
    unsigned fail_at;

    /* The stream. */
    int32_t open_result;  /* of open */
    int32_t stream_state; /* what state() says */
    unsigned opens;
    struct ol_addr peer; /* of the last open */
    char host[300];
    bool is_lively;   /* open puts the stream into the state "opening" */
    bool is_full;     /* send takes nothing */
    bool has_ended;   /* recv says closed when nothing is left */
    uint8_t in[4096]; /* for the device to receive */
    size_t in_len;
    uint8_t out[8192]; /* what it sent */
    size_t out_len;
    size_t out_pos;  /* read by the test so far */
    size_t ack_pos;  /* acknowledged so far */
    bool is_ackless; /* the broker sends no PUBACK by itself */

    /* Datagrams, interface, entropy. */
    bool udp_open;
    unsigned udp_opens;
    struct bench_datagram sent; /* the last one */
    unsigned sent_count;
    struct bench_datagram waiting; /* for the device; len 0: none */
    bool is_link_up;
    struct ol_netif_config net;
    uint32_t random;
    int32_t entropy_result;

    /* What the agent told. */
    struct bench_event event[BENCH_EVENTS];
    size_t event_count;
};

/* A configured agent that is not opened: device key, host 192.0.2.80, clock synced. Change
 * b->config before bench_open. start_ms is the first time. */
void bench_init(struct bench *b, ol_ms start_ms);

/* Runs init and open; the test fails when init does. */
void bench_open(struct bench *b);

/* One turn: step, then all events into b->event; posts are acknowledged, and another turn. */
void bench_turn(struct bench *b);

/* Lets time pass, with a turn now, at each deadline on the way, and at the end. */
void bench_pass(struct bench *b, ol_ms ms);

/* The same until a state is reached; the test fails when it is not within ms. */
void bench_until(struct bench *b, enum ol_agent_state state, ol_ms ms);

/* Up to ONLINE with a broker that says yes. What the device sent so far is read. */
void bench_online(struct bench *b);
/* From CONNECT to ONLINE, when the stream has been opened. */
void bench_login(struct bench *b);

/* The events of a kind. NULL, 0: none. */
const struct bench_event *bench_find(const struct bench *b,
                                     enum ol_agent_event_kind kind);
size_t bench_count(const struct bench *b, enum ol_agent_event_kind kind);
void bench_forget(struct bench *b);

/* The broker. Followed by a turn. */
void bench_connack(struct bench *b, uint8_t code);
void bench_suback(struct bench *b, uint8_t thing, uint8_t ota);
void bench_puback(struct bench *b, uint16_t packet_id);
/* topic: behind "$sys/pid/device/". */
void bench_publish(struct bench *b, const char *topic, const char *payload);
/* {"id":id,"code":code,"msg":msg} to the post. */
void bench_reply(struct bench *b, uint64_t id, int code, const char *msg);

/* The same to the newest post, until the agent believes it: it goes out three times. */
void bench_refuse(struct bench *b, int code, const char *msg);

/* A broker that says yes to everything that the device sent since the last call: opens the stream,
 * accepts the login and the subscription, answers posts with 200. Then a turn. */
void bench_serve(struct bench *b);

/* The next packet of the device that the test has not read. type 0: none. */
struct bench_packet bench_read(struct bench *b);
/* The same, passing over all but PUBLISH. */
struct bench_packet bench_read_publish(struct bench *b);

/* Samples. The test fails when they are not accepted. */
void bench_sample(struct bench *b, uint16_t property, int64_t value);
/* The id of the newest POSTED event, and its body. */
uint64_t bench_posted_id(const struct bench *b);
const char *bench_posted_body(const struct bench *b);

bool bench_has_text(struct ol_str s, const char *word);

/* Runs each group twice: with ordinary times, and with a clock that passes 2^32 ms. */
extern ol_ms bench_start_ms;
#define BENCH_RUN(tests, failed)                                                         \
    do {                                                                                 \
        bench_start_ms = 1000;                                                           \
        (failed) += cmocka_run_group_tests_name("clock at 1 s", tests, NULL, NULL);      \
        bench_start_ms = UINT64_C(0x100000000) - 5000;                                   \
        (failed) +=                                                                      \
            cmocka_run_group_tests_name("clock at 2^32 ms - 5 s", tests, NULL, NULL);    \
    } while (0)

#endif
