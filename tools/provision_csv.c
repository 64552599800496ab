/* SPDX-License-Identifier: MIT */
#include "tools/provision_csv.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/file.h"
#include "tools/secret.h"
#include "tools/why.h"

#define FILE_MAX_LEN (16u << 20)

/* --- reading ------------------------------------------------------------------------ */

struct parser {
    char *at;
    char *end;
    unsigned line;
    bool is_row_over; /* the cell was the last one of its row */
    const char *problem;
};

/* A cell in quotes, unquoted in place. */
static struct ol_str take_quoted(struct parser *p)
{
    char *from = ++p->at, *to = from;
    for (;; p->at++) {
        if (p->at == p->end) {
            p->problem = "a quote is not closed";
            break;
        }
        if (*p->at == '"' && !(p->at + 1 < p->end && p->at[1] == '"')) {
            p->at++;
            break;
        }
        p->at += *p->at == '"'; /* "" stands for one */
        p->line += *p->at == '\n';
        *to++ = *p->at;
    }
    return ol_str_make(from, (size_t)(to - from));
}

static struct ol_str take_cell(struct parser *p)
{
    struct ol_str cell = {p->at, 0};
    if (p->at < p->end && *p->at == '"') {
        cell = take_quoted(p);
    } else {
        while (p->at < p->end && *p->at != ',' && *p->at != '\n' && *p->at != '\r') {
            p->problem = *p->at == '"' ? "a quote inside a cell" : p->problem;
            p->at++;
        }
        cell.len = (size_t)(p->at - cell.ptr);
    }
    if (p->at + 1 < p->end && p->at[0] == '\r' && p->at[1] == '\n') {
        p->at++;
    }
    p->is_row_over = p->at == p->end || *p->at == '\n';
    if (!p->is_row_over && *p->at != ',') {
        p->problem = p->problem ? p->problem : "text behind a closing quote";
    }
    p->at += p->at < p->end;
    return cell;
}

/* Room for one more row behind `rows` of them (the first line counts). */
static bool add_row(struct cli_csv *csv, size_t rows)
{
    if (rows < csv->row_cap) {
        return true;
    }
    size_t cap = rows == 0 ? 1 : 2 * rows;
    struct cli_csv_cell *cells =
        realloc(csv->cells, cap * csv->stride * sizeof(*csv->cells));
    csv->cells = cells ? cells : csv->cells;
    unsigned *lines = realloc(csv->lines, cap * sizeof(*csv->lines));
    csv->lines = lines ? lines : csv->lines;
    csv->row_cap = cells && lines ? cap : csv->row_cap;
    return cells && lines;
}

static struct cli_csv_cell *cell_at(const struct cli_csv *csv, size_t row, size_t column)
{
    return &csv->cells[row * csv->stride + column];
}

/* One row into place `row`; how many cells it has. */
static size_t take_row(struct cli_csv *csv, struct parser *p, size_t row)
{
    size_t count = 0;
    csv->lines[row] = p->line;
    do {
        struct ol_str cell = take_cell(p);
        if (count < csv->stride) {
            *cell_at(csv, row, count) = (struct cli_csv_cell){.text = cell};
        }
        count++;
    } while (!p->is_row_over && !p->problem);
    p->line++;
    return count;
}

static bool is_empty_line(const struct parser *p)
{
    return *p->at == '\n' || (*p->at == '\r' && p->at + 1 < p->end && p->at[1] == '\n');
}

/* The row that begins here, into place `row`. */
static bool take_checked(struct cli_csv *csv, struct parser *p, size_t row, char *why,
                         size_t cap)
{
    unsigned line = p->line;
    if (row > CLI_CSV_ROWS_MAX || !add_row(csv, row)) {
        return cli_fail(why, cap, "%s:%u: too many rows", csv->path, line);
    }
    size_t count = take_row(csv, p, row);
    if (p->problem) {
        return cli_fail(why, cap, "%s:%u: %s", csv->path, line, p->problem);
    }
    if (row == 0 && count > CLI_CSV_COLUMNS_MAX) {
        return cli_fail(why, cap, "%s:1: more than %d columns", csv->path,
                        CLI_CSV_COLUMNS_MAX);
    }
    if (row == 0) {
        csv->columns = count;
        csv->stride = count + 2; /* board and done, perhaps */
    }
    return count == csv->columns ||
           cli_fail(why, cap, "%s:%u: %u cells, but the first line names %u columns",
                    csv->path, line, (unsigned)count, (unsigned)csv->columns);
}

static bool take_rows(struct cli_csv *csv, char *why, size_t cap)
{
    struct parser p = {csv->data, csv->data + csv->data_len, 1, false, NULL};
    size_t row = 0;
    csv->stride = CLI_CSV_COLUMNS_MAX + 2;
    if (csv->data_len >= 3 && memcmp(p.at, "\xEF\xBB\xBF", 3) == 0) {
        p.at += 3; /* as spreadsheets write it */
    }
    while (p.at < p.end) {
        if (is_empty_line(&p)) {
            p.at += *p.at == '\r' ? 2 : 1;
            p.line++;
            continue;
        }
        if (!take_checked(csv, &p, row, why, cap)) {
            return false;
        }
        csv->rows = row++;
    }
    return row > 0 || cli_fail(why, cap, "%s: is empty; the first line names the columns",
                               csv->path);
}

