/* SPDX-License-Identifier: MIT */
#include "onelink/agent/agent_private.h"

#include <string.h>

#define TX_MIN 512
#define RX_MIN 512

const char *ol_agent_error_str(enum ol_agent_error error)
{
    switch (error) {
    case OL_AGENT_ERROR_NONE:
        return "nothing";
    case OL_AGENT_ERROR_PRODUCT_ID:
        return "the product id is not 1 to 32 letters and digits";
    case OL_AGENT_ERROR_DEVICE_NAME:
        return "the device name is not 1 to 64 letters, digits, '_' and '-'";
    case OL_AGENT_ERROR_KEY:
        return "the key is missing or not base64";
    case OL_AGENT_ERROR_METHOD:
        return "no method to sign the token with";
    case OL_AGENT_ERROR_HOST:
        return "the host is too long for a name";
    case OL_AGENT_ERROR_KEEPALIVE:
        return "keep alive is not 10 to 1800 s";
    case OL_AGENT_ERROR_MODEL:
        return "no thing model, or too few slots for its properties";
    case OL_AGENT_ERROR_MEMORY:
        return "a buffer is missing or too small";
    case OL_AGENT_ERROR_LINK:
        return "stream, network interface or entropy is missing";
    }
    return "unknown";
}

static bool key_is_valid(const struct ol_agent_config *c)
{
    if (c->key_kind == OL_AGENT_KEY_TOKEN) {
        return c->key.len > 0 && c->key.len <= OL_ONENET_TOKEN_MAX;
    }
    return ol_onenet_key_check(c->key, NULL) == OL_ONENET_TOKEN_OK;
}

static bool keepalive_is_valid(const struct ol_agent_config *c)
{
    return c->keepalive_s == 0 || (c->keepalive_s >= 10 && c->keepalive_s <= 1800);
}

static bool memory_is_valid(const struct ol_agent_config *c)
{
    return c->rx != NULL && c->rx_cap >= RX_MIN && c->tx != NULL && c->tx_cap >= TX_MIN &&
           c->queue != NULL && c->queue_cap > OL_QUEUE_RECORD_LEN && c->scratch != NULL;
}

static bool link_is_valid(const struct ol_agent_config *c)
{
    return c->stream.ops != NULL && c->netif.ops != NULL && c->entropy.fill != NULL;
}

static enum ol_agent_error check(const struct ol_agent_config *c)
{
    if (!ol_onenet_pid_is_valid(c->product_id)) {
        return OL_AGENT_ERROR_PRODUCT_ID;
    }
    if (!ol_onenet_device_is_valid(c->device_name)) {
        return OL_AGENT_ERROR_DEVICE_NAME;
    }
    if (!key_is_valid(c)) {
        return OL_AGENT_ERROR_KEY;
    }
    if (c->key_kind != OL_AGENT_KEY_TOKEN && c->method == NULL) {
        return OL_AGENT_ERROR_METHOD;
    }
    if (c->host.len > OL_DNS_NAME_MAX + 1) {
        return OL_AGENT_ERROR_HOST;
    }
    if (!keepalive_is_valid(c)) {
        return OL_AGENT_ERROR_KEEPALIVE;
    }
    if (c->model == NULL || c->model->property_count == 0 || c->slots == NULL ||
        c->slot_count < c->model->property_count) {
        return OL_AGENT_ERROR_MODEL;
    }
    if (!memory_is_valid(c)) {
        return OL_AGENT_ERROR_MEMORY;
    }
    return link_is_valid(c) ? OL_AGENT_ERROR_NONE : OL_AGENT_ERROR_LINK;
}

static int32_t init_engines(struct ol_agent *a)
{
    const struct ol_agent_config *c = a->config;
    const struct ol_onenet_device_config device = {.pid = c->product_id,
                                                   .device = c->device_name,
                                                   .model = c->model,
                                                   .reply_timeout_ms =
                                                       c->reply_timeout_ms};
    uint8_t posts = c->posts == 0 ? 2 : c->posts;

    a->post_max = posts > OL_ONENET_PENDING_MAX ? OL_ONENET_PENDING_MAX : posts;
    c->scratch->mqtt = (struct ol_mqtt_client_config){.rx = c->rx,
                                                      .rx_cap = c->rx_cap,
                                                      .tx = c->tx,
                                                      .tx_cap = c->tx_cap,
                                                      .window = a->post_max};
    int32_t rc = ol_mqtt_client_init(&a->mqtt, &c->scratch->mqtt);
    return rc == OL_OK ? ol_onenet_device_init(&a->device, &device) : rc;
}

int32_t ol_agent_init(struct ol_agent *a, const struct ol_agent_config *config,
                      enum ol_agent_error *error)
{
    memset(a, 0, sizeof *a);
    a->config = config;
    enum ol_agent_error found = check(config);
    if (found == OL_AGENT_ERROR_NONE && init_engines(a) != OL_OK) {
        found = OL_AGENT_ERROR_MEMORY; /* larger than an MQTT client can use */
    }
    if (error != NULL) {
        *error = found;
    }
    if (found != OL_AGENT_ERROR_NONE) {
        return OL_E_ARG;
    }
    memset(config->slots, 0, config->slot_count * sizeof *config->slots);
    ol_queue_init(&a->queue, config->queue, config->queue_cap);
    a->restore_at = OL_NEVER;
    a->addrs_host = UINT8_MAX;
    a->post_cap = (uint32_t)config->tx_cap - OL_MQTT_TX_RESERVE - OL_MQTT_HEADER_MAX - 4 -
                  OL_AGENT_TOPIC_MAX - OL_AGENT_REPLY_ROOM;
    a->host_known = ol_agent_host_find(a, config->last_host);
    a->host_first = a->host_known == UINT8_MAX ? 0 : a->host_known;
    a->state = OL_AGENT_CLOSED;
    return OL_OK;
}
