/* SPDX-License-Identifier: MIT */
#include "tests/sim/history.h"

#include <stdlib.h>
#include <string.h>

static const struct ol_store_product *find_product(void *ctx, struct ol_str product_id)
{
    struct sim_history *h = ctx;

    return ol_str_equal(h->product.product_id, product_id) ? &h->product : NULL;
}

static int32_t find_device(void *ctx, const struct ol_store_product *product,
                           struct ol_str name, struct ol_store_device *out)
{
    struct sim_history *h = ctx;

    (void)product;
    if (!ol_str_equal(h->device_name, name)) {
        return OL_E_NOENT;
    }
    *out = (struct ol_store_device){.id = 1, .sec_key = h->device_key};
    return OL_OK;
}

/* A number, or the digits that a string begins with. */
static int64_t read_value(struct ol_str json)
{
    char text[32] = {0};
    size_t skip = json.len > 0 && json.ptr[0] == '"' ? 1 : 0;
    size_t n = json.len - skip < sizeof text - 1 ? json.len - skip : sizeof text - 1;

    memcpy(text, json.ptr + skip, n);
    return strtoll(text, NULL, 10);
}

static struct sim_row *find_row(struct sim_row *rows, size_t count, uint16_t property,
                                int64_t time_ms)
{
    for (size_t i = 0; i < count; i++) {
        if (rows[i].time_ms == time_ms && rows[i].property == property) {
            return &rows[i];
        }
    }
    return NULL;
}

static void put_row(struct sim_history *h, struct sim_row *rows, size_t *count,
                    const struct sim_row *row)
{
    struct sim_row *old = find_row(rows, *count, row->property, row->time_ms);

    if (old != NULL) {
        h->overwritten += old->value != row->value;
        *old = *row;
    } else if (*count == SIM_ROWS_MAX) {
        h->overflow++;
    } else {
        rows[(*count)++] = *row;
    }
}

static int32_t put_sample(void *ctx, const struct ol_store_sample *sample)
{
    struct sim_history *h = ctx;
    const struct sim_row row = {.property = sample->property,
                                .time_ms = sample->time_ms,
                                .value = read_value(sample->value)};

    put_row(h, h->staged, &h->staged_count, &row);
    return OL_OK;
}

static int32_t put_presence(void *ctx, const struct ol_store_presence *presence)
{
    (void)ctx;
    (void)presence;
    return OL_OK;
}

static void put_log(void *ctx, const struct ol_msglog *line)
{
    (void)ctx;
    (void)line;
}

static int32_t commit(void *ctx)
{
    struct sim_history *h = ctx;

    if (h->fail_commits > 0) {
        h->fail_commits--;
        h->staged_count = 0;
        return OL_E_IO;
    }
    for (size_t i = 0; i < h->staged_count; i++) {
        put_row(h, h->stored, &h->stored_count, &h->staged[i]);
    }
    h->staged_count = 0;
    return OL_OK;
}

static const struct ol_store_ops ops = {.find_product = find_product,
                                        .find_device = find_device,
                                        .put_sample = put_sample,
                                        .put_presence = put_presence,
                                        .put_log = put_log,
                                        .commit = commit};

struct ol_store sim_history_store(struct sim_history *h)
{
    return (struct ol_store){.ctx = h, .ops = &ops};
}

void sim_history_crash(struct sim_history *h)
{
    h->staged_count = 0;
}

unsigned sim_history_count(const struct sim_history *h, uint16_t property, int64_t value)
{
    unsigned n = 0;

    for (size_t i = 0; i < h->stored_count; i++) {
        n += h->stored[i].property == property && h->stored[i].value == value;
    }
    return n;
}
