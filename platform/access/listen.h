/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_ACCESS_LISTEN_H
#define PLATFORM_ACCESS_LISTEN_H

#include <stddef.h>
#include <stdint.h>

#define OL_LISTEN_TEXT_CAP 64

struct sockaddr;

/* An address and a port in little memory. */
struct ol_peer {
    uint8_t address[16]; /* IPv4 in the first four */
    uint16_t port;       /* in network order */
    uint8_t family;      /* AF_INET or AF_INET6; 0: not known */
};

struct ol_peer ol_peer_make(const struct sockaddr *sa);

/* "127.0.0.1:1883", "[::1]:1883", "?". */
void ol_peer_str(const struct ol_peer *peer, char out[OL_LISTEN_TEXT_CAP]);

/* Opens a non-blocking TCP socket that listens at "ADDR:PORT" ("[ADDR]:PORT" for IPv6),
 * ADDR in figures or the word localhost (127.0.0.1); port 0 means any free one. bound[OL_LISTEN_TEXT_CAP] gets the address
 * that it has now. Returns the descriptor, the caller's to close; -1 after one sentence
 * in why[cap] when the address cannot be used now, -2 when it is none. */
int ol_listen_open(const char *address, char bound[OL_LISTEN_TEXT_CAP], char *why,
                   size_t cap);

#endif
