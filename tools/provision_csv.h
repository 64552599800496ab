/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_PROVISION_CSV_H
#define TOOLS_PROVISION_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "onelink/base/str.h"

/* The table of boards to provision: RFC 4180, the first line names the columns. A column is a
 * setting of a board ("device_name", "property.temp.source"), or "board" or "done", which the
 * program fills in. */

#define CLI_CSV_COLUMNS_MAX 64
#define CLI_CSV_ROWS_MAX    100000

struct cli_csv_cell {
    struct ol_str text; /* without quotes */
    char *own;          /* memory of its own, or NULL */
};

struct cli_csv {
    char *path;
    char *data; /* the file; cells point here, unquoted in place */
    size_t data_len;
    unsigned mode;
    size_t columns;
    size_t rows; /* without the first line */
    size_t stride, row_cap;
    struct cli_csv_cell *cells; /* the first line, then the rows */
    unsigned *lines;            /* of the file, in which each row begins */
    size_t board;               /* column; always there, as is */
    size_t done;
};

/* Reads a table; columns board and done are added where they are not there. true; false after *why, which
 * names file and line and holds no cell of a secret. Either way cli_csv_free. */
bool cli_csv_load(struct cli_csv *csv, const char *path, char *why, size_t cap);

/* The same from memory that malloc gave, which is the table's from now on. */
bool cli_csv_take(struct cli_csv *csv, const char *path, char *data, size_t len,
                  unsigned mode, char *why, size_t cap);

/* Cell of a row; row 0 is the first line with the names, the boards begin at 1. */
struct ol_str cli_csv_get(const struct cli_csv *csv, size_t row, size_t column);
/* false: no memory. */
bool cli_csv_set(struct cli_csv *csv, size_t row, size_t column, const char *text);

/* Writes the table anew beside the old one and puts it in its place, so that a power cut leaves
 * one of them whole. true; false after *why. */
bool cli_csv_save(const struct cli_csv *csv, char *why, size_t cap);

/* Wipes and frees. */
void cli_csv_free(struct cli_csv *csv);

#endif
