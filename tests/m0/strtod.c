/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A strtod for decimal texts, in place of newlib's: that one is now and then off by one in the
 * last place (344318393520271269531249e-10), and the tests of onelink/json take strtod for the
 * truth. This one knows no tables and no shortcuts: the text as a fraction of two big integers,
 * divided bit by bit, rounded half to even. */

#define WORDS      192 /* 1,200 digits, 10^800 and the shifts fit */
#define MIN_BINARY (-1074)

struct big {
    int len; /* words in use, the last one is not 0 */
    uint32_t word[WORDS];
};

double __wrap_strtod(const char *text, char **end);

static void check(bool holds)
{
    if (!holds) {
        abort();
    }
}

/* b = b * factor + more */
static void scale(struct big *b, uint32_t factor, uint32_t more)
{
    uint64_t carry = more;
    for (int i = 0; i < b->len; i++) {
        carry += (uint64_t)b->word[i] * factor;
        b->word[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry != 0) {
        check(b->len < WORDS);
        b->word[b->len++] = (uint32_t)carry;
    }
}

/* b = b * 10^power */
static void scale10(struct big *b, int64_t power)
{
    for (; power >= 9; power -= 9) {
        scale(b, 1000000000, 0);
    }
    for (; power > 0; power--) {
        scale(b, 10, 0);
    }
}

static void shift_left(struct big *b, int bits)
{
    int words = bits / 32;
    check(b->len + words < WORDS);
    memmove(b->word + words, b->word, (size_t)b->len * sizeof b->word[0]);
    memset(b->word, 0, (size_t)words * sizeof b->word[0]);
    b->len += words;
    scale(b, UINT32_C(1) << bits % 32, 0);
}

static int bit_length(const struct big *b)
{
    return b->len * 32 - __builtin_clz(b->word[b->len - 1]);
}

static bool is_less(const struct big *a, const struct big *b)
{
    if (a->len != b->len) {
        return a->len < b->len;
    }
    int i = a->len - 1;
    while (i > 0 && a->word[i] == b->word[i]) {
        i--;
    }
    return a->len > 0 && a->word[i] < b->word[i];
}

/* a = a - b; b is not above a. */
static void subtract(struct big *a, const struct big *b)
{
    uint32_t borrow = 0;
    for (int i = 0; i < a->len; i++) {
        uint64_t minus = (uint64_t)(i < b->len ? b->word[i] : 0) + borrow;
        borrow = a->word[i] < minus;
        a->word[i] -= (uint32_t)minus;
    }
    while (a->len > 0 && a->word[a->len - 1] == 0) {
        a->len--;
    }
}

/* top / bottom, rounded. */
static double divided(struct big *top, struct big *bottom)
{
    int exponent = bit_length(top) - bit_length(bottom) - 56;
    shift_left(exponent < 0 ? top : bottom, abs(exponent));
    shift_left(bottom, 56);
    uint64_t q = 0; /* 56 or 57 bits */
    for (int i = 0; i < 57; i++) {
        bool fits = !is_less(top, bottom);
        if (fits) {
            subtract(top, bottom);
        }
        q = q << 1 | fits;
        scale(top, 2, 0);
    }
    q |= top->len != 0; /* below the bit that rounding looks at */
    int drop = (q >> 56 != 0 ? 57 : 56) - 53;
    if (exponent + drop < MIN_BINARY) {
        drop = MIN_BINARY - exponent;
    }
    if (drop > 57) {
        return 0.0;
    }
    uint64_t half = UINT64_C(1) << (drop - 1);
    uint64_t low = q & (half * 2 - 1);
    q >>= drop;
    q += low > half || (low == half && q % 2 != 0);
    return ldexp((double)q, exponent + drop);
}

/* The digits with an optional point into *digits; *exponent is lowered for those behind it. */
static const char *take_digits(const char *p, struct big *digits, int64_t *exponent)
{
    bool point = false;
    for (; isdigit((unsigned char)*p) || (*p == '.' && !point); p++) {
        if (*p == '.') {
            point = true;
            continue;
        }
        scale(digits, 10, (uint32_t)(*p - '0'));
        *exponent -= point;
    }
    return p;
}

double __wrap_strtod(const char *text, char **end)
{
    static struct big top;
    static struct big bottom;
    bool minus = *text == '-';
    int64_t exponent = 0;
    top.len = 0;
    const char *p = take_digits(text + minus, &top, &exponent);
    check(p > text + minus); /* nothing but numbers comes here */
    if (*p == 'e' || *p == 'E') {
        exponent += strtol(p + 1, (char **)(uintptr_t)&p, 10);
    }
    if (end != NULL) {
        *end = (char *)(uintptr_t)p;
    }
    if (top.len == 0) {
        return minus ? -0.0 : 0.0;
    }
    int64_t decimals = exponent + bit_length(&top) * 30103 / 100000;
    double v = decimals > 0 ? HUGE_VAL : 0.0;
    if (decimals > -345 && decimals < 310) {
        bottom.len = 1;
        bottom.word[0] = 1;
        scale10(exponent < 0 ? &bottom : &top, exponent < 0 ? -exponent : exponent);
        v = divided(&top, &bottom);
    }
    return minus ? -v : v;
}
