/* SPDX-License-Identifier: MIT */
#include <stddef.h>
#include <stdint.h>

#include "tests/support/guard.h"
#include "tests/support/json_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ol_guard g = ol_guard_open(size);
    ol_json_check_number(ol_str_make(ol_guard_put(&g, data, size), size));
    ol_guard_close(&g);
    return 0;
}
