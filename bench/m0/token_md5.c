/* SPDX-License-Identifier: MIT */
/* A login token by HMAC-MD5.
 * m0-sources: onelink/base onelink/onenet/name.c onelink/onenet/resource.c onelink/onenet/token.c onelink/onenet/token_sign.c onelink/onenet/token_key.c onelink/onenet/method_md5.c
 * m0-bearssl: hash/md5.c codec/dec32le.c codec/enc32le.c */
#include "token_image.h"

int main(void)
{
    return measure_token("token by md5", &ol_onenet_md5,
                         OL_STR("version=2018-10-31"
                                "&res=products%2FwZ8s7Fk1Qd%2Fdevices%2Fdevice01"
                                "&et=2524579200&method=md5"
                                "&sign=UhUhJe4cncKyQXDxRBh0Hw%3D%3D"));
}
