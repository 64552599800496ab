/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_AGENT_AGENT_DHCP_H
#define ONELINK_AGENT_AGENT_DHCP_H

#include <stdbool.h>
#include <stdint.h>

#include "onelink/agent/agent.h"
#include "onelink/net/dhcp.h"

/* DHCP for an agent whose system does not get the address itself. A part of its own, so
 * that a device on a managed host or with a static address pays nothing for it:
 *
 *     static struct ol_agent_dhcp dhcp;
 *     ol_agent_dhcp_init(&dhcp, port_68_socket, hostname);
 *     config.dhcp = &dhcp;              before ol_agent_init
 *
 * It takes an address when the cable comes, asks the wire whether it is free where
 * netif.probe is there, puts it in force by netif.set_config, keeps it while the cable is
 * in, and gives it back in ol_agent_close. What happens is told by OL_AGENT_EVENT_DHCP. */

#define OL_AGENT_PROBE_POLL_MS 20   /* between two looks at what the wire said */
#define OL_AGENT_PROBE_MS      5000 /* an answer that does not come counts as free */

struct ol_agent_dhcp_ops {
    void (*begin)(struct ol_agent *a); /* on entering ADDRESS */
    void (*pause)(struct ol_agent *a); /* the cable is out, or all is over */
    void (*end)(struct ol_agent *a);   /* goodbye */
    bool (*pump)(struct ol_agent *a);  /* true: progress */
    ol_ms (*deadline)(const struct ol_agent *a);
    bool (*is_done)(const struct ol_agent *a); /* after end: closed */
};

/* All members are private. */
struct ol_agent_dhcp {
    const struct ol_agent_dhcp_ops *ops;
    struct ol_datagram socket;
    struct ol_str hostname;
    bool is_ready;       /* the engine knows the hardware address */
    bool is_socket_open; /* on port 68 */
    bool is_configured;  /* the interface has our address */
    bool is_probing;
    ol_ms probe_at;    /* when to look next */
    ol_ms probe_until; /* when to stop looking */
    struct ol_dhcp engine;
};

/* Prepares it; call before ol_agent_init. socket: for port 68, used by nobody else.
 * hostname: told to the server, at most 63 bytes, may be empty; must outlive. */
void ol_agent_dhcp_init(struct ol_agent_dhcp *dhcp, struct ol_datagram socket,
                        struct ol_str hostname);

/* For a status page: the state of the client, and the lease in force or NULL. */
enum ol_dhcp_state ol_agent_dhcp_get_state(const struct ol_agent_dhcp *dhcp);
const struct ol_dhcp_lease *ol_agent_dhcp_get_lease(const struct ol_agent_dhcp *dhcp,
                                                    ol_ms *end_at);

#endif
