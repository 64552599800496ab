/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/store/buckets.h"
#include "platform_store_world.h"
#include "tests/support/rng.h"

static struct store_world w;
static char out[4096];

static int set_up(void **state)
{
    (void)state;
    store_world_open(&w);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    store_world_close(&w);
    return 0;
}

static void put(int64_t time_ms, const char *value)
{
    store_world_put(&w, w.device, 0, time_ms, value);
}

/* time:count/numbers min..max mean */
static void on_bucket(void *ctx, const struct ol_db_bucket *b)
{
    (void)ctx;
    size_t len = strlen(out);
    snprintf(out + len, sizeof out - len, "%lld:%lld/%lld %.*s..%.*s %.*s\n",
             (long long)b->time_ms, (long long)b->count, (long long)b->numbers,
             (int)b->min.len, b->min.ptr, (int)b->max.len, b->max.ptr, (int)b->mean.len,
             b->mean.ptr);
}

/* All of a chart, in slices of so many values. Returns how many slices that were. */
static int chart(struct ol_db_range range, int64_t width_ms, int64_t slice_rows,
                 void (*row)(void *ctx, const struct ol_db_bucket *b), void *ctx)
{
    struct ol_db_buckets b;
    int32_t rc;
    int slices = 0;
    ol_db_buckets_open(&b, &range, width_ms);
    b.slice_rows = slice_rows;
    do {
        rc = ol_db_buckets_step(&b, &w.db, w.product, w.device, 0, row, ctx);
        slices++;
    } while (rc == OL_E_AGAIN);
    assert_int_equal(rc, OL_OK);
    return slices;
}

/* The same in slices of any size. */
static const char *buckets_of(struct ol_db_range range, int64_t width_ms)
{
    static const int64_t sizes[] = {1, 2, 3, 5};
    char whole[sizeof out];
    out[0] = '\0';
    assert_int_equal(chart(range, width_ms, OL_DB_BUCKETS_ROWS, on_bucket, NULL), 1);
    memcpy(whole, out, sizeof whole);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        out[0] = '\0';
        (void)chart(range, width_ms, sizes[i], on_bucket, NULL);
        assert_string_equal(out, whole);
    }
    return out;
}

static const struct ol_db_range all = {INT64_MIN, INT64_MAX, 100, 0, false};

static void an_empty_series_has_none(void **state)
{
    (void)state;
    assert_string_equal(buckets_of(all, 10), "");
}

static void values_are_gathered(void **state)
{
    (void)state;
    put(0, "1");
    put(9, "2");
    put(10, "-7");
    put(11, "5");
    put(19, "3");
    put(30, "4.5");
    assert_string_equal(buckets_of(all, 10), "0:2/2 1..2 1.5\n"
                                             "10:3/3 -7..5 0.3333333333333333\n"
                                             "30:1/1 4.5..4.5 4.5\n");
    assert_string_equal(buckets_of(all, INT64_MAX), "0:6/6 -7..5 1.4166666666666667\n");
}

/* Both ends count, and the stretches stay where they are. */
static void a_range_cuts_its_ends(void **state)
{
    (void)state;
    for (int i = 0; i < 40; i++) {
        char text[8];
        snprintf(text, sizeof text, "%d", i);
        put(i, text);
    }
    struct ol_db_range r = {5, 25, 100, 0, false};
    assert_string_equal(buckets_of(r, 10), "0:5/5 5..9 7\n"
                                           "10:10/10 10..19 14.5\n"
                                           "20:6/6 20..25 22.5\n");
    r.descending = true;
    assert_string_equal(buckets_of(r, 10), "20:6/6 20..25 22.5\n"
                                           "10:10/10 10..19 14.5\n"
                                           "0:5/5 5..9 7\n");
    r.limit = 1;
    r.offset = 1;
    assert_string_equal(buckets_of(r, 10), "10:10/10 10..19 14.5\n");
    r.offset = 3;
    assert_string_equal(buckets_of(r, 10), "");
    r.offset = 2;
    r.limit = 2;
    assert_string_equal(buckets_of(r, 10), "0:5/5 5..9 7\n");
}

