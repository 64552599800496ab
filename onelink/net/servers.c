/* SPDX-License-Identifier: MIT */
#include "onelink/net/servers.h"

uint8_t ol_net_servers_set(struct ol_addr *to, const struct ol_addr *from, uint16_t port)
{
    uint8_t count = 0;
    for (uint8_t i = 0; i < OL_NET_SERVERS_MAX; i++) {
        if (from[i].family == OL_ADDR_NONE) {
            continue;
        }
        to[count] = from[i];
        if (to[count].port == 0) {
            to[count].port = port;
        }
        count++;
    }
    return count;
}
