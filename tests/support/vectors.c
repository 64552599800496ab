/* SPDX-License-Identifier: MIT */
#include "tests/support/vectors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void die(const char *what, const char *name)
{
    fprintf(stderr, "vectors: %s: %s\n", what, name);
    exit(2);
}

static FILE *open_file(const char *name)
{
    const char *root = getenv("OL_SOURCE_DIR");
    char path[1024];
    int n = snprintf(path, sizeof path, "%s/tests/vectors/%s", root != NULL ? root : ".",
                     name);
    if (n < 0 || (size_t)n >= sizeof path) {
        die("path too long", name);
    }
    FILE *f = fopen(path, "rb");
    if (f == NULL) {
        die("cannot open (is OL_SOURCE_DIR set?)", path);
    }
    return f;
}

struct ol_vectors ol_vectors_open(const char *name)
{
    FILE *f = open_file(name);
    struct ol_vectors v = {0};
    size_t cap = 0;
    for (;;) {
        if (cap - v.len < 2) {
            cap = cap == 0 ? 65536 : cap * 2;
            char *grown = realloc(v.text, cap);
            if (grown == NULL) {
                die("out of memory", name);
            }
            v.text = grown;
        }
        size_t n = fread(v.text + v.len, 1, cap - v.len - 1, f);
        if (n == 0) {
            break;
        }
        v.len += n;
    }
    if (ferror(f)) {
        die("cannot read", name);
    }
    fclose(f);
    v.text[v.len] = '\0';
    return v;
}

/* The bytes up to the next `stop` or end; the stop is overwritten with NUL and passed. */
static struct ol_str cut(char *text, size_t *pos, size_t end, char stop)
{
    char *start = text + *pos;
    char *hit = memchr(start, stop, end - *pos);
    size_t len = hit != NULL ? (size_t)(hit - start) : end - *pos;
    start[len] = '\0';
    *pos += len + 1;
    return (struct ol_str){start, len};
}

bool ol_vectors_next(struct ol_vectors *v, struct ol_vector *row)
{
    *row = (struct ol_vector){0};
    while (v->pos < v->len) {
        size_t start = v->pos;
        struct ol_str line = cut(v->text, &v->pos, v->len, '\n');
        v->line++;
        if (line.len == 0 || line.ptr[0] == '#') {
            continue;
        }
        size_t end = start + line.len;
        while (start <= end) {
            if (row->count == OL_VECTOR_FIELDS) {
                die("too many fields", line.ptr);
            }
            row->field[row->count++] = cut(v->text, &start, end, '\t');
        }
        row->line = v->line;
        return true;
    }
    return false;
}

static int hex_digit(char c)
{
    const char *digits = "0123456789abcdef";
    const char *hit = strchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c);
    return c != '\0' && hit != NULL ? (int)(hit - digits) : -1;
}

static size_t hex_bytes(const char *hex, uint8_t *out, size_t cap)
{
    size_t n = 0;
    for (const char *p = hex; *p != '\0';) {
        if (*p == ' ') {
            p++;
            continue;
        }
        int high = hex_digit(p[0]);
        int low = high < 0 ? -1 : hex_digit(p[1]);
        if (low < 0 || n == cap) {
            die(low < 0 ? "bad hex" : "field too long", hex);
        }
        out[n++] = (uint8_t)(high * 16 + low);
        p += 2;
    }
    return n;
}

size_t ol_vectors_bytes(struct ol_str field, void *out, size_t cap)
{
    if (field.len >= 4 && memcmp(field.ptr, "hex:", 4) == 0) {
        return hex_bytes(field.ptr + 4, out, cap);
    }
    if (field.len > cap) {
        die("field too long", field.ptr);
    }
    if (field.len > 0) {
        memcpy(out, field.ptr, field.len);
    }
    return field.len;
}

void ol_vectors_close(struct ol_vectors *v)
{
    free(v->text);
    *v = (struct ol_vectors){0};
}
