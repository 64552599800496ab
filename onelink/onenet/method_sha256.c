/* SPDX-License-Identifier: MIT */
#include "onelink/onenet/token.h"

const struct ol_onenet_method ol_onenet_sha256 = {
    .name = OL_STR_INIT("sha256"),
    .hash = &br_sha256_vtable,
};