static void times_before_1970_belong_to_the_stretch_before(void **state)
{
    (void)state;
    put(-1, "1");
    put(-10, "2");
    put(-11, "3");
    put(0, "4");
    assert_string_equal(buckets_of(all, 10), "-20:1/1 3..3 3\n"
                                             "-10:2/2 1..2 1.5\n"
                                             "0:1/1 4..4 4\n");
}

static void the_ends_of_time_are_no_trouble(void **state)
{
    (void)state;
    put(INT64_MIN, "1");
    put(INT64_MAX, "2");
    assert_string_equal(buckets_of(all, INT64_MAX), "-9223372036854775808:1/1 1..1 1\n"
                                                    "9223372036854775807:1/1 2..2 2\n");
}

static void what_is_no_number_only_counts(void **state)
{
    (void)state;
    put(1, "\"12\"");
    put(2, "true");
    put(3, "{\"a\":1}");
    put(11, "5");
    put(12, "false");
    put(21, "1e999");
    assert_string_equal(buckets_of(all, 10), "0:3/0 .. \n"
                                             "10:2/1 5..5 5\n"
                                             "20:1/0 .. \n");
}

static void integers_stay_exact(void **state)
{
    (void)state;
    put(1, "9223372036854775807");
    put(2, "9223372036854775806");
    assert_string_equal(buckets_of(all, 10),
                        "0:2/2 9223372036854775806..9223372036854775807"
                        " 9.223372036854776e+18\n");
    put(11, "9007199254740993");
    put(12, "9007199254740995");
    put(21, "-9223372036854775808");
    assert_string_equal(buckets_of((struct ol_db_range){10, 29, 100, 0, false}, 10),
                        "10:2/2 9007199254740993..9007199254740995"
                        " 9007199254740994\n"
                        "20:1/1 -9223372036854775808..-9223372036854775808"
                        " -9223372036854775808\n");
}

/* As reported: no digit is lost or made up. */
static void decimals_come_back_as_reported(void **state)
{
    (void)state;
    put(1, "67.00");
    put(2, "0.1");
    put(3, "1e2");
    put(4, "-0");
    put(5, "0.10000000000000000000000000000000000000001");
    assert_string_equal(buckets_of(all, 10), "0:5/5 -0..1e2 33.44\n");
}

static void numbers_beyond_a_sum_have_a_mean(void **state)
{
    (void)state;
    put(1, "1.7e308");
    put(2, "1.7e308");
    assert_string_equal(buckets_of(all, 10), "0:2/2 1.7e308..1.7e308 1.7e+308\n");
}

/* Rounded once: a mean is never below the least of its values. */
static void the_mean_is_the_nearest_double(void **state)
{
    (void)state;
    put(1, "9007199254740993");
    put(2, "9007199254740994");
    assert_string_equal(buckets_of(all, 10),
                        "0:2/2 9007199254740993..9007199254740994 9007199254740994\n");
}

/* ---- against a plain reckoning ---- */

struct check {
    const int64_t *times;
    const double *values;
    int count;
    int at;
    int64_t width;
};

static double real_of(struct ol_str text)
{
    char copy[64];
    snprintf(copy, sizeof copy, "%.*s", (int)text.len, text.ptr);
    return strtod(copy, NULL);
}

static void check_bucket(void *ctx, const struct ol_db_bucket *b)
{
    struct check *c = ctx;
    long double sum = 0;
    double min = 1e300;
    double max = -1e300;
    int n = 0;
    while (c->at < c->count && c->times[c->at] / c->width * c->width == b->time_ms) {
        double v = c->values[c->at++];
        sum += v;
        min = v < min ? v : min;
        max = v > max ? v : max;
        n++;
    }
    assert_int_equal(b->count, n);
    assert_int_equal(b->numbers, n);
    assert_true(real_of(b->min) == min);
    assert_true(real_of(b->max) == max);
    assert_true(real_of(b->mean) - (double)(sum / n) < 1e-9);
    assert_true((double)(sum / n) - real_of(b->mean) < 1e-9);
}

#define SAMPLES 5000

