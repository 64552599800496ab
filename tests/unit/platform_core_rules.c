/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "platform_peer.h"
#include "tests/support/rng.h"
#include "tests/support/vectors.h"

/* Every rule of docs/protocol.md §1.3 to §1.7, §2.2, §4.1 to §4.11 and §10.2 that shows
 * on one connection, as bytes: tests/vectors/platform/rules.tsv. */

#define BYTES_CAP 400000

enum { SECTION, RULE, SETUP, SENT, ANSWER, THEN, COLUMNS };

struct bytes {
    uint8_t *data;
    size_t len;
};

static uint8_t digit(char c)
{
    if (c >= '0' && c <= '9') {
        return (uint8_t)(c - '0');
    }
    assert_in_range(c, 'a', 'f');
    return (uint8_t)(c - 'a' + 10);
}

/* Hexadecimal with hh*N for N times hh; "-" for nothing. */
static struct bytes bytes_read(struct ol_str text)
{
    struct bytes b = {malloc(BYTES_CAP), 0};
    assert_non_null(b.data);
    if (ol_str_equal(text, OL_STR("-"))) {
        return b;
    }
    size_t i = 0;
    while (i + 1 < text.len) {
        if (text.ptr[i] == ' ') {
            i++;
            continue;
        }
        uint8_t byte = (uint8_t)(digit(text.ptr[i]) * 16 + digit(text.ptr[i + 1]));
        size_t times = 1;
        i += 2;
        if (i < text.len && text.ptr[i] == '*') {
            times = strtoul(text.ptr + i + 1, NULL, 10);
            for (i++; i < text.len && text.ptr[i] != ' '; i++) {
            }
        }
        assert_true(b.len + times <= BYTES_CAP);
        memset(b.data + b.len, byte, times);
        b.len += times;
    }
    return b;
}

static void set_up(struct ol_peer *p, struct ol_str setup)
{
    if (!ol_str_equal(setup, OL_STR("new"))) {
        ol_peer_login(p, "dev-1", 120);
    }
    if (ol_str_equal(setup, OL_STR("subscribed"))) {
        ol_peer_subscribe(p, "dev-1");
    }
}

/* Sends what the row says in pieces of step bytes (0: whole) and holds the answer against
 * it. */
static void row_check(const struct ol_vector *row, const struct bytes *sent,
                      const struct bytes *answer, size_t first, size_t step)
{
    struct ol_world w;
    struct ol_peer p;
    ol_world_open(&w, &(struct ol_node_config){0});
    ol_peer_open(&p, &w);
    set_up(&p, row->field[SETUP]);
    size_t at = 0;
    size_t piece = first;
    while (at < sent->len && !p.closed) {
        size_t n = piece == 0 || piece > sent->len - at ? sent->len - at : piece;
        ol_peer_send(&p, sent->data + at, n);
        at += n;
        piece = step;
    }
    bool closed = p.closed;
    if (!ol_peer_got(&p, answer->data, answer->len) ||
        closed != ol_str_equal(row->field[THEN], OL_STR("close"))) {
        fail_msg("rules.tsv:%u: %s (first %zu, step %zu, closed %d)", row->line,
                 row->field[RULE].ptr, first, step, closed);
    }
    ol_peer_close(&p);
    ol_world_close(&w);
}

typedef void (*row_fn)(const struct ol_vector *row, const struct bytes *sent,
                       const struct bytes *answer);

static void each_row(row_fn fn)
{
    struct ol_vectors v = ol_vectors_open("platform/rules.tsv");
    struct ol_vector row;
    unsigned count = 0;
    while (ol_vectors_next(&v, &row)) {
        assert_int_equal(row.count, COLUMNS);
        struct bytes sent = bytes_read(row.field[SENT]);
        struct bytes answer = bytes_read(row.field[ANSWER]);
        fn(&row, &sent, &answer);
        free(sent.data);
        free(answer.data);
        count++;
    }
    ol_vectors_close(&v);
    assert_in_range(count, 150, 1000);
}

static void whole(const struct ol_vector *row, const struct bytes *sent,
                  const struct bytes *answer)
{
    row_check(row, sent, answer, 0, 0);
}

