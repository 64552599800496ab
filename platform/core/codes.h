/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_CORE_CODES_H
#define PLATFORM_CORE_CODES_H

#include <stdbool.h>
#include <stdint.h>

#include "onelink/base/str.h"

/* Codes and words of the access node besides those of replies, which are in
 * onelink/onenet/refusal.h. One table; `ours` marks what no document or captured answer
 * of the real platform shows. */

enum ol_code {
    OL_CODE_NONE = 0,

    /* Message log, docs/protocol.md §4.13. */
    OL_CODE_NO_SUBSCRIPTION = 1022,
    OL_CODE_REPLY_LATE = 1023,
    OL_CODE_REPLY_INVALID = 1027,
    OL_CODE_REPLY_UNKNOWN = 1028,
    OL_CODE_LOGIN_ARGUMENT = 1101,
    OL_CODE_LOGIN_NO_KEY = 1105,
    OL_CODE_LOGIN_NO_DEVICE = 1107,
    OL_CODE_LOGIN_INTERNAL = 1108,
    OL_CODE_LOGIN_MISMATCH = 1114,
    OL_CODE_OFFLINE = 1401, /* abnormal offline */

    /* Replies to the device, docs/protocol.md §4.11. */
    OL_CODE_NO_MODEL = 2305,

    /* Application API, docs/protocol.md §8.3. */
    OL_CODE_API_PARAMETER = 10001,
    OL_CODE_API_SET_FAILED = 10411,
    OL_CODE_API_NO_MODEL = 10417,
    OL_CODE_API_NOT_ONLINE = 10421,
    OL_CODE_API_INTERNAL = 10500
};

struct ol_code_entry {
    int32_t code;
    struct ol_str text; /* UTF-8 */
    bool code_ours;     /* the number is the project's own choice */
    bool text_ours;     /* the words are */
};

/* The entry of a code of enum ol_code; unknown codes give an entry without text. Static
 * storage. */
const struct ol_code_entry *ol_code_find(int32_t code);

/* Words that go before the reason of a refused set and get (docs/protocol.md §8.3), and
 * the words for a device that did not answer. UTF-8, static storage. */
extern const struct ol_str ol_code_set_failed; /* verbatim */
extern const struct ol_str ol_code_get_failed; /* ours */
extern const struct ol_str ol_code_no_answer;  /* verbatim */
extern const struct ol_str ol_code_set_rate;   /* ours */
extern const struct ol_str ol_code_call_length; /* ours */

#endif
