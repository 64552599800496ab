/* SPDX-License-Identifier: MIT */
#include "ports/posix/netif.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "ports/posix/clock.h"
#include "ports/posix/hosts.h"
#include "ports/posix/sockaddr.h"

#define LINK_CHECK_MS 1000U

static bool is_usable(const struct ifaddrs *i, int family)
{
    return i->ifa_addr != NULL && i->ifa_addr->sa_family == family &&
           (i->ifa_flags & IFF_UP) != 0 && (i->ifa_flags & IFF_RUNNING) != 0;
}

/* The first IPv4 interface that is up, one that is not loopback if there is one. */
static const struct ifaddrs *find_ipv4(const struct ifaddrs *list)
{
    const struct ifaddrs *best = NULL;
    for (const struct ifaddrs *i = list; i != NULL; i = i->ifa_next) {
        if (!is_usable(i, AF_INET)) {
            continue;
        }
        if ((i->ifa_flags & IFF_LOOPBACK) == 0) {
            return i;
        }
        best = best == NULL ? i : best;
    }
    return best;
}

static bool netif_is_link_up(void *ctx)
{
    struct ol_posix_netif *n = ctx;
    struct ifaddrs *list;
    ol_ms now = ol_posix_now_ms();
    if (n->is_checked && now - n->link_checked_at_ms < LINK_CHECK_MS) {
        return n->is_up;
    }
    n->is_checked = true;
    n->link_checked_at_ms = now;
    n->is_up = false;
    if (getifaddrs(&list) == 0) {
        n->is_up = find_ipv4(list) != NULL;
        freeifaddrs(list);
    }
    return n->is_up;
}

static void netif_get_mac(void *ctx, uint8_t mac[6])
{
    struct ifaddrs *list;
    (void)ctx;
    memset(mac, 0, 6);
    if (getifaddrs(&list) != 0) {
        return;
    }
    for (const struct ifaddrs *i = list; i != NULL; i = i->ifa_next) {
        struct sockaddr_ll link;
        if (!is_usable(i, AF_PACKET) || (i->ifa_flags & IFF_LOOPBACK) != 0) {
            continue;
        }
        memcpy(&link, i->ifa_addr, sizeof link);
        if (link.sll_halen == 6) {
            memcpy(mac, link.sll_addr, 6);
            break;
        }
    }
    freeifaddrs(list);
}

static struct ol_addr to_addr(const struct sockaddr *sa)
{
    struct sockaddr_in in;
    memcpy(&in, sa, sizeof in);
    return ol_posix_sockaddr_decode(&in);
}

static uint8_t prefix_len(const struct sockaddr *mask)
{
    uint8_t bits = 0;
    struct ol_addr addr = to_addr(mask);
    while (bits < 32 && (addr.bytes[bits / 8] << bits % 8 & 0x80) != 0) {
        bits++;
    }
    return bits;
}

static void netif_get_config(void *ctx, struct ol_netif_config *out)
{
    const struct ol_posix_netif *n = ctx;
    struct ifaddrs *list;
    memset(out, 0, sizeof *out);
    memcpy(out->ntp, n->ntp, sizeof out->ntp);
    const char *resolv = n->resolv_path != NULL ? n->resolv_path : "/etc/resolv.conf";
    (void)ol_posix_resolv_get(resolv, out->dns, OL_NETIF_SERVERS_MAX);
    if (getifaddrs(&list) != 0) {
        return;
    }
    const struct ifaddrs *i = find_ipv4(list);
    if (i != NULL) {
        out->address = to_addr(i->ifa_addr);
        out->prefix_len = i->ifa_netmask != NULL ? prefix_len(i->ifa_netmask) : 32;
        out->gateway = ol_posix_route_get_gateway("/proc/net/route");
    }
    freeifaddrs(list);
}

/* RFC 6761 6.3: `localhost` and everything below it, whatever a file or a server says. */
static bool is_localhost(struct ol_str name)
{
    static const char word[] = "localhost";
    size_t len = sizeof word - 1;
    if (name.len > 0 && name.ptr[name.len - 1] == '.') {
        name.len--;
    }
    return name.len >= len && strncasecmp(name.ptr + name.len - len, word, len) == 0 &&
           (name.len == len || name.ptr[name.len - len - 1] == '.');
}

static int32_t netif_find_host(void *ctx, struct ol_str name, struct ol_addr *out)
{
    const struct ol_posix_netif *n = ctx;
    if (is_localhost(name)) {
        *out = ol_addr_ipv4(127, 0, 0, 1, 0);
        return OL_OK;
    }
    return ol_posix_hosts_find(n->hosts_path != NULL ? n->hosts_path : "/etc/hosts", name,
                               out);
}

void ol_posix_netif_init(struct ol_posix_netif *n)
{
    memset(n, 0, sizeof *n);
}

struct ol_netif ol_posix_netif_link(struct ol_posix_netif *n)
{
    static const struct ol_netif_ops ops = {
        .is_link_up = netif_is_link_up,
        .get_mac = netif_get_mac,
        .get_config = netif_get_config,
        .find_host = netif_find_host,
    };
    return (struct ol_netif){.ctx = n, .ops = &ops, .managed = true};
}
