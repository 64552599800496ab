/* SPDX-License-Identifier: MIT */
#include "onelink/net/sntp_message.h"

#include <stdbool.h>
#include <string.h>

#define LEAP_UNKNOWN     3U
#define VERSION          4U
#define MODE_CLIENT      3U
#define MODE_SERVER      4U
#define STRATUM_MAX      15U
#define UNIX_AT_ERA_0    (-INT64_C(2208988800)) /* 1900-01-01 */
#define UNIX_AT_ERA_1    INT64_C(2085978496)    /* 2036-02-07T06:28:16Z */
#define UNIX_EARLIEST    INT64_C(1704067200) /* 2024-01-01: no server's clock is older */
#define DISTANCE_MAX_S   16U
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

static uint32_t get_u32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* In milliseconds, rounded down; 0 for the zero timestamp, which means "unknown". A
 * 32-bit product keeps 64-bit arithmetic out: the fraction's upper half is exact to 0.02
 * ms. */
static int64_t get_timestamp(const uint8_t *p)
{
    uint32_t s = get_u32(p);
    uint32_t fraction = get_u32(p + 4);
    if (s == 0 && fraction == 0) {
        return 0;
    }
    uint32_t ms = (fraction >> 16) * 1000U >> 16;
    int64_t base = (s & 0x80000000U) != 0 ? UNIX_AT_ERA_0 : UNIX_AT_ERA_1;
    return (base + s) * 1000 + ms;
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

/* Root delay and dispersion: how far, by its own account, the server may be off (RFC 5905
 * 4, MAXDISP of 16 s). A negative delay, which RFC 4330 allows, counts as 0. */
static bool is_far_off(uint32_t root_delay, uint32_t root_dispersion)
{
    uint32_t delay_s = root_delay > INT32_MAX ? 0 : root_delay >> 16;
    return delay_s / 2 + (root_dispersion >> 16) >= DISTANCE_MAX_S;
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
    out->receive_unix_ms = get_timestamp(bytes + RECEIVE_POS);
    out->transmit_unix_ms = get_timestamp(bytes + TRANSMIT_POS);
    bool is_sane = out->stratum <= STRATUM_MAX && bytes[0] >> 6 != LEAP_UNKNOWN &&
                   out->receive_unix_ms >= UNIX_EARLIEST * 1000 &&
                   out->transmit_unix_ms >= out->receive_unix_ms &&
                   !is_far_off(get_u32(bytes + 4), get_u32(bytes + 8));
    out->verdict = is_sane ? OL_SNTP_TIME : OL_SNTP_UNUSABLE;
    return OL_OK;
}
