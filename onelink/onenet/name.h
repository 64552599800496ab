/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_ONENET_NAME_H
#define ONELINK_ONENET_NAME_H

#include <stdbool.h>

#include "onelink/base/str.h"

/* Names as the platform allows them. Pure functions. */

#define OL_ONENET_PID_MAX    32 /* bytes of a product id */
#define OL_ONENET_DEVICE_MAX 64 /* bytes of a device name */

/* A product id: 1 to 32 letters and digits, case matters. (New products have 10
 * characters, those of the MQTT suite were shorter numbers.) docs/protocol.md §1.3. */
bool ol_onenet_pid_is_valid(struct ol_str pid);

/* A device name: 1 to 64 of [A-Za-z0-9_-]. docs/protocol.md §1.3. */
bool ol_onenet_device_is_valid(struct ol_str device);

/* The identifier of a property, event, service or member: 1 to 64 of [A-Za-z0-9_], after
 * an optional leading '$' (points of the system such as $OneNET_LBS). docs/protocol.md
 * §3.1. */
bool ol_onenet_identifier_is_valid(struct ol_str identifier);

/* The device name in an MQTT client identifier: what stands before a '?' (the newest SDK
 * appends "?network=..."), all of it when there is none. A span of client_id; not
 * checked. docs/protocol.md §1.3. */
struct ol_str ol_onenet_client_device(struct ol_str client_id);

#endif
