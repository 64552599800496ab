/* SPDX-License-Identifier: MIT */
#include "tools/decimal.h"

#include <stdint.h>

/* --- numbers in a text -------------------------------------------------------------- */

static bool is_digit(struct ol_str s, size_t i)
{
    return i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9';
}

static bool is_at(struct ol_str s, size_t i, char c)
{
    return i < s.len && s.ptr[i] == c;
}

static bool is_word(struct ol_str s, size_t i)
{
    char c = i < s.len ? s.ptr[i] : ' ';
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.' ||
           is_digit(s, i);
}

static size_t skip_digits(struct ol_str s, size_t i)
{
    while (is_digit(s, i)) {
        i++;
    }
    return i;
}

/* Where the number that begins at i ends; i when none does. */
static size_t number_end(struct ol_str s, size_t i)
{
    size_t from = i;
    if (is_at(s, i, '-') || is_at(s, i, '+')) {
        if (i > 0 && is_word(s, i - 1)) {
            return from; /* a dash, as in a date */
        }
        i++;
    }
    size_t digits = skip_digits(s, i);
    if (digits == i && !(is_at(s, i, '.') && is_digit(s, i + 1))) {
        return from;
    }
    i = digits;
    if (is_at(s, i, '.')) {
        i = skip_digits(s, i + 1);
    }
    if (is_at(s, i, 'e') || is_at(s, i, 'E')) {
        size_t exponent = i + 1;
        exponent += is_at(s, exponent, '-') || is_at(s, exponent, '+');
        i = is_digit(s, exponent) ? skip_digits(s, exponent) : i;
    }
    return i;
}

/* Brings a number as people write it into the form that JSON has. */
static bool decode(struct ol_str s, struct ol_dec *out)
{
    char text[64];
    struct ol_writer w = ol_writer_make(text, sizeof(text));
    size_t i = 0;
    if (is_at(s, i, '-') || is_at(s, i, '+')) {
        ol_writer_str(&w, is_at(s, i, '-') ? OL_STR("-") : OL_STR(""));
        i++;
    }
    while (is_at(s, i, '0') && is_digit(s, i + 1)) {
        i++;
    }
    if (is_at(s, i, '.')) {
        ol_writer_u8(&w, '0');
    }
    size_t whole = skip_digits(s, i);
    ol_writer_bytes(&w, s.ptr + i, whole - i);
    if (is_at(s, whole, '.') && !is_digit(s, whole + 1)) {
        whole++; /* "5." */
    }
    ol_writer_bytes(&w, s.ptr + whole, s.len - whole);
    return ol_writer_status(&w) == OL_OK &&
           ol_dec_decode(ol_str_make(text, w.len), out) == OL_OK;
}

/* What may not stand behind a number: "3.4.5", "0x1F", "1_2". A unit may: "23.5C". */
static bool is_part(struct ol_str s, size_t i)
{
    return is_at(s, i, '.') || is_at(s, i, '_') || is_at(s, i, 'x') || is_at(s, i, 'X') ||
           is_digit(s, i);
}

bool cli_dec_find(struct ol_str text, unsigned index, struct ol_dec *out)
{
    for (size_t i = 0; i < text.len;) {
        size_t end = number_end(text, i);
        if (end > i && !is_part(text, end) && --index == 0) {
            return decode((struct ol_str){text.ptr + i, end - i}, out);
        }
        i = end > i ? end : i + 1;
        while (is_word(text, i - 1) && is_word(text, i)) {
            i++; /* the rest of a word, or a unit */
        }
    }
    return false;
}
