/* SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tools/provision_csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Any bytes are a table or told to be none; the cells of a table lie within it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cli_csv csv;
    char why[300] = "";
    char *copy = malloc(size + 1);
    memcpy(copy, data, size);
    copy[size] = '\0';
    bool ok = cli_csv_take(&csv, "f", copy, size, 0600, why, sizeof(why));
    if (!ok && why[0] == '\0') {
        abort();
    }
    for (size_t row = 0; ok && row <= csv.rows; row++) {
        for (size_t column = 0; column < csv.columns; column++) {
            struct ol_str cell = cli_csv_get(&csv, row, column);
            if (column != csv.done && column != csv.board &&
                (cell.ptr < copy || cell.ptr > copy + size ||
                 cell.len > (size_t)(copy + size - cell.ptr))) {
                abort();
            }
        }
    }
    cli_csv_free(&csv);
    return 0;
}
