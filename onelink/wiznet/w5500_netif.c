/* SPDX-License-Identifier: MIT */
#include "onelink/wiznet/w5500_private.h"

static bool netif_is_link_up(void *ctx)
{
    const struct ol_w5500 *c = ctx;
    return c->is_link_up;
}

static void netif_get_mac(void *ctx, uint8_t mac[6])
{
    const struct ol_w5500 *c = ctx;
    memcpy(mac, c->common + COMMON_SHAR, 6);
}

static void netif_get_config(void *ctx, struct ol_netif_config *out)
{
    const struct ol_w5500 *c = ctx;
    *out = c->net;
}

/* Streams have the old address in them. */
static void end_streams(struct ol_w5500 *c)
{
    for (unsigned n = 0; n < OL_W5500_SOCKETS; n++) {
        struct ol_w5500_socket *s = c->owner[n];
        if (s != NULL && (s->mode & SN_MR_TCP) != 0) {
            s->on_status(s, 0, SR_LOST);
        }
    }
}

int32_t ol_w5500_put_common(struct ol_w5500 *c, unsigned addr, size_t len)
{
    if (!ol_w5500_is_usable(c)) {
        return OL_OK; /* set when the chip comes up */
    }
    return ol_w5500_put(c, BLOCK_COMMON, addr, c->common + addr, len) ? OL_OK : OL_E_IO;
}

static int32_t netif_set_config(void *ctx, const struct ol_netif_config *config)
{
    struct ol_w5500 *c = ctx;
    uint8_t old[COMMON_IR];

    /* With 0.0.0.0 the mask is 0, too: the chip then asks for every address itself. */
    bool has_address = config->address.family == OL_ADDR_IPV4;
    uint32_t mask = 0;
    if (has_address && config->prefix_len > 0) {
        mask = UINT32_MAX << (config->prefix_len < 32 ? 32 - config->prefix_len : 0);
    }
    memcpy(old, c->common, sizeof old);
    memset(c->common + COMMON_GAR, 0, COMMON_SHAR - COMMON_GAR);
    memset(c->common + COMMON_SIPR, 0, 4);
    if (has_address) {
        memcpy(c->common + COMMON_SIPR, config->address.bytes, 4);
        if (config->gateway.family == OL_ADDR_IPV4) {
            memcpy(c->common + COMMON_GAR, config->gateway.bytes, 4);
        }
    }
    ol_w5500_set16(c->common + COMMON_SUBR, (uint16_t)(mask >> 16));
    ol_w5500_set16(c->common + COMMON_SUBR + 2, (uint16_t)mask);
    c->net = *config;
    if (memcmp(old, c->common, sizeof old) == 0) {
        return OL_OK;
    }
    if (memcmp(old + COMMON_SIPR, c->common + COMMON_SIPR, 4) != 0) {
        end_streams(c);
    }
    return ol_w5500_put_common(c, COMMON_GAR, COMMON_IR - COMMON_GAR);
}

struct ol_netif ol_w5500_netif(struct ol_w5500 *c)
{
    static const struct ol_netif_ops ops = {
        .is_link_up = netif_is_link_up,
        .get_mac = netif_get_mac,
        .get_config = netif_get_config,
        .set_config = netif_set_config,
        .probe = ol_w5500_probe,
        .probe_result = ol_w5500_probe_result,
    };
    return (struct ol_netif){.ctx = c, .ops = &ops};
}
