/* SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <stdlib.h>

#include "onelink/net/http_date.h"
#include "tests/fuzz/fuzz.h"

/* An answer whole and in pieces of the size that the first byte says: the same comes of it. */

#define UNSET INT64_C(-1)

static int32_t scan(const uint8_t *data, size_t size, size_t piece, int64_t *unix_s)
{
    struct ol_http_date s;
    int32_t rc = OL_E_AGAIN;

    ol_http_date_init(&s);
    for (size_t at = 0; at < size && rc == OL_E_AGAIN; at += piece) {
        size_t left = size - at;
        rc = ol_http_date_input(&s, data + at, left < piece ? left : piece, unix_s);
    }
    return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int64_t whole_s = UNSET;
    int64_t pieces_s = UNSET;

    if (size < 2) {
        return 0;
    }
    int32_t whole = scan(data + 1, size - 1, size, &whole_s);
    int32_t pieces = scan(data + 1, size - 1, (size_t)data[0] % 32 + 1, &pieces_s);
    require(whole == pieces && whole_s == pieces_s);
    if (whole == OL_OK) {
        /* 2024 to the leap second after 9999. */
        require(whole_s >= INT64_C(1704067200) && whole_s <= INT64_C(253402300800));
    } else {
        require(whole == OL_E_PROTO || whole == OL_E_AGAIN);
        require(whole_s == UNSET);
        require(whole == OL_E_PROTO || size - 1 <= OL_HTTP_DATE_SECTION_MAX);
    }
    return 0;
}
