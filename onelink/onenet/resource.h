/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_ONENET_RESOURCE_H
#define ONELINK_ONENET_RESOURCE_H

#include "onelink/base/buf.h"
#include "onelink/base/status.h"
#include "onelink/base/str.h"

/* What a token is for: its `res` field. docs/protocol.md §2.2.
 *
 *   login with the device key        version 2018-10-31, device resource
 *   login with the product key       version 2018-10-31, device or product resource
 *   application API                  version 2022-05-01, user or product resource
 */
enum ol_onenet_resource_kind {
    OL_ONENET_RESOURCE_PRODUCT, /* products/{pid} */
    OL_ONENET_RESOURCE_DEVICE,  /* products/{pid}/devices/{device} */
    OL_ONENET_RESOURCE_USER,    /* userid/{uid} */
    OL_ONENET_RESOURCE_OTHER    /* any other text: projects/..., ai-registration */
};

/* The longest product or device resource: products/{32}/devices/{64}. */
#define OL_ONENET_RESOURCE_MAX 114

struct ol_onenet_resource {
    enum ol_onenet_resource_kind kind;
    struct ol_str pid;    /* PRODUCT, DEVICE */
    struct ol_str device; /* DEVICE */
    struct ol_str user;   /* USER */
};

/* Writes the resource, not percent-encoded. OL_E_NOSPC: it does not fit. OL_E_ARG: a
 * product id, device name or user id that may not stand there, or kind OTHER. */
OL_MUST int32_t ol_onenet_resource_encode(struct ol_writer *w,
                                          const struct ol_onenet_resource *resource);

/* The same for a DEVICE alone, for a program that needs no other. */
OL_MUST int32_t ol_onenet_resource_device_encode(struct ol_writer *w, struct ol_str pid,
                                                 struct ol_str device);

/* Reads a resource. Never fails: what is none of the known forms, or has an invalid name
 * in one, is OTHER. The spans point into text. */
struct ol_onenet_resource ol_onenet_resource_decode(struct ol_str text);

#endif
