/* SPDX-License-Identifier: MIT */
#include "onelink/onenet/token.h"

const struct ol_onenet_method ol_onenet_md5 = {
    .name = OL_STR_INIT("md5"),
    .hash = &br_md5_vtable,
};