static void bytewise(const struct ol_vector *row, const struct bytes *sent,
                     const struct bytes *answer)
{
    row_check(row, sent, answer, 1, sent->len > 5000 ? 4099 : 1);
}

static void every_split(const struct ol_vector *row, const struct bytes *sent,
                        const struct bytes *answer)
{
    size_t stride = sent->len > 5000 ? 20011 : sent->len > 600 ? 37 : 1;
    for (size_t i = 1; i < sent->len; i += stride) {
        row_check(row, sent, answer, i, 0);
    }
}

static void print_bytes(struct ol_str text)
{
    const size_t most = 72;
    if (text.len <= most) {
        printf("`%.*s`", (int)text.len, text.ptr);
        return;
    }
    printf("`%.*s … %.*s`", (int)most - 24, text.ptr, 22, text.ptr + text.len - 22);
}

static void print_row(const struct ol_vector *row, const struct bytes *sent,
                      const struct bytes *answer)
{
    (void)sent;
    printf("| %s | %s | %s | ", row->field[SECTION].ptr, row->field[RULE].ptr,
           row->field[SETUP].ptr);
    print_bytes(row->field[SENT]);
    printf(" | ");
    if (answer->len > 0) {
        print_bytes(row->field[ANSWER]);
    }
    printf("%s%s |\n", answer->len > 0 ? ", " : "",
           ol_str_equal(row->field[THEN], OL_STR("close")) ? "closes" : "stays open");
}

static void test_whole(void **state)
{
    (void)state;
    each_row(whole);
    printf("\n| § | rule | before | sent | answer |\n|---|---|---|---|---|\n");
    each_row(print_row);
}

static void test_bytewise(void **state)
{
    (void)state;
    each_row(bytewise);
}

static void test_every_split(void **state)
{
    (void)state;
    each_row(every_split);
}

/* A whole life on one connection, cut at random, answers the same bytes. */
static void test_random_cuts(void **state)
{
    (void)state;
    struct ol_rng r = ol_rng_make(ol_rng_seed("test_platform_core_rules", 1));
    static uint8_t life[32768];
    size_t life_len = 0;
    struct bytes want = {malloc(BYTES_CAP), 0};
    assert_non_null(want.data);
    /* All rows of the subscribed state that stay open, behind one another. */
    struct ol_vectors v = ol_vectors_open("platform/rules.tsv");
    struct ol_vector row;
    while (ol_vectors_next(&v, &row)) {
        struct bytes sent = bytes_read(row.field[SENT]);
        struct bytes answer = bytes_read(row.field[ANSWER]);
        if (ol_str_equal(row.field[SETUP], OL_STR("subscribed")) &&
            ol_str_equal(row.field[THEN], OL_STR("open")) &&
            strstr(row.field[RULE].ptr, "UNSUB") == NULL &&
            strstr(row.field[RULE].ptr, "filters") == NULL && sent.len < 4096) {
            assert_true(life_len + sent.len <= sizeof life);
            memcpy(life + life_len, sent.data, sent.len);
            memcpy(want.data + want.len, answer.data, answer.len);
            life_len += sent.len;
            want.len += answer.len;
        }
        free(sent.data);
        free(answer.data);
    }
    ol_vectors_close(&v);
    for (int run = 0; run < 300; run++) {
        struct ol_world w;
        struct ol_peer p;
        ol_world_open(&w, &(struct ol_node_config){0});
        ol_peer_open(&p, &w);
        set_up(&p, OL_STR("subscribed"));
        for (size_t at = 0; at < life_len;) {
            size_t n = 1 + (size_t)ol_rng_below(&r, run % 2 == 0 ? 20 : 600);
            n = n > life_len - at ? life_len - at : n;
            ol_peer_send(&p, life + at, n);
            at += n;
        }
        assert_true(ol_peer_got(&p, want.data, want.len));
        assert_false(p.closed);
        ol_peer_close(&p);
        ol_world_close(&w);
    }
    free(want.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole),
        cmocka_unit_test(test_bytewise),
        cmocka_unit_test(test_every_split),
        cmocka_unit_test(test_random_cuts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
