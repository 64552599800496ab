/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_NET_SNTP_MESSAGE_H
#define ONELINK_NET_SNTP_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

#include "onelink/base/status.h"

/* SNTP messages as a client needs them (RFC 4330; NTP version 4 of RFC 5905). */

#define OL_SNTP_PORT        123
#define OL_SNTP_MESSAGE_LEN 48 /* without extensions and authenticator */

/* What a decoded answer asks the client to do. */
enum ol_sntp_verdict {
    OL_SNTP_TIME,      /* a usable time */
    OL_SNTP_UNUSABLE,  /* from the right server, but its clock is not set or not sane */
    OL_SNTP_KISS_DENY, /* DENY or RSTR: never ask this server again (RFC 4330 8) */
    OL_SNTP_KISS_RATE  /* RATE: ask less often */
};

struct ol_sntp_answer {
    enum ol_sntp_verdict verdict;
    uint8_t stratum;
    int64_t receive_unix_ms;  /* when the request reached the server, by its clock */
    int64_t transmit_unix_ms; /* when the answer left it */
};

/* Encodes a request into buf: version 4, mode 3, `nonce` where the client's transmit time
 * would be, since the server only copies it back, and all else 0. nonce: 8 unpredictable
 * bytes, not all zero. */
void ol_sntp_request_encode(const uint8_t nonce[8], uint8_t buf[OL_SNTP_MESSAGE_LEN]);

/* Decodes msg[len] as the answer to the request with `nonce`. Bytes beyond
 * OL_SNTP_MESSAGE_LEN (extensions) are not looked at. OL_OK: *out is filled, see its
 * verdict; the times are set only with OL_SNTP_TIME. OL_E_PROTO: no answer to this
 * request (too short, version 0, not mode 4, another originate timestamp; RFC 4330 5):
 * nothing may be concluded, go on waiting. Timestamps whose top bit is 0 are of the era
 * that begins in 2036 (RFC 4330 3). */
OL_MUST int32_t ol_sntp_answer_decode(const void *msg, size_t len, const uint8_t nonce[8],
                                      struct ol_sntp_answer *out);

#endif
