/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_API_TOKEN_H
#define PLATFORM_API_TOKEN_H

#include <stdbool.h>

#include "onelink/onenet/name.h"
#include "platform/api/backend.h"

/* Who asks, by the token in the authorization header: docs/protocol.md §2.2. */
enum ol_api_right {
    OL_API_NOBODY,  /* no token, or one that does not hold */
    OL_API_USER,    /* everything */
    OL_API_PRODUCT, /* everything of one product */
    OL_API_DEVICE   /* reading of one device */
};

struct ol_api_who {
    enum ol_api_right right;
    bool resource; /* NOBODY: the token is sound, but its res is not one of ours */
    size_t product_len;
    size_t device_len;
    char product[OL_ONENET_PID_MAX];
    char device[OL_ONENET_DEVICE_MAX];
};

/* Judges the header's text. */
struct ol_api_who ol_api_token_check(const struct ol_api_backend *backend,
                                     struct ol_str token);

/* May who read, or change, things of that product and device (empty: of all devices)? */
bool ol_api_may_read(const struct ol_api_who *who, struct ol_str product,
                     struct ol_str device);
bool ol_api_may_write(const struct ol_api_who *who, struct ol_str product);

#endif
