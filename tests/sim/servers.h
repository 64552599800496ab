/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SIM_SERVERS_H
#define TESTS_SIM_SERVERS_H

#include <stddef.h>
#include <stdint.h>

#include "tests/sim/net.h"

/* The name server (port 53) and the time server (port 123) of the simulated network, written
 * from RFC 1035 and RFC 4330 and without the code of onelink/net. Answers to a datagram into
 * out[512]; returns its length, 0 for silence. */
size_t sim_servers_answer(struct sim_net *n, uint16_t port, const uint8_t *data,
                          size_t len, uint8_t *out);

#endif
