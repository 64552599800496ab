/* SPDX-License-Identifier: MIT */
#include "tools_help.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

char folder[FOLDER_CAP];

int folder_open(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/onelink-tools-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

int folder_close(void **state)
{
    (void)state;
    static const char *const names[] = {"a", "b", "key", "out", "model.json"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char path[128];
        snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        unlink(path);
    }
    return rmdir(folder);
}

const char *put_file(const char *name, const char *text, size_t len, mode_t mode)
{
    static char path[128];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(chmod(path, mode), 0);
    return path;
}

void check_dec(struct ol_dec d, const char *expected)
{
    char text[64];
    struct ol_writer w = ol_writer_make(text, sizeof(text) - 1);
    ol_dec_encode(&w, d);
    assert_int_equal(ol_writer_status(&w), OL_OK);
    text[w.len] = '\0';
    assert_string_equal(text, expected);
}

struct ol_dec dec(const char *text)
{
    struct ol_dec d = {0, 0};
    assert_int_equal(ol_dec_decode(ol_str_from(text), &d), OL_OK);
    return d;
}
