/* SPDX-License-Identifier: MIT */
#include "ports/template/netif.h"

#include <string.h>

/* Supply: what the PHY says. It is asked in every turn of the loop, so read a register at
 * most, and no more often than its answer can change. */
static bool netif_is_link_up(void *ctx)
{
    (void)ctx;
    return false;
}

/* Supply: the six bytes that this board alone has. From a unique chip identifier, set the
 * bit "locally administered" (0x02) and clear the bit "group" (0x01) of the first byte.
 */
static void netif_get_mac(void *ctx, uint8_t mac[6])
{
    (void)ctx;
    memset(mac, 0, 6);
}

static void netif_get_config(void *ctx, struct ol_netif_config *out)
{
    const struct my_netif *n = ctx;
    *out = n->config;
}

/* Supply: hand address, gateway and prefix to the network stack or chip, then remember
 * them for get_config. An address of family OL_ADDR_NONE takes the present one away. */
static int32_t netif_set_config(void *ctx, const struct ol_netif_config *config)
{
    (void)ctx;
    (void)config;
    return OL_E_IO;
}

/* Supply: send an ARP request for the candidate, without an address of one's own in it.
 */
static int32_t netif_probe(void *ctx, const struct ol_addr *candidate, ol_ms now)
{
    (void)ctx;
    (void)candidate;
    (void)now;
    return OL_E_IO;
}

/* Supply: OL_PROBE_TAKEN when somebody answered, OL_PROBE_FREE when nobody did for a
 * second, OL_PROBE_BUSY until then. */
static enum ol_probe netif_probe_result(void *ctx, ol_ms now)
{
    (void)ctx;
    (void)now;
    return OL_PROBE_BUSY;
}

void my_netif_init(struct my_netif *n)
{
    memset(n, 0, sizeof *n);
}

/* An operating system that configures the interface by itself: set `managed`, leave
 * set_config and the probe NULL. */
struct ol_netif my_netif_link(struct my_netif *n)
{
    static const struct ol_netif_ops ops = {
        .is_link_up = netif_is_link_up,
        .get_mac = netif_get_mac,
        .get_config = netif_get_config,
        .set_config = netif_set_config,
        .probe = netif_probe,
        .probe_result = netif_probe_result,
        .find_host = NULL, /* supply it where there is a hosts file */
    };
    return (struct ol_netif){.ctx = n, .ops = &ops, .managed = false};
}
