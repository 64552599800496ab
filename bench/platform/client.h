/* SPDX-License-Identifier: MIT */
#ifndef BENCH_PLATFORM_CLIENT_H
#define BENCH_PLATFORM_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "onelink/onenet/token.h"

/* What the load programs share: one device of a running onelink-platform over blocking
 * sockets on 127.0.0.0/8. Whatever goes wrong ends the program with a sentence. */

#define OL_CLIENT_PACKET_CAP 2048
#define OL_CLIENT_TIMEOUT_S  300 /* the platform may run under valgrind */

struct ol_client_setup {
    int mqtt_port;
    int http_port;
    char api_token[OL_ONENET_TOKEN_MAX + 192];
    char login_token[OL_ONENET_TOKEN_MAX];
    const char *product;
    uint16_t keep_alive_s;
};

/* Prints what failed with errno and ends the program. */
void ol_client_die(const char *what);

/* Reads ports, token file, product id and key file from five arguments, and raises the
 * number of descriptors to what the system lets us have. */
void ol_client_setup(struct ol_client_setup *s, char **argv);

/* Connects to 127.0.0.1:port from 127.0.0.source. */
int ol_client_dial(int port, unsigned source);

/* Sends all of it. */
void ol_client_send(int fd, const void *data, size_t len);

/* One packet; returns its first byte, *len the length of the rest in buf. */
uint8_t ol_client_read_packet(int fd, uint8_t buf[OL_CLIENT_PACKET_CAP], size_t *len);

/* A packet's fixed header and body into out (OL_CLIENT_PACKET_CAP + 4); its length. */
size_t ol_client_packet(uint8_t first, const uint8_t *body, size_t len, uint8_t *out);

/* The CONNECT of device dN; its length. */
size_t ol_client_connect_packet(const struct ol_client_setup *s, unsigned n,
                                uint8_t *out);

/* Logs device dN in and subscribes to thing/#, as the official SDK does. */
int ol_client_login(const struct ol_client_setup *s, unsigned n);

/* A property post of dN at QoS 1: temp and humi by the round, count the round itself. */
size_t ol_client_post_packet(const struct ol_client_setup *s, unsigned n, unsigned round,
                             bool count, uint8_t *out);

/* Waits for PUBACK and a reply of code 200. */
void ol_client_await_answers(int fd);

/* Resident memory of a process in kB, -1 without it. */
long ol_client_resident_kb(const char *pid);

/* Makes devices d0 ... dN-1 through the application API. */
void ol_client_create(const struct ol_client_setup *s, unsigned count);

/* GET path over fd, an API connection; the answer's body into out with a NUL. */
void ol_client_get(const struct ol_client_setup *s, int fd, const char *path, char *out,
                   size_t cap);

/* Monotonic microseconds. */
uint64_t ol_client_us(void);

#endif
