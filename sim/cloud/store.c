/* SPDX-License-Identifier: MIT */
#include "sim/cloud/store.h"

#include <string.h>

#include "onelink/onenet/model_import.h"
#include "sim/cloud/memory.h"

struct device {
    uint32_t product; /* from 1 */
    struct ol_str name;
    struct ol_str key;
};

struct value {
    int64_t device;
    uint16_t property;
    int64_t time_ms;
    uint16_t len;
    char text[SIM_STORE_TEXT_CAP];
};

struct values {
    size_t count;
    struct value value[SIM_STORE_VALUES];
};

static struct ol_store_product products[SIM_STORE_PRODUCTS];
static struct ol_onenet_model models[SIM_STORE_PRODUCTS];
static struct device devices[SIM_STORE_DEVICES];
static uint32_t product_count, device_count, samples;
static struct values staged, stored;

/* NULL pointer: no memory. */
static struct ol_str copy(struct ol_str s)
{
    char *text = sim_memory_get(s.len + 1);
    if (text != NULL) {
        memcpy(text, s.ptr, s.len);
    }
    return ol_str_make(text, text != NULL ? s.len : 0);
}

static bool import_model(struct ol_str text, struct ol_onenet_model *model)
{
    struct ol_onenet_model_room room = {0};
    ol_onenet_model_measure(text.ptr, text.len, &room);
    room.fields = sim_memory_get(room.field_cap * sizeof *room.fields + 1);
    room.labels = sim_memory_get(room.label_cap * sizeof *room.labels + 1);
    room.events = sim_memory_get(room.event_cap * sizeof *room.events + 1);
    room.services = sim_memory_get(room.service_cap * sizeof *room.services + 1);
    room.text = sim_memory_get(room.text_cap + 1);
    if (room.fields == NULL || room.labels == NULL || room.events == NULL ||
        room.services == NULL || room.text == NULL) {
        return false;
    }
    return ol_onenet_model_import(text.ptr, text.len, &room, model, NULL) == OL_OK;
}

uint32_t sim_store_add_product(struct ol_str product_id, struct ol_str key,
                               struct ol_str model)
{
    if (product_count == SIM_STORE_PRODUCTS ||
        !import_model(model, &models[product_count])) {
        return 0;
    }
    struct ol_store_product *p = &products[product_count];
    *p = (struct ol_store_product){product_count + 1, copy(product_id), copy(key),
                                   &models[product_count]};
    return ++product_count;
}

uint32_t sim_store_add_device(uint32_t product, struct ol_str name, struct ol_str key)
{
    if (product == 0 || product > product_count || device_count == SIM_STORE_DEVICES) {
        return 0;
    }
    devices[device_count] = (struct device){product, copy(name), copy(key)};
    return ++device_count;
}

void sim_store_set_key(uint32_t device, struct ol_str key)
{
    if (device > 0 && device <= device_count) {
        devices[device - 1].key = copy(key);
    }
}

struct ol_str sim_store_value(uint32_t device, struct ol_str identifier)
{
    if (device == 0 || device > device_count) {
        return (struct ol_str){NULL, 0};
    }
    const struct ol_onenet_model *model = &models[devices[device - 1].product - 1];
    int32_t property = ol_onenet_property_find(model, identifier);
    for (size_t i = 0; i < stored.count; i++) {
        const struct value *v = &stored.value[i];
        if (v->device == device && v->property == property) {
            return ol_str_make(v->text, v->len);
        }
    }
    return (struct ol_str){NULL, 0};
}

uint32_t sim_store_samples(void)
{
    return samples;
}

void sim_store_reset(void)
{
    product_count = 0;
    device_count = 0;
    samples = 0;
    staged.count = 0;
    stored.count = 0;
}

void sim_store_crash(void)
{
    staged.count = 0;
}

/* ---- the interface ---- */

static const struct ol_store_product *find_product(void *ctx, struct ol_str product_id)
{
    (void)ctx;
    for (uint32_t i = 0; i < product_count; i++) {
        if (ol_str_equal(products[i].product_id, product_id)) {
            return &products[i];
        }
    }
    return NULL;
}

static int32_t find_device(void *ctx, const struct ol_store_product *product,
                           struct ol_str name, struct ol_store_device *out)
{
    (void)ctx;
    for (uint32_t i = 0; i < device_count; i++) {
        const struct device *d = &devices[i];
        if (d->product == product->id && ol_str_equal(d->name, name)) {
            *out = (struct ol_store_device){i + 1, d->key};
            return OL_OK;
        }
    }
    return OL_E_NOENT;
}

/* The newest value of a property is kept; true: there was room. */
static bool put(struct values *values, const struct value *value)
{
    for (size_t i = 0; i < values->count; i++) {
        struct value *old = &values->value[i];
        if (old->device == value->device && old->property == value->property) {
            if (old->time_ms <= value->time_ms) {
                *old = *value;
            }
            return true;
        }
    }
    if (values->count == SIM_STORE_VALUES) {
        return false;
    }
    values->value[values->count++] = *value;
    return true;
}

static int32_t put_sample(void *ctx, const struct ol_store_sample *sample)
{
    (void)ctx;
    struct value v = {.device = sample->device,
                      .property = sample->property,
                      .time_ms = sample->time_ms,
                      .len = (uint16_t)sample->value.len};
    if (sample->value.len > sizeof v.text) {
        return OL_E_NOSPC;
    }
    memcpy(v.text, sample->value.ptr, sample->value.len);
    return put(&staged, &v) ? OL_OK : OL_E_NOSPC;
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
    sim_store_log(line);
}

static int32_t commit(void *ctx)
{
    (void)ctx;
    for (size_t i = 0; i < staged.count; i++) {
        samples += put(&stored, &staged.value[i]);
    }
    staged.count = 0;
    return OL_OK;
}

static const struct ol_store_ops ops = {.find_product = find_product,
                                        .find_device = find_device,
                                        .put_sample = put_sample,
                                        .put_presence = put_presence,
                                        .put_log = put_log,
                                        .commit = commit};

const struct ol_store sim_store = {.ops = &ops};
