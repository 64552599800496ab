/* SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_MQTT_CHECK_H
#define TESTS_UNIT_MQTT_CHECK_H

#include <stddef.h>
#include <stdint.h>

/* What must hold for every input of the packet codec, shared by unit tests and fuzz
 * targets: any violation ends the program.
 *
 * Decodes the packet at the beginning of data[0..len) as far as it is there, writes what
 * it says to text (one line, NUL-terminated) and returns the decoder's status: OL_OK,
 * OL_E_AGAIN or OL_E_PROTO. Checked on the way: every span lies inside the data; what was
 * decoded encodes to the same bytes (with the shortest form of the remaining length), and
 * to nothing at all in a buffer one byte too small. */
int32_t mqtt_check(const uint8_t *data, size_t len, char *text, size_t cap);

#endif
