/* SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "platform/core/mask.h"
#include "tests/fuzz/fuzz.h"

/* A plain reading of the rule, without percent signs: no letter or digit behind sign=. */
static void check_plain(const uint8_t *p, size_t len)
{
    for (size_t i = 0; i + 5 < len; i++) {
        uint8_t c = p[i + 5] | 0x20;
        if ((p[i] | 0x20) == 's' && (p[i + 1] | 0x20) == 'i' &&
            (p[i + 2] | 0x20) == 'g' && (p[i + 3] | 0x20) == 'n' && p[i + 4] == '=') {
            require(!((c >= 'a' && c <= 'z') || (p[i + 5] >= '0' && p[i + 5] <= '9')));
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *a = malloc(size + 1);
    uint8_t *b = malloc(size + 1);
    require(a != NULL && b != NULL);
    memcpy(a, data, size);
    size_t first = ol_mask_find(a, size);
    require(first <= size);
    ol_mask(a, size);
    require(memcmp(a, data, first) == 0);
    for (size_t i = 0; i < size; i++) {
        require(a[i] == data[i] || a[i] == '*');
    }
    check_plain(a, size);
    memcpy(b, a, size);
    ol_mask(b, size);
    require(memcmp(a, b, size) == 0);
    ol_mask_keys(b, size);
    free(a);
    free(b);
    return 0;
}