static size_t find_column(const struct cli_csv *csv, struct ol_str name)
{
    size_t i = 0;
    while (i < csv->columns && !ol_str_equal(cli_csv_get(csv, 0, i), name)) {
        i++;
    }
    return i;
}

/* The column of that name, added where there is none. */
static size_t need_column(struct cli_csv *csv, struct ol_str name)
{
    size_t column = find_column(csv, name);
    if (column == csv->columns) {
        for (size_t row = 0; row <= csv->rows; row++) {
            *cell_at(csv, row, column) =
                (struct cli_csv_cell){.text = row == 0 ? name : (struct ol_str){"", 0}};
        }
        csv->columns++;
    }
    return column;
}

bool cli_csv_load(struct cli_csv *csv, const char *path, char *why, size_t cap)
{
    struct cli_file file;
    memset(csv, 0, sizeof(*csv));
    return cli_file_read(path, FILE_MAX_LEN, &file, why, cap) &&
           cli_csv_take(csv, path, file.data, file.len, file.mode, why, cap);
}

bool cli_csv_take(struct cli_csv *csv, const char *path, char *data, size_t len,
                  unsigned mode, char *why, size_t cap)
{
    memset(csv, 0, sizeof(*csv));
    csv->data = data;
    csv->data_len = len;
    csv->mode = mode;
    csv->path = strdup(path);
    if (!csv->path) {
        return cli_fail(why, cap, "not enough memory");
    }
    if (!take_rows(csv, why, cap)) {
        csv->columns = 0; /* cells may not all be there */
        return false;
    }
    csv->board = need_column(csv, OL_STR("board"));
    csv->done = need_column(csv, OL_STR("done"));
    return true;
}

struct ol_str cli_csv_get(const struct cli_csv *csv, size_t row, size_t column)
{
    return cell_at(csv, row, column)->text;
}

bool cli_csv_set(struct cli_csv *csv, size_t row, size_t column, const char *text)
{
    struct cli_csv_cell *cell = cell_at(csv, row, column);
    char *own = strdup(text);
    if (own) {
        free(cell->own);
        *cell = (struct cli_csv_cell){.text = ol_str_from(own), .own = own};
    }
    return own != NULL;
}

/* --- writing ------------------------------------------------------------------------ */

static void put_cell(FILE *f, struct ol_str cell)
{
    bool quote = false;
    for (size_t i = 0; i < cell.len; i++) {
        quote = quote || strchr("\",\r\n", cell.ptr[i]);
    }
    if (!quote) {
        fwrite(cell.ptr, 1, cell.len, f);
        return;
    }
    fputc('"', f);
    for (size_t i = 0; i < cell.len; i++) {
        if (cell.ptr[i] == '"') {
            fputc('"', f);
        }
        fputc(cell.ptr[i], f);
    }
    fputc('"', f);
}

static bool put_all(const struct cli_csv *csv, FILE *f)
{
    for (size_t row = 0; row <= csv->rows; row++) {
        for (size_t column = 0; column < csv->columns; column++) {
            if (column > 0) {
                fputc(',', f);
            }
            put_cell(f, cli_csv_get(csv, row, column));
        }
        fputc('\n', f);
    }
    return fflush(f) == 0 && !ferror(f) && fsync(fileno(f)) == 0;
}

/* The new name in its folder must be on the disk, too. */
static void sync_folder(const char *path)
{
    char *copy = strdup(path);
    int fd = copy ? open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    free(copy);
}

bool cli_csv_save(const struct cli_csv *csv, char *why, size_t cap)
{
    char temporary[4096];
    if ((size_t)snprintf(temporary, sizeof(temporary), "%s.new", csv->path) >=
        sizeof(temporary)) {
        return cli_fail(why, cap, "%s: the path is too long", csv->path);
    }
    unlink(temporary);
    int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, csv->mode & 0777);
    FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;
    bool ok = f && put_all(csv, f);
    int error = errno;
    if (f) {
        ok = fclose(f) == 0 && ok;
    } else if (fd >= 0) {
        close(fd);
    }
    if (ok && rename(temporary, csv->path) == 0) {
        sync_folder(csv->path);
        return true;
    }
    error = ok ? errno : error;
    unlink(temporary);
    return cli_fail(why, cap, "cannot write %s: %s", csv->path, strerror(error));
}

void cli_csv_free(struct cli_csv *csv)
{
    for (size_t i = 0; csv->cells && csv->lines && i <= csv->rows; i++) {
        for (size_t k = 0; k < csv->columns; k++) {
            free(cell_at(csv, i, k)->own);
        }
    }
    if (csv->data) {
        cli_secret_wipe(csv->data, csv->data_len);
    }
    free(csv->data);
    free(csv->path);
    free(csv->cells);
    free(csv->lines);
    memset(csv, 0, sizeof(*csv));
}
