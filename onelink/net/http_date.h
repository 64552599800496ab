/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_NET_HTTP_DATE_H
#define ONELINK_NET_HTTP_DATE_H

#include <stddef.h>
#include <stdint.h>

#include "onelink/base/buf.h"
#include "onelink/base/status.h"
#include "onelink/base/str.h"

/* The date that a web server tells with every answer (RFC 9110 6.6.1), right to some seconds and
 * not authenticated: for a device that nothing else tells the time. */

#define OL_HTTP_PORT             80
#define OL_HTTP_DATE_SECTION_MAX 4096 /* bytes of an answer that are looked at */
#define OL_HTTP_DATE_LEN         29   /* of an IMF-fixdate */
/* Of a request: what is not the host's name, and the longest name, RFC 1035 2.3.4. */
#define OL_HTTP_DATE_REQUEST_MAX (67 + 253)

/* Writes a HEAD request for the server's root, HTTP/1.1 (RFC 9112 3.2, RFC 9110 9.3.2).
 * OL_E_ARG: host is empty or has a character that is no part of a name or address (a space, a
 * control character, beyond ASCII). OL_E_NOSPC: OL_HTTP_DATE_REQUEST_MAX bytes do for any name. */
OL_MUST int32_t ol_http_date_request_encode(struct ol_writer *w, struct ol_str host);

/* Looks through an answer as it arrives. Private members. */
struct ol_http_date {
    uint16_t taken; /* bytes so far */
    uint8_t part;   /* of the answer */
    uint8_t len;    /* bytes of that part */
    uint8_t has_cr; /* the last byte was one */
    uint8_t is_interim;
    char text[OL_HTTP_DATE_LEN];
};

/* Begins with a new answer. */
void ol_http_date_init(struct ol_http_date *s);

/* Takes the next bytes of the answer, in pieces of any size.
 *
 * OL_OK: *unix_s is the first Date field's, seconds since 1970; what follows does not matter.
 * OL_E_AGAIN: go on with more bytes; when none come any more there was no date. OL_E_PROTO: no
 * date can be had from this answer: it is not HTTP/1.x (RFC 9112 4), its header section ended
 * without a Date or passes OL_HTTP_DATE_SECTION_MAX, or the Date is not an IMF-fixdate
 * (RFC 9110 5.6.7; the two obsolete forms are refused, no server sends them any more), not a
 * day of the calendar, or before 2024. After OL_OK or OL_E_PROTO call ol_http_date_init first.
 *
 * Any status has a date, that of an error or a redirection as well. Answers 1xx before the
 * final one (RFC 9110 15.2) are passed over; lines may end with LF alone (RFC 9112 2.2), a CR
 * anywhere else is refused. */
OL_MUST int32_t ol_http_date_input(struct ol_http_date *s, const void *data, size_t len,
                                   int64_t *unix_s);

#endif
