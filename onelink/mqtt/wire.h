/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_MQTT_WIRE_H
#define ONELINK_MQTT_WIRE_H

#include "onelink/mqtt/packet.h"

/* Pieces that the encoders and decoders of this folder share. Not for other layers. */

/* Bytes of a fixed header with this remaining length, 2..5. */
size_t ol_mqtt_header_size(size_t remaining);

/* Writes a fixed header at p[0..ol_mqtt_header_size(remaining)). */
void ol_mqtt_header_put(uint8_t *p, uint8_t first, size_t remaining);

/* Appends a packet to the writer when all of it fits, writes its fixed header and gives
 * the place of its body, `remaining` bytes for the caller to fill. OL_E_NOSPC when it
 * does not fit, OL_E_ARG above OL_MQTT_REMAINING_MAX. */
OL_MUST int32_t ol_mqtt_packet_begin(struct ol_writer *w, uint8_t first, size_t remaining,
                                     uint8_t **body);

/* The same where only the first `here` bytes of the body go into this writer. */
OL_MUST int32_t ol_mqtt_packet_begin_partial(struct ol_writer *w, uint8_t first,
                                             size_t remaining, size_t here,
                                             uint8_t **body);

/* Write at p and give the place behind: two bytes in network order, a string with its two
 * length bytes (§1.5.3; s.len must be at most 65,535). */
uint8_t *ol_mqtt_u16_put(uint8_t *p, size_t v);
uint8_t *ol_mqtt_string_put(uint8_t *p, struct ol_str s);

/* Reads a string; a short body sets r->bad. Not checked for UTF-8. */
struct ol_str ol_mqtt_string_get(struct ol_reader *r);

/* The strings of a CONNECT's payload. */
enum { OL_MQTT_TEXT, OL_MQTT_NAME, OL_MQTT_BYTES };

struct ol_mqtt_connect_field {
    uint8_t flag;   /* it is there when this connect flag is set; 0 = always */
    uint8_t offset; /* of its span in struct ol_mqtt_connect */
    uint8_t kind;   /* what it may hold: text, a topic name, any bytes */
};

#define OL_MQTT_CONNECT_FIELDS 5
extern const struct ol_mqtt_connect_field ol_mqtt_connect_field[OL_MQTT_CONNECT_FIELDS];

/* The field is on the wire with these connect flags. */
bool ol_mqtt_connect_has(uint8_t flags, size_t field);

/* s may be the content of the field. */
bool ol_mqtt_connect_string_is_valid(struct ol_str s, size_t field);

/* The connect flags agree with each other (§3.1.2.3-3.1.2.9). */
bool ol_mqtt_connect_flags_are_valid(uint8_t flags);

/* The first byte of a packet without flags, or with the flags its type must have
 * (§2.2.2). */
#define OL_MQTT_FIRST(type) ((uint8_t)((type) << 4))
#define OL_MQTT_FLAGS_2     0x02u

#endif
