/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "onelink/onenet/device.h"
#include "tests/fuzz/fuzz_model.h"
#include "tests/fuzz/fuzz.h"

static void check_set(const struct ol_onenet_device *dev,
                      const struct ol_onenet_device_event *ev)
{
    struct ol_onenet_params params = ol_onenet_params_open(ev->params);
    struct ol_onenet_set_item item;
    unsigned count = 0;
    while (ol_onenet_device_set_next(dev, &params, &item)) {
        require(item.field >= 0 && fuzz_fields[item.field].writable);
        count++;
    }
    require(count > 0);
}

static void check_event(const struct ol_onenet_device *dev,
                        const struct ol_onenet_device_event *ev)
{
    bool command = ev->kind == OL_ONENET_DEVICE_SET || ev->kind == OL_ONENET_DEVICE_GET;
    if (!command) {
        return;
    }
    require(ev->id.text.len >= 1 && ev->id.text.len <= 64);
    if (ev->refusal.code == 200 && ev->kind == OL_ONENET_DEVICE_SET) {
        check_set(dev, ev);
    }
    size_t cap = ev->refusal.identifier.len + 256;
    uint8_t *out = malloc(cap);
    require(out != NULL);
    struct ol_writer w = ol_writer_make(out, cap);
    require(ol_onenet_reply_encode_refusal(&w, ev->id, &ev->refusal) == OL_OK);
    require(ol_json_check(out, w.len) == OL_OK);
    free(out);
}

/* Messages, each "topic behind the prefix" NUL payload NUL; one post waits for its reply
 * all the time. A topic without its prefix is tried as it is, too. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char prefix[] = "$sys/pid/dev/";
    const struct ol_onenet_device_config config = {
        .pid = OL_STR("pid"), .device = OL_STR("dev"), .model = &fuzz_model};
    struct ol_onenet_device dev;
    ol_ms now = 0;
    require(ol_onenet_device_init(&dev, &config) == OL_OK);
    while (size > 0) {
        const uint8_t *end = memchr(data, 0, size);
        size_t topic_len = end != NULL ? (size_t)(end - data) : size;
        const uint8_t *payload = data + topic_len + (end != NULL);
        size_t left = size - topic_len - (end != NULL);
        end = left > 0 ? memchr(payload, 0, left) : NULL;
        size_t payload_len = end != NULL ? (size_t)(end - payload) : left;
        char *topic = malloc(sizeof prefix + topic_len);
        require(topic != NULL);
        memcpy(topic, prefix, sizeof prefix - 1);
        memcpy(topic + sizeof prefix - 1, data, topic_len);
        if (ol_onenet_device_pending_count(&dev) == 0) {
            require(ol_onenet_device_expect(&dev, OL_ONENET_TOPIC_PROPERTY_POST, 1,
                                            now) == OL_OK);
        }
        struct ol_str whole = ol_str_make(topic, sizeof prefix - 1 + topic_len);
        struct ol_onenet_device_event ev;
        for (int i = 0; i < 2; i++) {
            struct ol_str name = i == 0 ? whole : ol_str_make(data, topic_len);
            int32_t rc = ol_onenet_device_input(&dev, name,
                                                ol_str_make(payload, payload_len), now);
            while (rc == OL_OK && ol_onenet_device_next_event(&dev, &ev)) {
                check_event(&dev, &ev);
            }
            (void)ol_onenet_filter_check(name, config.pid, config.device);
        }
        free(topic);
        now += 1000;
        data = payload + payload_len + (end != NULL);
        size = left - payload_len - (end != NULL);
    }
    return 0;
}
