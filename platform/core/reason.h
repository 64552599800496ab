/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_CORE_REASON_H
#define PLATFORM_CORE_REASON_H

#include <stdint.h>

/* Why a connection is closed, by the rule that closed it. ol_reason_str gives the words
 * for the message log. Section numbers are those of docs/protocol.md. */
enum ol_reason {
    OL_REASON_NONE = 0,

    /* The peer or the owner of the connection, not a rule. */
    OL_REASON_DISCONNECT, /* DISCONNECT received: the one orderly end */
    OL_REASON_PEER,       /* TCP connection ended or failed */
    OL_REASON_SHUTDOWN,   /* the platform ends */
    OL_REASON_REMOVED, /* the owner of the node asked for it: device deleted, key reset */

    /* §1.3, §1.4: before login. */
    OL_REASON_FIRST_PACKET,   /* the first packet is no CONNECT */
    OL_REASON_LOGIN_TIMEOUT,  /* no CONNECT in time */
    OL_REASON_LOGIN_SIZE,     /* CONNECT longer than 1 KB */
    OL_REASON_PROTOCOL_NAME,  /* not "MQTT" */
    OL_REASON_PROTOCOL_LEVEL, /* not 4 */
    OL_REASON_CONNECT_FLAGS,  /* not 0xC2 */
    OL_REASON_KEEP_ALIVE,     /* not 10 to 1800 s */
    OL_REASON_EMPTY_FIELD,    /* client id, user name or password empty */
    OL_REASON_LOGIN_REFUSED,  /* CONNACK 4 sent */
    OL_REASON_LOGIN_RATE,     /* §1.7: too many logins in 5 s, with limits enforced */
    OL_REASON_CROWDED,        /* the oldest of too many that have not logged in */

    /* MQTT 3.1.1. */
    OL_REASON_MALFORMED,      /* length, flags, text or fields are not MQTT */
    OL_REASON_TOO_LONG,       /* packet longer than any that is allowed */
    OL_REASON_SECOND_CONNECT, /* §1.4 */
    OL_REASON_SERVER_PACKET,  /* §1.4: client sent a packet that only servers send */
    OL_REASON_QOS2,           /* §1.4: QoS 2 PUBLISH, PUBREC, PUBREL or PUBCOMP */
    OL_REASON_PUBACK,         /* §1.4: PUBACK for a packet that was never sent */
    OL_REASON_DUP_QOS0,       /* §1.4 */
    OL_REASON_RETAIN,         /* §1.4 */
    OL_REASON_PAYLOAD_SIZE,   /* §1.7: payload above 256 KB */

    /* §1.4, §4.1: topics. */
    OL_REASON_TOPIC_LENGTH,
    OL_REASON_TOPIC_LEVELS,
    OL_REASON_TOPIC_CHARS,
    OL_REASON_TOPIC_FOREIGN,  /* another device's, or not under $sys/ */
    OL_REASON_TOPIC_PLATFORM, /* only the platform publishes there */
    OL_REASON_TOPIC_UNKNOWN,
    OL_REASON_FILTER_COUNT, /* no filter or more than 8 in one packet */

    /* The session as a whole. */
    OL_REASON_KEEP_ALIVE_OVER, /* no packet for 1.5 times the keep alive */
    OL_REASON_TWIN,            /* the same device logged in again */
    OL_REASON_BANNED,          /* §1.7: did too much in 5 s, with limits enforced */
    OL_REASON_SLOW,            /* does not read what is sent to it */
    OL_REASON_HOARDS,          /* holds most of the memory when there is no more */
    OL_REASON_NO_MEMORY,
    OL_REASON_STORE, /* what it sent could not be stored */
    OL_REASON_COUNT
};

/* The words for a reason, never NULL, static storage. */
const char *ol_reason_str(uint8_t reason);

#endif
