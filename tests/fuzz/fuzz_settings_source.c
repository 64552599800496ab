/* SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "onelink/json/arith.h"
#include "tools/decimal.h"
#include "tools/sim.h"
#include "tests/fuzz/fuzz.h"

/* What scale and offset give can be written and read again as the same number. */
static void check_number(struct ol_dec d)
{
    char text[512];
    struct ol_dec back;
    struct ol_writer w = ol_writer_make(text, sizeof(text));
    ol_dec_encode(&w, d);
    require(ol_writer_status(&w) == OL_OK);
    int32_t rc = ol_dec_decode(ol_str_make(text, w.len), &back);
    require(rc == OL_OK || rc == OL_E_NOSPC);
    require(rc != OL_OK || ol_dec_compare(d, back) == 0);
}

static void check_simulation(struct ol_str text)
{
    struct cli_sim sim;
    struct ol_dec d;
    const char *reason = NULL, *allowed = NULL;
    if (!cli_sim_decode(text, &sim, &reason, &allowed)) {
        require(reason && allowed);
        return;
    }
    for (ol_ms elapsed = 0; elapsed < 5000; elapsed += 777) {
        if (cli_sim_next(&sim, elapsed, &d)) {
            check_number(d);
        }
    }
}

static void check_file(struct ol_str text)
{
    struct ol_dec d, scale = {-125, -3}, offset = {7, 2};
    for (unsigned field = 1; field < 5; field++) {
        if (!cli_dec_find(text, field, &d)) {
            continue;
        }
        check_number(d);
        if (ol_dec_add(d, offset, &d) == OL_OK &&
            ol_dec_multiply(d, scale, &d) == OL_OK) {
            check_number(d);
        }
    }
}

/* The first line is a simulation, the rest what a file holds. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *lf = size > 0 ? memchr(data, '\n', size) : NULL;
    size_t first = lf ? (size_t)(lf - data) : size;
    check_simulation(ol_str_make(data, first));
    check_file(ol_str_make(data + first, size - first));
    return 0;
}
