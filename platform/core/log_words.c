/* SPDX-License-Identifier: MIT */
#include "platform/core/log_words.h"

#define COUNT_OF(list) (sizeof(list) / sizeof(list)[0])

static const char *const directions[] = {
    [OL_MSGLOG_UP] = "up", [OL_MSGLOG_DOWN] = "down", [OL_MSGLOG_NODE] = "platform"};

static const char *const verdicts[] = {
    [OL_MSGLOG_ACCEPTED] = "accepted",     [OL_MSGLOG_REFUSED] = "refused",
    [OL_MSGLOG_CLOSED] = "closed",         [OL_MSGLOG_DROPPED] = "dropped",
    [OL_MSGLOG_NOT_SERVED] = "not served", [OL_MSGLOG_LIMIT] = "limit"};

static const char *const packets[] = {"",          "CONNECT",  "CONNACK",     "PUBLISH",
                                      "PUBACK",    "PUBREC",   "PUBREL",      "PUBCOMP",
                                      "SUBSCRIBE", "SUBACK",   "UNSUBSCRIBE", "UNSUBACK",
                                      "PINGREQ",   "PINGRESP", "DISCONNECT",  "reserved"};

const char *ol_log_direction_str(enum ol_msglog_direction direction)
{
    return (size_t)direction < COUNT_OF(directions) ? directions[direction] : "unknown";
}

const char *ol_log_verdict_str(enum ol_msglog_verdict verdict)
{
    return (size_t)verdict < COUNT_OF(verdicts) ? verdicts[verdict] : "unknown";
}

const char *ol_log_packet_str(uint8_t packet)
{
    return packet < COUNT_OF(packets) ? packets[packet] : "unknown";
}

static int find(const char *const *words, size_t count, struct ol_str word)
{
    for (size_t i = 0; i < count; i++) {
        if (ol_str_equal(word, ol_str_from(words[i]))) {
            return (int)i;
        }
    }
    return -1;
}

int ol_log_direction_find(struct ol_str word)
{
    return find(directions, COUNT_OF(directions), word);
}

int ol_log_verdict_find(struct ol_str word)
{
    return find(verdicts, COUNT_OF(verdicts), word);
}
