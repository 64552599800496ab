/* SPDX-License-Identifier: MIT */
#include "onelink/onenet/token.h"

const struct ol_onenet_method *ol_onenet_method_find(struct ol_str name)
{
    const struct ol_onenet_method *const all[] = {&ol_onenet_md5, &ol_onenet_sha1,
                                                  &ol_onenet_sha256};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (ol_str_equal(all[i]->name, name)) {
            return all[i];
        }
    }
    return NULL;
}
