/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tools/provision_csv.h"

/* The table of onelink provision. */

static struct cli_csv csv;
static char why[512];

static bool take(const char *text)
{
    size_t len = strlen(text);
    char *data = malloc(len + 1);
    memcpy(data, text, len + 1);
    return cli_csv_take(&csv, "t.csv", data, len, 0600, why, sizeof(why));
}

static void cell_is(size_t row, size_t column, const char *text)
{
    struct ol_str s = cli_csv_get(&csv, row, column);
    if (!ol_str_equal(s, ol_str_from(text))) {
        fail_msg("row %u, column %u: \"%.*s\"", (unsigned)row, (unsigned)column,
                 (int)s.len, s.ptr);
    }
}

static void cells_as_rfc_4180_has_them(void **state)
{
    (void)state;
    assert_true(take("\xEF\xBB\xBF"
                     "a,\"b\",c\r\n1,,\"x,\"\"y\"\"\nz\"\r\n\r\n\"\",2,3"));
    assert_int_equal(csv.columns, 5); /* and board and done */
    assert_int_equal(csv.rows, 2);
    cell_is(0, 0, "a");
    cell_is(0, 1, "b");
    cell_is(0, 3, "board");
    cell_is(0, 4, "done");
    cell_is(1, 0, "1");
    cell_is(1, 1, "");
    cell_is(1, 2, "x,\"y\"\nz");
    cell_is(1, 3, "");
    cell_is(1, 4, "");
    cell_is(2, 0, "");
    cell_is(2, 2, "3");
    assert_int_equal(csv.lines[1], 2);
    assert_int_equal(csv.lines[2], 5);
    assert_int_equal(csv.board, 3);
    assert_int_equal(csv.done, 4);
    cli_csv_free(&csv);
}

static void what_is_wrong_is_told_with_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *why;
    } rows[] = {
        {"", "t.csv: is empty; the first line names the columns"},
        {"\n\n", "t.csv: is empty; the first line names the columns"},
        {"a,b\n1\n", "t.csv:2: 1 cells, but the first line names 2 columns"},
        {"a,b\n\n1,2,3\n", "t.csv:3: 3 cells, but the first line names 2 columns"},
        {"a\n\"x\n", "t.csv:2: a quote is not closed"},
        {"a\n\"x\"y\n", "t.csv:2: text behind a closing quote"},
        {"a\nx\"y\n", "t.csv:2: a quote inside a cell"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_false(take(rows[i].text));
        assert_string_equal(why, rows[i].why);
        cli_csv_free(&csv);
    }
    char many[200];
    memset(many, ',', CLI_CSV_COLUMNS_MAX);
    many[CLI_CSV_COLUMNS_MAX] = '\0';
    assert_false(take(many));
    assert_string_equal(why, "t.csv:1: more than 64 columns");
    cli_csv_free(&csv);
    many[CLI_CSV_COLUMNS_MAX - 1] = '\0';
    assert_true(take(many));
    cli_csv_free(&csv);
}

static void many_rows(void **state)
{
    (void)state;
    size_t len = 0, rows = CLI_CSV_ROWS_MAX + 1;
    char *text = malloc(rows * 8 + 16);
    len += (size_t)sprintf(text, "a,done\n");
    for (size_t i = 1; i < rows; i++) {
        len += (size_t)sprintf(text + len, "%u,\n", (unsigned)i);
    }
    char *more = strdup(text);
    assert_true(cli_csv_take(&csv, "t.csv", text, len, 0600, why, sizeof(why)));
    assert_int_equal(csv.rows, CLI_CSV_ROWS_MAX);
    cell_is(77777, 0, "77777");
    cli_csv_free(&csv);
    more = realloc(more, len + 8);
    strcpy(more + len, "x,\n");
    assert_false(cli_csv_take(&csv, "t.csv", more, len + 3, 0600, why, sizeof(why)));
    assert_string_equal(why, "t.csv:100002: too many rows");
    cli_csv_free(&csv);
}

/* What is written is read back as the same; the file keeps its mode. */
static void saved_and_loaded(void **state)
{
    (void)state;
    char folder[] = "/tmp/onelink-csv-XXXXXX", path[64];
    struct stat s;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/t.csv", folder);
    FILE *f = fopen(path, "w");
    fputs("name,board,note\nd1,,\"a, \"\"b\"\"\nc\"\nd2,,x\n", f);
    fclose(f);
    chmod(path, 0640);
    assert_true(cli_csv_load(&csv, path, why, sizeof(why)));
    assert_int_equal(csv.board, 1);
    assert_true(cli_csv_set(&csv, 1, csv.done, "now"));
    assert_true(cli_csv_set(&csv, 1, csv.done, "later"));
    assert_true(cli_csv_set(&csv, 1, csv.board, "02:00"));
    assert_true(cli_csv_save(&csv, why, sizeof(why)));
    cli_csv_free(&csv);
    assert_int_equal(stat(path, &s), 0);
    assert_int_equal(s.st_mode & 0777, 0640);
    assert_true(cli_csv_load(&csv, path, why, sizeof(why)));
    cell_is(1, 0, "d1");
    cell_is(1, 1, "02:00");
    cell_is(1, 2, "a, \"b\"\nc");
    cell_is(1, 3, "later");
    cell_is(2, 3, "");
    cli_csv_free(&csv);
    unlink(path);
    assert_false(cli_csv_load(&csv, path, why, sizeof(why)));
    assert_int_equal(rmdir(folder), 0); /* nothing else was left there */
    cli_csv_free(&csv);
}

static void a_folder_that_cannot_be_written(void **state)
{
    (void)state;
    assert_true(take("a\n1\n"));
    free(csv.path);
    csv.path = strdup("/nonexistent/t.csv");
    assert_false(cli_csv_save(&csv, why, sizeof(why)));
    assert_string_equal(why,
                        "cannot write /nonexistent/t.csv: No such file or directory");
    cli_csv_free(&csv);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_as_rfc_4180_has_them),
        cmocka_unit_test(what_is_wrong_is_told_with_its_line),
        cmocka_unit_test(many_rows),
        cmocka_unit_test(saved_and_loaded),
        cmocka_unit_test(a_folder_that_cannot_be_written),
    };
    return cmocka_run_group_tests_name("tools_csv", tests, NULL, NULL);
}
