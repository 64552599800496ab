/* SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_MQTT_RIG_H
#define TESTS_UNIT_MQTT_RIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "onelink/mqtt/client.h"

/* A client on a test bench: its buffers have exactly the size configured, what it sends
 * is collected, what it is to receive is written by hand. */

#define RIG_SENT_MAX 131072

struct rig {
    struct ol_mqtt_client c;
    struct ol_mqtt_client_config config;
    struct ol_mqtt_event ev;
    ol_ms now;
    uint8_t *sent; /* what the client has sent and no test has looked at */
    size_t sent_len;
    unsigned sends; /* transport calls */
};

/* The clock of every test starts five seconds before 2^32 ms. */
#define RIG_START ((UINT64_C(1) << 32) - 5000)

/* Buffers of these sizes, the window, everything else default. */
struct rig rig_make(size_t rx_cap, size_t tx_cap, uint8_t window);
void rig_free(struct rig *r);

/* client id "dev", user "pid", password "tok", keep alive 60 s, clean session. */
extern const struct ol_mqtt_connect rig_connect;

/* Sends everything that waits, in one call each. Returns how many bytes. */
size_t rig_flush(struct rig *r);

/* Sends at most n bytes of it. */
size_t rig_send(struct rig *r, size_t n);

/* Offers len bytes; returns how many found room. */
size_t rig_feed(struct rig *r, const void *data, size_t len);

/* The next event, or OL_E_AGAIN. */
int32_t rig_next(struct rig *r);

/* Opens, sends the CONNECT, feeds the CONNACK with this session flag, takes the login
 * event and forgets what was sent. Ends the program when any of it fails. */
void rig_login(struct rig *r, bool session_present);

/* Opens with another CONNECT. */
void rig_login_with(struct rig *r, const struct ol_mqtt_connect *connect,
                    bool session_present);

/* Takes the first packet out of what was sent and gives its body; NULL when no whole
 * packet is there. The body lives until the next call. */
const uint8_t *rig_take(struct rig *r, struct ol_mqtt_header *h);

/* Passes the time and tells the client. */
void rig_pass(struct rig *r, ol_ms ms);

/* Builds packets of a server. */
size_t rig_publish_packet(uint8_t *out, size_t cap, const char *topic, uint8_t qos,
                          uint16_t id, bool dup, const void *payload, size_t len);

#endif
