/* SPDX-License-Identifier: MIT */
#include "platform/core/reason.h"

static const char *const words[OL_REASON_COUNT] = {
    [OL_REASON_NONE] = "open",
    [OL_REASON_DISCONNECT] = "the device disconnected in order",
    [OL_REASON_PEER] = "the TCP connection ended without DISCONNECT",
    [OL_REASON_SHUTDOWN] = "the platform ends",
    [OL_REASON_REMOVED] = "closed by the platform's owner",
    [OL_REASON_FIRST_PACKET] = "the first packet is no CONNECT",
    [OL_REASON_LOGIN_TIMEOUT] = "no CONNECT in time",
    [OL_REASON_LOGIN_SIZE] = "more than 1 KB before login",
    [OL_REASON_PROTOCOL_NAME] = "the protocol name is not MQTT",
    [OL_REASON_PROTOCOL_LEVEL] = "the protocol level is not 4 (MQTT 3.1.1)",
    [OL_REASON_CONNECT_FLAGS] =
        "the connect flags are not 0xC2 (user name, password, clean session, no will)",
    [OL_REASON_KEEP_ALIVE] = "the keep alive is not 10 to 1800 seconds",
    [OL_REASON_EMPTY_FIELD] = "client id, user name or password is empty",
    [OL_REASON_LOGIN_REFUSED] = "login refused",
    [OL_REASON_LOGIN_RATE] = "more than 3 logins in 5 seconds",
    [OL_REASON_CROWDED] = "too many connections without login, and this one the oldest",
    [OL_REASON_MALFORMED] = "malformed packet",
    [OL_REASON_TOO_LONG] = "packet too long",
    [OL_REASON_SECOND_CONNECT] = "second CONNECT",
    [OL_REASON_SERVER_PACKET] = "a packet that only the server sends",
    [OL_REASON_QOS2] = "QoS 2",
    [OL_REASON_PUBACK] = "PUBACK for nothing that was sent",
    [OL_REASON_DUP_QOS0] = "DUP with QoS 0",
    [OL_REASON_RETAIN] = "RETAIN",
    [OL_REASON_PAYLOAD_SIZE] = "payload above 256 KB",
    [OL_REASON_TOPIC_LENGTH] = "topic longer than 512 bytes",
    [OL_REASON_TOPIC_LEVELS] = "topic with more than 8 levels",
    [OL_REASON_TOPIC_CHARS] = "topic with a character or wildcard that is not allowed",
    [OL_REASON_TOPIC_FOREIGN] = "not a topic of this device",
    [OL_REASON_TOPIC_PLATFORM] = "only the platform publishes to this topic",
    [OL_REASON_TOPIC_UNKNOWN] = "unknown topic",
    [OL_REASON_FILTER_COUNT] = "more than 8 filters in one packet",
    [OL_REASON_KEEP_ALIVE_OVER] = "nothing received for 1.5 times the keep alive",
    [OL_REASON_TWIN] = "the same device logged in again",
    [OL_REASON_BANNED] = "out for 5 minutes: too much in 5 seconds",
    [OL_REASON_SLOW] = "the device does not read what is sent to it",
    [OL_REASON_HOARDS] = "memory is short, and this connection holds most of it",
    [OL_REASON_NO_MEMORY] = "out of memory",
    [OL_REASON_STORE] = "could not be stored",
};

const char *ol_reason_str(uint8_t reason)
{
    return reason < OL_REASON_COUNT ? words[reason] : "unknown";
}
