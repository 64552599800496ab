/* SPDX-License-Identifier: MIT */
#include "onelink/mqtt/flow.h"

#include "onelink/mqtt/copy.h"

void ol_mqtt_flow_init(struct ol_mqtt_flow *f, uint8_t window)
{
    f->count = 0;
    f->window = window;
    f->last_id = 0;
    ol_mqtt_flow_request_reset(f);
}

int32_t ol_mqtt_flow_find(const struct ol_mqtt_flow *f, uint16_t packet_id)
{
    for (size_t i = 0; i < f->count; i++) {
        if (f->record[i].packet_id == packet_id) {
            return (int32_t)i;
        }
    }
    return OL_E_NOENT;
}

static struct ol_mqtt_flow_request *find_request(struct ol_mqtt_flow *f, uint16_t id)
{
    for (size_t i = 0; i < OL_MQTT_REQUESTS_MAX; i++) {
        if (f->request[i].packet_id == id) {
            return &f->request[i];
        }
    }
    return NULL;
}

static bool is_taken(struct ol_mqtt_flow *f, uint16_t id)
{
    for (size_t i = 0; i < f->count; i++) {
        if (f->record[i].packet_id == id || f->record[i].handle == id) {
            return true;
        }
    }
    return f->requests != 0 && find_request(f, id) != NULL;
}

/* Few identifiers are taken at a time, so this ends. */
static uint16_t new_id(struct ol_mqtt_flow *f)
{
    do {
        f->last_id++;
    } while (f->last_id == 0 || is_taken(f, f->last_id));
    return f->last_id;
}

struct ol_mqtt_flow_record *ol_mqtt_flow_add(struct ol_mqtt_flow *f, uint16_t at,
                                             uint16_t len)
{
    uint16_t id = new_id(f);
    struct ol_mqtt_flow_record *r = &f->record[f->count++];
    *r = (struct ol_mqtt_flow_record){at, len, id, id};
    return r;
}

void ol_mqtt_flow_remove(struct ol_mqtt_flow *f, size_t index)
{
    struct ol_mqtt_flow_record *r = &f->record[index];
    f->count--;
    if (index != f->count) {
        ol_mqtt_copy_down((uint8_t *)r, (uint8_t *)(r + 1),
                          (f->count - index) * sizeof *r);
    }
}

uint16_t ol_mqtt_flow_renew(struct ol_mqtt_flow *f, size_t index)
{
    f->record[index].packet_id = new_id(f);
    return f->record[index].packet_id;
}

int32_t ol_mqtt_flow_request_add(struct ol_mqtt_flow *f, uint8_t type, uint8_t count)
{
    struct ol_mqtt_flow_request *free_place = find_request(f, 0);
    if (free_place == NULL) {
        return OL_E_NOSPC;
    }
    uint16_t id = new_id(f);
    *free_place = (struct ol_mqtt_flow_request){id, type, count};
    f->requests++;
    return id;
}

int32_t ol_mqtt_flow_request_take(struct ol_mqtt_flow *f, uint8_t type,
                                  uint16_t packet_id)
{
    struct ol_mqtt_flow_request *r = packet_id != 0 ? find_request(f, packet_id) : NULL;
    if (r == NULL || r->type != type) {
        return OL_E_NOENT;
    }
    r->packet_id = 0;
    f->requests--;
    return r->count;
}

void ol_mqtt_flow_request_reset(struct ol_mqtt_flow *f)
{
    f->requests = 0;
    for (size_t i = 0; i < OL_MQTT_REQUESTS_MAX; i++) {
        f->request[i].packet_id = 0;
    }
}
