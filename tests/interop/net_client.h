/* SPDX-License-Identifier: MIT */
/* The parts of net_client, a program for the tests in network namespaces. */
#ifndef TESTS_INTEROP_NET_CLIENT_H
#define TESTS_INTEROP_NET_CLIENT_H

#include <stdbool.h>

#include "onelink/net/dhcp.h"

/* Ends the program, with what errno means, unless it holds. */
void require(bool holds, const char *what);

/* Asks the DNS servers of the lease for the name and prints, addresses in order:
 *     answer STATUS rcode=R ttl=SECONDS chain=N ADDRESS ... */
void print_answer(const struct ol_dhcp_lease *lease, const char *name);

/* Asks the NTP servers of the lease once and prints one of:
 *     time STATUS
 *     time right stratum=N       it is what the system's clock says, to the error told
 *     time wrong by MILLISECONDS */
void print_time(const struct ol_dhcp_lease *lease);

#endif
