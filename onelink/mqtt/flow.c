/* SPDX-License-Identifier: MIT */
#include "onelink/mqtt/flow.h"

void ol_mqtt_flow_init(struct ol_mqtt_flow *f, uint8_t window)
{
    *f = (struct ol_mqtt_flow){.window = window};
}

bool ol_mqtt_flow_is_full(const struct ol_mqtt_flow *f)
{
    return f->count >= f->window;
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

static bool id_is_taken(const struct ol_mqtt_flow *f, uint16_t id)
{
    for (size_t i = 0; i < OL_MQTT_REQUESTS_MAX; i++) {
        if (f->request[i].packet_id == id) {
            return true;
        }
    }
    return ol_mqtt_flow_find(f, id) >= 0;
}

/* At most OL_MQTT_WINDOW_MAX + OL_MQTT_REQUESTS_MAX identifiers are taken, so this ends.
 */
static uint16_t new_id(struct ol_mqtt_flow *f)
{
    do {
        f->last_id++;
    } while (f->last_id == 0 || id_is_taken(f, f->last_id));
    return f->last_id;
}

static bool handle_is_taken(const struct ol_mqtt_flow *f, uint16_t handle)
{
    for (size_t i = 0; i < f->count; i++) {
        if (f->record[i].handle == handle) {
            return true;
        }
    }
    return false;
}

static uint16_t new_handle(struct ol_mqtt_flow *f)
{
    do {
        f->last_handle++;
    } while (f->last_handle == 0 || handle_is_taken(f, f->last_handle));
    return f->last_handle;
}

struct ol_mqtt_flow_record *ol_mqtt_flow_add(struct ol_mqtt_flow *f, uint16_t at,
                                             uint16_t len)
{
    uint16_t id = new_id(f);
    uint16_t handle = new_handle(f);
    struct ol_mqtt_flow_record *r = &f->record[f->count++];
    *r = (struct ol_mqtt_flow_record){at, len, id, handle};
    return r;
}

void ol_mqtt_flow_remove(struct ol_mqtt_flow *f, size_t index)
{
    f->count--;
    for (size_t i = index; i < f->count; i++) {
        f->record[i] = f->record[i + 1];
    }
}

uint16_t ol_mqtt_flow_renew(struct ol_mqtt_flow *f, size_t index)
{
    f->record[index].packet_id = new_id(f);
    return f->record[index].packet_id;
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

int32_t ol_mqtt_flow_request_add(struct ol_mqtt_flow *f, uint8_t type, uint8_t count)
{
    struct ol_mqtt_flow_request *free_place = find_request(f, 0);
    if (free_place == NULL) {
        return OL_E_NOSPC;
    }
    uint16_t id = new_id(f);
    *free_place = (struct ol_mqtt_flow_request){id, type, count};
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
    return r->count;
}

void ol_mqtt_flow_request_reset(struct ol_mqtt_flow *f)
{
    for (size_t i = 0; i < OL_MQTT_REQUESTS_MAX; i++) {
        f->request[i].packet_id = 0;
    }
}

bool ol_mqtt_flow_is_waiting(const struct ol_mqtt_flow *f)
{
    for (size_t i = 0; i < OL_MQTT_REQUESTS_MAX; i++) {
        if (f->request[i].packet_id != 0) {
            return true;
        }
    }
    return f->count > 0;
}
