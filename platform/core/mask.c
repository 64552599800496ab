/* SPDX-License-Identifier: MIT */
#include "platform/core/mask.h"

#include <stdbool.h>
#include <string.h>

#define NAME        "sign="
#define KEY_MIN     22 /* characters: 128 bits */
#define BACKSLASHES 8  /* that may stand before one "u": JSON in JSON in JSON */

static int hex(unsigned char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static unsigned char lower(unsigned char c)
{
    return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

/* JSON's "\u003d", also in JSON that is a string in JSON; 0: it is none. */
static size_t escape_len(const unsigned char *p, size_t len, unsigned char *c)
{
    size_t at = 1;
    while (at < len && at < BACKSLASHES && p[at] == '\\') {
        at++;
    }
    if (len - at < 5 || memcmp(p + at, "u00", 3) != 0 || hex(p[at + 3]) < 0 ||
        hex(p[at + 4]) < 0) {
        return 0;
    }
    *c = lower((unsigned char)(hex(p[at + 3]) * 16 + hex(p[at + 4])));
    return at + 5;
}

/* The character at p, decoded, and how many bytes it takes; 0: the data ends. */
static size_t character(const unsigned char *p, size_t len, unsigned char *c)
{
    if (len == 0) {
        return 0;
    }
    *c = lower(p[0]);
    if (p[0] == '\\') {
        size_t n = escape_len(p, len, c);
        return n > 0 ? n : 1;
    }
    if (p[0] != '%') {
        return 1;
    }
    size_t at = 1;
    while (at + 1 < len && p[at] == '2' && p[at + 1] == '5') {
        at += 2; /* a percent sign that is encoded itself */
    }
    if (at + 1 >= len || hex(p[at]) < 0 || hex(p[at + 1]) < 0) {
        return 1;
    }
    *c = lower((unsigned char)(hex(p[at]) * 16 + hex(p[at + 1])));
    return at + 2;
}

/* Bytes of the name and its equals sign that stand at p; 0: they do not. */
static size_t name_len(const unsigned char *p, size_t len)
{
    size_t at = 0;
    for (const char *want = NAME; *want != '\0'; want++) {
        unsigned char c = 0;
        size_t n = character(p + at, len - at, &c);
        if (n == 0 || c != (unsigned char)*want) {
            return 0;
        }
        at += n;
    }
    return at;
}

static bool is_value(unsigned char c)
{
    unsigned char l = lower(c);
    return (l >= 'a' && l <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/' ||
           c == '=' || c == '%' || c == '-' || c == '_' || c == '\\'; /* "\/", "\u002b" */
}

size_t ol_mask_find(const void *data, size_t len)
{
    /* Every byte that is logged comes by here: one look each. */
    static const bool begins[256] = {
        ['s'] = true, ['S'] = true, ['%'] = true, ['\\'] = true};
    const unsigned char *p = data;
    for (size_t i = 0; i < len; i++) {
        if (!begins[p[i]]) {
            continue;
        }
        size_t n = name_len(p + i, len - i);
        if (n > 0 && i + n < len && is_value(p[i + n])) {
            return i + n;
        }
    }
    return len;
}

void ol_mask(void *data, size_t len)
{
    unsigned char *p = data;
    size_t at = ol_mask_find(p, len);
    while (at < len) {
        while (at < len && is_value(p[at])) {
            p[at++] = '*';
        }
        at += ol_mask_find(p + at, len - at);
    }
}

static bool is_key(unsigned char c)
{
    unsigned char l = lower(c);
    return (l >= 'a' && l <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/' ||
           c == '=';
}

void ol_mask_keys(void *data, size_t len)
{
    unsigned char *p = data;
    size_t begin = 0;
    for (size_t i = 0; i <= len; i++) {
        if (i < len && is_key(p[i])) {
            continue;
        }
        if (i - begin >= KEY_MIN) {
            memset(p + begin, '*', i - begin);
        }
        begin = i + 1;
    }
}
