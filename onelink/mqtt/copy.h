/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_MQTT_COPY_H
#define ONELINK_MQTT_COPY_H

#include <stddef.h>
#include <stdint.h>

/* Copies src[0..len) to dst[0..len), from the front: the two may overlap when dst lies
 * below src. Small C libraries for microcontrollers move one byte a turn, which on a
 * Cortex-M0 is most of the cost of a publish; this one moves words where it can. */
void ol_mqtt_copy_down(uint8_t *dst, const uint8_t *src, size_t len);

/* Sets p[0..len) to 0 in a way that no compiler leaves out: it may have held a secret. */
void ol_mqtt_wipe(uint8_t *p, size_t len);

#endif
