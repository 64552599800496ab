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

int32_t ol_w5500_put_common(struct ol_w5500 *c, unsigned addr, size_t len)
{
    if (!ol_w5500_is_usable(c)) {
        return OL_OK; /* set when the chip comes up */
    }
    return ol_w5500_put(c, AT_COMMON(addr), c->common + addr, len) ? OL_OK : OL_E_IO;
}

static int32_t netif_set_config(void *ctx, const struct ol_netif_config *config)
{
    struct ol_w5500 *c = ctx;
    uint8_t *common = c->common;

    if (!ol_addr_same_host(&c->net.address, &config->address)) {
        ol_w5500_lose_sockets(c, SN_MR_TCP); /* which have the old address in them */
    }
    c->net = *config;
    /* Without an address the mask is 0, too: the chip then asks for every address itself. */
    memcpy(common + COMMON_GAR, config->gateway.bytes, 4);
    memcpy(common + COMMON_SIPR, config->address.bytes, 4);
    for (unsigned i = 0; i < 4; i++) {
        unsigned bits = config->prefix_len > 8 * i ? config->prefix_len - 8 * i : 0;
        common[COMMON_SUBR + i] = (uint8_t)(0xFF00u >> (bits < 8 ? bits : 8));
    }
    if (config->address.family != OL_ADDR_IPV4) {
        memset(common + COMMON_GAR, 0, COMMON_SHAR - COMMON_GAR);
        memset(common + COMMON_SIPR, 0, 4);
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