static void random_series_agree_with_a_plain_reckoning(void **state)
{
    (void)state;
    static int64_t times[SAMPLES];
    static double values[SAMPLES];
    struct ol_rng rng = ol_rng_make(ol_rng_seed("test_platform_store_buckets", 7));
    int64_t t = 0;
    for (int i = 0; i < SAMPLES; i++) {
        char text[32];
        t += 1 + (int64_t)(ol_rng_u64(&rng) % 50);
        int places = (int)(ol_rng_u64(&rng) % 6);
        snprintf(text, sizeof text, "%.*f", places,
                 (double)((int64_t)(ol_rng_u64(&rng) % 2000000) - 1000000) / 1000.0);
        times[i] = t;
        values[i] = strtod(text, NULL);
        put(t, text);
    }
    store_world_commit(&w);
    static const int64_t widths[] = {1, 7, 100, 1000, 1000000};
    for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++) {
        struct check c = {times, values, SAMPLES, 0, widths[i]};
        struct ol_db_range r = {0, INT64_MAX, SAMPLES, 0, false};
        assert_int_equal(chart(r, widths[i], OL_DB_BUCKETS_ROWS, check_bucket, &c), 1);
        assert_int_equal(c.at, SAMPLES);
    }
}

/* What a slice costs is bounded, however wide the stretches are and whatever is left out. */
static void a_slice_looks_at_so_many_values(void **state)
{
    (void)state;
    for (int i = 0; i < 1000; i++) {
        put(i, "1");
    }
    store_world_commit(&w);
    struct ol_db_range r = all;
    for (int way = 0; way < 2; way++) {
        r.descending = way == 1;
        r.offset = 0;
        out[0] = '\0';
        assert_int_equal(chart(r, 5000, 100, on_bucket, NULL), 11);
        assert_string_equal(out, "0:1000/1000 1..1 1\n");
        r.offset = 900;
        out[0] = '\0';
        assert_int_equal(chart(r, 1, 100, on_bucket, NULL), 11);
    }
    /* What is not wanted is not looked at. */
    assert_int_equal(
        chart((struct ol_db_range){0, 999, 1, 0, false}, 10, 100, on_bucket, NULL), 1);
    assert_int_equal(
        chart((struct ol_db_range){0, 199, 100, 0, false}, 10, 100, on_bucket, NULL), 2);
}

/* Between two slices others have their turn: what they change counts where the chart has not
 * come yet. */
static void values_may_come_and_go_between_slices(void **state)
{
    (void)state;
    struct ol_db_buckets b;
    for (int i = 0; i < 40; i += 2) {
        put(i, "1");
    }
    ol_db_buckets_open(&b, &all, 10);
    b.slice_rows = 10;
    out[0] = '\0';
    assert_int_equal(
        ol_db_buckets_step(&b, &w.db, w.product, w.device, 0, on_bucket, NULL),
        OL_E_AGAIN);
    assert_string_equal(out, "0:5/5 1..1 1\n");
    put(1, "9");
    put(21, "3");
    put(50, "4");
    while (ol_db_buckets_step(&b, &w.db, w.product, w.device, 0, on_bucket, NULL) ==
           OL_E_AGAIN) {
    }
    assert_string_equal(out,
                        "0:5/5 1..1 1\n10:5/5 1..1 1\n20:6/6 1..3 1.3333333333333333\n"
                        "30:5/5 1..1 1\n50:1/1 4..4 4\n");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(an_empty_series_has_none),
        CASE(values_are_gathered),
        CASE(a_range_cuts_its_ends),
        CASE(times_before_1970_belong_to_the_stretch_before),
        CASE(the_ends_of_time_are_no_trouble),
        CASE(what_is_no_number_only_counts),
        CASE(integers_stay_exact),
        CASE(decimals_come_back_as_reported),
        CASE(numbers_beyond_a_sum_have_a_mean),
        CASE(the_mean_is_the_nearest_double),
        CASE(a_slice_looks_at_so_many_values),
        CASE(values_may_come_and_go_between_slices),
        CASE(random_series_agree_with_a_plain_reckoning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
