/* SPDX-License-Identifier: MIT */
#include "onelink/net/sntp_message.h"

#include <stdbool.h>
#include <string.h>

#include "onelink/base/buf.h"
#include "onelink/base/time.h"

#define LEAP_UNKNOWN  3U
#define VERSION       4U
#define MODE_CLIENT   3U
#define MODE_SERVER   4U
#define STRATUM_MAX   15U
#define UNIX_EPOCH    2208988800U /* 1970 in seconds since 1900 */
#define UNIX_EARLIEST 1704067200U /* 2024-01-01: no server's clock is older */
#define UNIX_LATEST                                                                      \
    4233462143U /* 2104-02-26, the end of the half of era 1 that is told */
#define DISTANCE_MAX_S   16U
#define DELAY_POS        4
#define DISPERSION_POS   8
#define REFERENCE_ID_POS 12
#define ORIGINATE_POS    24
#define RECEIVE_POS      32
#define TRANSMIT_POS     40

void ol_sntp_request_encode(const uint8_t nonce[8], uint8_t buf[OL_SNTP_MESSAGE_LEN])
{
    memset(buf, 0, OL_SNTP_MESSAGE_LEN);
    buf[0] = VERSION << 3 | MODE_CLIENT;
    memcpy(buf + TRANSMIT_POS, nonce, 8);
}

/* Milliseconds since 1970, rounded down; 0 for the zero timestamp, which means "unknown", and for
 * a time that cannot be. Modulo 2^32 s the eras make no difference; of the fraction, the upper half
 * is exact to 0.02 ms. */
static int64_t get_unix_ms(const uint8_t *timestamp)
{
    uint32_t ntp_s = ol_get_u32(timestamp);
    uint32_t fraction = ol_get_u32(timestamp + 4);
    uint32_t s = ntp_s - UNIX_EPOCH;
    if ((ntp_s | fraction) == 0 || s < UNIX_EARLIEST || s > UNIX_LATEST) {
        return 0;
    }
    return (int64_t)ol_ms_from_s(s) + ((fraction >> 16) * 1000U >> 16);
}

/* Stratum 0 is a kiss-o'-death; its code stands where the reference identifier would be.
 */
static enum ol_sntp_verdict kiss_verdict(const uint8_t code[4])
{
    if (memcmp(code, "DENY", 4) == 0 || memcmp(code, "RSTR", 4) == 0) {
        return OL_SNTP_KISS_DENY;
    }
    return memcmp(code, "RATE", 4) == 0 ? OL_SNTP_KISS_RATE : OL_SNTP_UNUSABLE;
}

/* Root delay and dispersion, in seconds and their 65,536th: how far, by its own account, the
 * server may be off (RFC 5905 4, MAXDISP of 16 s). A negative delay, which RFC 4330 allows, counts
 * as 0. */
static bool is_far_off(const uint8_t *bytes)
{
    uint32_t delay_s = ol_get_u16(bytes + DELAY_POS);
    if (delay_s > INT16_MAX) {
        delay_s = 0;
    }
    return delay_s / 2 + ol_get_u16(bytes + DISPERSION_POS) >= DISTANCE_MAX_S;
}

int32_t ol_sntp_answer_decode(const void *msg, size_t len, const uint8_t nonce[8],
                              struct ol_sntp_answer *out)
{
    const uint8_t *bytes = msg;
    if (len < OL_SNTP_MESSAGE_LEN || (bytes[0] & 7U) != MODE_SERVER ||
        (bytes[0] >> 3 & 7U) == 0 || memcmp(bytes + ORIGINATE_POS, nonce, 8) != 0) {
        return OL_E_PROTO;
    }
    out->stratum = bytes[1];
    if (out->stratum == 0) {
        out->verdict = kiss_verdict(bytes + REFERENCE_ID_POS);
        return OL_OK;
    }
    out->receive_unix_ms = get_unix_ms(bytes + RECEIVE_POS);
    out->transmit_unix_ms = get_unix_ms(bytes + TRANSMIT_POS);
    bool is_sane = out->stratum <= STRATUM_MAX && bytes[0] >> 6 != LEAP_UNKNOWN &&
                   out->receive_unix_ms != 0 &&
                   out->transmit_unix_ms >= out->receive_unix_ms && !is_far_off(bytes);
    out->verdict = is_sane ? OL_SNTP_TIME : OL_SNTP_UNUSABLE;
    return OL_OK;
}
