/* SPDX-License-Identifier: MIT */
#include "platform/store/buckets.h"

#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/store/internal.h"

/* ---- numbers ---- */

/* Decimals of up to 15 digits are a quotient of two exact doubles, and so rounded once. */
static bool parse_short(const char *text, size_t len, double *out)
{
    static const double powers[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    bool negative = len > 0 && text[0] == '-';
    size_t i = negative ? 1 : 0;
    if (len - i == 0 || len - i > 16) {
        return false;
    }
    int64_t digits = 0;
    size_t point = len;
    for (; i < len; i++) {
        unsigned digit = (unsigned)(unsigned char)text[i] - '0';
        if (digit <= 9) {
            digits = digits * 10 + (int64_t)digit;
        } else if (text[i] == '.' && point == len) {
            point = i;
        } else {
            return false;
        }
    }
    size_t places = point == len ? 0 : len - point - 1;
    if (digits > 999999999999999 || places > 15) {
        return false;
    }
    double v = (double)digits / powers[places];
    *out = negative ? -v : v;
    return true;
}

/* All digits, and a sign. */
static bool parse_integer(const char *text, size_t len, int64_t *out)
{
    bool negative = len > 0 && text[0] == '-';
    int64_t v = 0;
    if (len == (negative ? 1U : 0U)) {
        return false;
    }
    for (size_t i = negative ? 1 : 0; i < len; i++) {
        unsigned digit = (unsigned)(unsigned char)text[i] - '0';
        if (digit > 9 || __builtin_mul_overflow(v, 10, &v) ||
            __builtin_sub_overflow(v, (int64_t)digit, &v)) {
            return false;
        }
    }
    return negative ? (*out = v, true) : !__builtin_sub_overflow(0, v, out);
}

static bool is_number(const char *text, size_t len)
{
    return len > 0 && (text[0] == '-' || (text[0] >= '0' && text[0] <= '9'));
}

/* false: the column holds no number, or one beyond a double. */
static bool read_number(sqlite3_stmt *st, struct ol_db_number *out)
{
    out->text_len = 0;
    out->is_integer = sqlite3_column_type(st, 1) == SQLITE_INTEGER;
    if (out->is_integer) {
        out->integer = sqlite3_column_int64(st, 1);
        out->real = (double)out->integer;
        return true;
    }
    const char *text = (const char *)sqlite3_column_text(st, 1);
    size_t len = text == NULL ? 0 : (size_t)sqlite3_column_bytes(st, 1);
    if (!is_number(text, len)) {
        return false;
    }
    if (len <= OL_DB_NUMBER_CAP) {
        memcpy(out->text, text, len);
        out->text_len = (uint8_t)len;
    }
    out->is_integer = parse_integer(text, len, &out->integer);
    if (out->is_integer) {
        out->real = (double)out->integer;
    } else if (!parse_short(text, len, &out->real)) {
        out->real = strtod(text, NULL);
    }
    return isfinite(out->real);
}

static bool is_less(const struct ol_db_number *a, const struct ol_db_number *b)
{
    return a->is_integer && b->is_integer ? a->integer < b->integer : a->real < b->real;
}

/* The shortest text that reads back as the same double. */
static struct ol_str real_text(double v, char text[OL_DB_NUMBER_CAP])
{
    int len = 0;
    for (int digits = 15; digits <= 17; digits++) {
        len = snprintf(text, OL_DB_NUMBER_CAP, "%.*g", digits, v);
        if (strtod(text, NULL) == v) {
            break;
        }
    }
    return ol_str_make(text, (size_t)len);
}

static struct ol_str integer_text(int64_t v, char text[OL_DB_NUMBER_CAP])
{
    return ol_str_make(text,
                       (size_t)snprintf(text, OL_DB_NUMBER_CAP, "%lld", (long long)v));
}

static struct ol_str number_text(struct ol_db_number *n)
{
    if (n->text_len > 0) {
        return ol_str_make(n->text, n->text_len);
    }
    return n->is_integer ? integer_text(n->integer, n->text)
                         : real_text(n->real, n->text);
}

static struct ol_str mean_text(const struct ol_db_stretch *b, char text[OL_DB_NUMBER_CAP])
{
    if (b->sum_is_exact && b->sum % b->numbers == 0) {
        return integer_text(b->sum / b->numbers, text);
    }
    /* A long double holds a sum of 64 bits as it is. */
    long double sum = b->sum_is_exact ? (long double)b->sum : b->real_sum;
    return real_text((double)(sum / (long double)b->numbers), text);
}

/* ---- buckets ---- */

static void add_number(struct ol_db_stretch *b, const struct ol_db_number *n)
{
    if (b->numbers == 0 || is_less(n, &b->min)) {
        b->min = *n;
    }
    if (b->numbers == 0 || is_less(&b->max, n)) {
        b->max = *n;
    }
    b->numbers++;
    b->real_sum += n->real;
    b->sum_is_exact = b->sum_is_exact && n->is_integer &&
                      !__builtin_add_overflow(b->sum, n->integer, &b->sum);
}

struct sink {
    void (*row)(void *ctx, const struct ol_db_bucket *b);
    void *ctx;
};

/* The open stretch is whole. */
static void emit(struct ol_db_buckets *b, const struct sink *sink)
{
    struct ol_db_stretch *s = &b->open;
    char mean[OL_DB_NUMBER_CAP];
    struct ol_db_bucket out = {
        .time_ms = s->time_ms, .count = s->count, .numbers = s->numbers};
    if (b->left.offset > 0) {
        b->left.offset--;
        return;
    }
    b->left.limit--;
    if (s->numbers > 0) {
        out.min = number_text(&s->min);
        out.max = number_text(&s->max);
        out.mean = mean_text(s, mean);
    }
    sink->row(sink->ctx, &out);
}

/* Where the stretch begins that holds the time; also right before 1970. */
static int64_t start_of(int64_t time_ms, int64_t width_ms)
{
    int64_t into = time_ms % width_ms;
    int64_t start = 0;
    return __builtin_sub_overflow(time_ms, into < 0 ? into + width_ms : into, &start)
               ? INT64_MIN
               : start;
}

void ol_db_buckets_open(struct ol_db_buckets *b, const struct ol_db_range *range,
                        int64_t width_ms)
{
    *b = (struct ol_db_buckets){
        .slice_rows = OL_DB_BUCKETS_ROWS, .width_ms = width_ms, .left = *range};
}

static void add_value(struct ol_db_buckets *b, const struct sink *sink, int64_t time_ms,
                      sqlite3_stmt *st)
{
    struct ol_db_number n;
    int64_t start = start_of(time_ms, b->width_ms);
    if (b->open.count > 0 && start != b->open.time_ms) {
        emit(b, sink);
        b->open.count = 0;
    }
    if (b->open.count == 0) {
        b->open = (struct ol_db_stretch){.time_ms = start, .sum_is_exact = true};
    }
    b->open.count++;
    if (read_number(st, &n)) {
        add_number(&b->open, &n);
    }
}

/* The values up to that time are done. false: so are all. */
static bool go_on_after(struct ol_db_range *left, int64_t time_ms)
{
    if (left->descending) {
        left->to_ms = time_ms;
        return !__builtin_sub_overflow(time_ms, 1, &left->to_ms) &&
               left->to_ms >= left->from_ms;
    }
    left->from_ms = time_ms;
    return !__builtin_add_overflow(time_ms, 1, &left->from_ms) &&
           left->from_ms <= left->to_ms;
}

int32_t ol_db_buckets_step(struct ol_db_buckets *b, struct ol_db *db,
                           const struct ol_store_product *product, int64_t device,
                           uint16_t property,
                           void (*row)(void *ctx, const struct ol_db_bucket *b),
                           void *ctx)
{
    const struct sink sink = {row, ctx};
    const struct ol_db_range slice = {b->left.from_ms, b->left.to_ms, b->slice_rows, 0,
                                      b->left.descending};
    sqlite3_stmt *st = ol_db_series_open(db, product, device, property, &slice);
    int64_t rows = 0;
    int64_t time_ms = 0;
    int rc = SQLITE_ROW;
    if (st == NULL) {
        return OL_E_IO;
    }
    while (b->left.limit > 0 && (rc = sqlite3_step(st)) == SQLITE_ROW) {
        time_ms = sqlite3_column_int64(st, 0);
        add_value(b, &sink, time_ms, st);
        rows++;
    }
    sqlite3_reset(st);
    if (rc != SQLITE_DONE && rc != SQLITE_ROW) {
        return OL_E_IO;
    }
    if (b->left.limit > 0 && rows == b->slice_rows && go_on_after(&b->left, time_ms)) {
        return OL_E_AGAIN;
    }
    if (b->left.limit > 0 && b->open.count > 0) {
        emit(b, &sink);
    }
    return OL_OK;
}
