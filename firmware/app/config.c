/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "firmware/app/private.h"

#define DAY_S 86400u

/* Name servers may be set by hand. All else of the agent's interface is the driver's, whose context
 * is the chip inside of struct app. */
static int32_t set_config(void *ctx, const struct ol_netif_config *config)
{
    struct app *app = (struct app *)((char *)ctx - offsetof(struct app, chip.w5500));
    struct ol_netif_config own = *config;
    if (app->address.dns[0].family != OL_ADDR_NONE) {
        memcpy(own.dns, app->address.dns, sizeof(own.dns));
    }
    return app->chip.netif.ops->set_config(ctx, &own);
}

/* --- by the settings ---------------------------------------------------------------- */

static void set_identity(struct ol_agent_config *c, const struct ol_settings *s)
{
    enum ol_setting_key key = OL_SETTING_KEY_TOKEN;
    c->product_id = ol_settings_text(s, OL_SETTING_KEY_PRODUCT_ID);
    c->device_name = ol_settings_text(s, OL_SETTING_KEY_DEVICE_NAME);
    c->key_kind = OL_AGENT_KEY_TOKEN;
    if (ol_settings_is_set(s, OL_SETTING_KEY_DEVICE_KEY)) {
        c->key_kind = OL_AGENT_KEY_DEVICE;
        key = OL_SETTING_KEY_DEVICE_KEY;
    } else if (ol_settings_is_set(s, OL_SETTING_KEY_PRODUCT_KEY)) {
        c->key_kind = OL_AGENT_KEY_PRODUCT;
        key = OL_SETTING_KEY_PRODUCT_KEY;
    }
    c->key = ol_settings_text(s, key);
    switch ((enum ol_setting_method)ol_settings_number(s, OL_SETTING_KEY_TOKEN_METHOD)) {
    case OL_SETTING_METHOD_MD5:
        c->method = &ol_onenet_md5;
        break;
    case OL_SETTING_METHOD_SHA1:
        c->method = &ol_onenet_sha1;
        break;
    case OL_SETTING_METHOD_SHA256:
        c->method = &ol_onenet_sha256;
        break;
    }
    c->token_days =
        (uint16_t)((ol_settings_number(s, OL_SETTING_KEY_TOKEN_LIFE) + DAY_S - 1) /
                   DAY_S);
}

static void set_servers(struct ol_agent_config *c, const struct ol_settings *s)
{
    struct ol_str list = ol_settings_text(s, OL_SETTING_KEY_NTP);
    for (size_t i = 0; i < OL_AGENT_NTP_MAX && list.len > 0; i++) {
        c->ntp[i] = ol_setting_list_next(&list);
    }
    /* Many routers name none, and a board without a date cannot date its values. */
    c->ntp_fallback[0] = OL_STR("ntp.ntsc.ac.cn"); /* China's time service */
    c->ntp_fallback[1] = OL_STR("ntp.aliyun.com");
    c->host = ol_settings_text(s, OL_SETTING_KEY_HOST);
    c->port = (uint16_t)ol_settings_number(s, OL_SETTING_KEY_PORT);
    c->keepalive_s = (uint16_t)ol_settings_number(s, OL_SETTING_KEY_KEEPALIVE_S);
    c->date_host = ol_settings_text(s, OL_SETTING_KEY_DATE_HOST);
}

/* Addressing by hand; with DHCP only the name servers count. */
static void set_address(struct app *app, struct ol_agent_config *c,
                        const struct ol_settings *s)
{
    struct ol_netif_config *a = &app->address;
    struct ol_str list = ol_settings_text(s, OL_SETTING_KEY_DNS);
    memset(a, 0, sizeof(*a));
    for (size_t i = 0; i < OL_NETIF_SERVERS_MAX && list.len > 0; i++) {
        (void)!ol_addr_decode(ol_setting_list_next(&list), 53, &a->dns[i]);
    }
    app->is_static = ol_settings_number(s, OL_SETTING_KEY_DHCP) == 0;
    if (app->is_static) {
        (void)!ol_addr_decode(ol_settings_text(s, OL_SETTING_KEY_ADDRESS), 0,
                              &a->address);
        (void)!ol_addr_decode(ol_settings_text(s, OL_SETTING_KEY_GATEWAY), 0,
                              &a->gateway);
        (void)!ol_setting_prefix_decode(ol_settings_text(s, OL_SETTING_KEY_NETMASK),
                                        &a->prefix_len);
        (void)!app->chip.netif.ops->set_config(app->chip.netif.ctx, a);
        return;
    }
    struct ol_str name = ol_settings_text(
        s, ol_settings_is_set(s, OL_SETTING_KEY_HOSTNAME) ? OL_SETTING_KEY_HOSTNAME
                                                          : OL_SETTING_KEY_DEVICE_NAME);
    name.len = name.len < 63 ? name.len : 63;
    ol_agent_dhcp_init(&app->dhcp, ol_w5500_udp_datagram(&app->chip.dhcp_udp), name);
    c->dhcp = &app->dhcp;
}

static void set_memory(struct app *app, struct ol_agent_config *c)
{
    c->model = &app->model;
    c->slots = app->slots;
    c->slot_count = APP_PROPERTY_MAX;
    c->stream = ol_w5500_tcp_stream(&app->chip.tcp);
    c->datagram = ol_w5500_udp_datagram(&app->chip.udp);
    app->netif_ops = *app->chip.netif.ops;
    app->netif_ops.set_config = set_config;
    c->netif = (struct ol_netif){.ctx = &app->chip.w5500, .ops = &app->netif_ops};
    c->entropy = app->machine->entropy;
    c->rx = app->rx;
    c->rx_cap = sizeof(app->rx);
    c->tx = app->tx;
    c->tx_cap = sizeof(app->tx);
    c->queue = app->queue;
    c->queue_cap = sizeof(app->queue);
    c->scratch = &app->scratch;
}

void app_config_make(struct app *app, struct ol_agent_config *c)
{
    const struct ol_settings *s = &app->settings.parsed;
    memset(c, 0, sizeof(*c));
    set_identity(c, s);
    set_servers(c, s);
    set_address(app, c, s);
    set_memory(app, c);
}
