/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_MQTT_WIRE_H
#define ONELINK_MQTT_WIRE_H

#include "onelink/mqtt/packet.h"

/* Pieces that the encoders and decoders of this folder share. Not for other layers. */

/* Bytes of a fixed header with this remaining length, 2..5. */
size_t ol_mqtt_header_size(size_t remaining);

/* Writes a fixed header at p[0..ol_mqtt_header_size(remaining)). */
void ol_mqtt_header_put(uint8_t *p, uint8_t first, size_t remaining);

/* Begins a packet: writes its fixed header when all of the packet fits, so that no later
 * write can fail. OL_E_NOSPC when it does not fit, OL_E_ARG above OL_MQTT_REMAINING_MAX.
 */
OL_MUST int32_t ol_mqtt_packet_begin(struct ol_writer *w, uint8_t first,
                                     size_t remaining);

/* The same where only the first `head` bytes of the body are written here. */
OL_MUST int32_t ol_mqtt_packet_begin_partial(struct ol_writer *w, uint8_t first,
                                             size_t remaining, size_t head);

/* A string with its two length bytes (§1.5.3); s.len must be at most 65,535. */
void ol_mqtt_string_put(struct ol_writer *w, struct ol_str s);

/* Reads a string; a short body sets r->bad. Not checked for UTF-8. */
struct ol_str ol_mqtt_string_get(struct ol_reader *r);

/* The connect flags agree with each other (§3.1.2.3-3.1.2.9). */
bool ol_mqtt_connect_flags_are_valid(uint8_t flags);

/* The first byte of a packet without flags, or with the flags its type must have
 * (§2.2.2). */
#define OL_MQTT_FIRST(type) ((uint8_t)((type) << 4))
#define OL_MQTT_FLAGS_2     0x02u

#endif
