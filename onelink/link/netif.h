/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_LINK_NETIF_H
#define ONELINK_LINK_NETIF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "onelink/base/addr.h"
#include "onelink/base/status.h"
#include "onelink/base/str.h"
#include "onelink/base/time.h"

#define OL_NETIF_SERVERS_MAX 3

/* How the interface is addressed. With family OL_ADDR_NONE in `address` there is none. */
struct ol_netif_config {
    struct ol_addr address;
    struct ol_addr gateway;
    uint8_t prefix_len;
    struct ol_addr dns[OL_NETIF_SERVERS_MAX]; /* family OL_ADDR_NONE = not used; port 53 */
    struct ol_addr ntp[OL_NETIF_SERVERS_MAX]; /* as told by DHCP option 42; port 123 */
};

/* Result of asking the wire whether somebody has an address. */
enum ol_probe {
    OL_PROBE_BUSY,  /* not known yet */
    OL_PROBE_FREE,  /* nobody answered */
    OL_PROBE_TAKEN  /* somebody answered */
};

/* A network interface. Part of the porting contract. A host whose system manages the address
 * (Linux) sets `managed` and leaves set_config and the probe NULL. */
struct ol_netif_ops {
    /* true when the cable is in and the link is up. Cheap: called in every loop. */
    bool (*is_link_up)(void *ctx);

    /* The hardware address, 6 bytes. */
    void (*get_mac)(void *ctx, uint8_t mac[6]);

    /* The addressing in force, also when the system manages it. */
    void (*get_config)(void *ctx, struct ol_netif_config *out);

    /* Puts an addressing in force. NULL on a managed host. OL_OK, OL_E_IO. */
    int32_t (*set_config)(void *ctx, const struct ol_netif_config *config);

    /* Begins to ask whether an address is taken (RFC 5227 in spirit); ask again with
     * probe_result. NULL on a managed host. OL_OK, OL_E_AGAIN (busy), OL_E_IO. */
    int32_t (*probe)(void *ctx, const struct ol_addr *candidate, ol_ms now);
    enum ol_probe (*probe_result)(void *ctx, ol_ms now);

    /* Names that the system knows without asking a server (a hosts file). OL_OK and *out, or
     * OL_E_NOENT. May be NULL. */
    int32_t (*find_host)(void *ctx, struct ol_str name, struct ol_addr *out);
};

struct ol_netif {
    void *ctx;
    const struct ol_netif_ops *ops;
    bool managed; /* the system does DHCP; the agent only reads the configuration */
};

#endif
