/* SPDX-License-Identifier: MIT */
#ifndef PORTS_POSIX_HOSTS_H
#define PORTS_POSIX_HOSTS_H

#include <stddef.h>

#include "onelink/base/addr.h"
#include "onelink/base/status.h"
#include "onelink/base/str.h"

/* For the files of this port: the system's text files about names and servers. */

/* The first IPv4 address that the hosts file at path gives for name, letter case apart,
 * with port 0. OL_OK, or OL_E_NOENT (not in it, or no such file). */
OL_MUST int32_t ol_posix_hosts_find(const char *path, struct ol_str name,
                                    struct ol_addr *out);

/* The IPv4 name servers of the resolv.conf at path, port 53, into servers[cap]. Returns
 * how many. */
size_t ol_posix_resolv_get(const char *path, struct ol_addr *servers, size_t cap);

/* The gateway of the default route in the table at path (/proc/net/route), or no address.
 */
struct ol_addr ol_posix_route_get_gateway(const char *path);

#endif
