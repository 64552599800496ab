/* SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_ONENET_UTIL_H
#define TESTS_UNIT_ONENET_UTIL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "onelink/base/buf.h"
#include "onelink/onenet/model_import.h"

/* What the tests of onelink/onenet share. */

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* The span is exactly that text. */
#define assert_span(span, text)                                                          \
    do {                                                                                 \
        struct ol_str span_ = (span);                                                    \
        assert_int_equal(span_.len, strlen(text));                                       \
        assert_memory_equal(span_.len > 0 ? span_.ptr : "", text, span_.len);            \
    } while (0)

/* What was written is exactly that text. */
#define assert_written(writer, text)                                                     \
    assert_span(ol_str_make((writer)->buf, (writer)->len), text)

/* The file below tests/vectors, NUL-terminated, for free(). */
static inline char *read_vector_file(const char *name, size_t *len)
{
    char path[512];
    const char *root = getenv("OL_SOURCE_DIR");
    snprintf(path, sizeof path, "%s/tests/vectors/%s", root != NULL ? root : ".", name);
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    static char buf[65536];
    *len = fread(buf, 1, sizeof buf - 1, f);
    fclose(f);
    char *copy = malloc(*len + 1);
    assert_non_null(copy);
    memcpy(copy, buf, *len);
    copy[*len] = '\0';
    return copy;
}

/* Room for one imported model. */
struct model_box {
    struct ol_onenet_field fields[128];
    struct ol_onenet_label labels[128];
    struct ol_onenet_event events[16];
    struct ol_onenet_service services[16];
    char text[8192];
    struct ol_onenet_model model;
    struct ol_onenet_import_error error;
};

static inline int32_t model_box_import(struct model_box *box, const void *text,
                                       size_t len)
{
    const struct ol_onenet_model_room room = {
        .fields = box->fields,
        .field_cap = COUNT(box->fields),
        .labels = box->labels,
        .label_cap = COUNT(box->labels),
        .events = box->events,
        .event_cap = COUNT(box->events),
        .services = box->services,
        .service_cap = COUNT(box->services),
        .text = box->text,
        .text_cap = sizeof box->text,
    };
    return ol_onenet_model_import(text, len, &room, &box->model, &box->error);
}

/* Imports properties given as the text between the brackets; must succeed. */
static inline const struct ol_onenet_model *model_box_of(struct model_box *box,
                                                         const char *properties)
{
    static char text[8192];
    int n = snprintf(text, sizeof text, "{\"properties\":[%s]}", properties);
    assert_true(n > 0 && (size_t)n < sizeof text);
    int32_t rc = model_box_import(box, text, (size_t)n);
    if (rc != OL_OK) {
        fail_msg("%s: %s", box->error.path,
                 ol_onenet_import_reason_str(box->error.reason));
    }
    return &box->model;
}

#endif
