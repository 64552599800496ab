/* SPDX-License-Identifier: MIT */
/* A login token by HMAC-SHA1.
 * m0-sources: onelink/base onelink/onenet/name.c onelink/onenet/resource.c onelink/onenet/token.c onelink/onenet/token_sign.c onelink/onenet/token_key.c onelink/onenet/method_sha1.c
 * m0-bearssl: hash/sha1.c codec/dec32be.c codec/enc32be.c */
#include "token_image.h"

int main(void)
{
    return measure_token("token by sha1", &ol_onenet_sha1,
                         OL_STR("version=2018-10-31"
                                "&res=products%2FwZ8s7Fk1Qd%2Fdevices%2Fdevice01"
                                "&et=2524579200&method=sha1"
                                "&sign=rdjlXH0WeFhTUxrYMfFxduTXzKI%3D"));
}
