/* SPDX-License-Identifier: MIT */
#include "onelink/onenet/token.h"

const struct ol_onenet_method ol_onenet_sha1 = {
    .name = OL_STR_INIT("sha1"),
    .hash = &br_sha1_vtable,
};
