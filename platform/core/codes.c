/* SPDX-License-Identifier: MIT */
#include "platform/core/codes.h"

#include <stddef.h>

const struct ol_str ol_code_set_failed = OL_STR_INIT("属性设置失败:");
const struct ol_str ol_code_get_failed = OL_STR_INIT("属性查询失败:");
const struct ol_str ol_code_no_answer = OL_STR_INIT("设备响应超时");

const struct ol_str ol_code_set_rate =
    OL_STR_INIT("属性设置失败:more than 1 property/set a second");
const struct ol_str ol_code_call_length =
    OL_STR_INIT("属性设置失败:more than 20 KB in a set or get");

/* The last entry is for all other codes. */
static const struct ol_code_entry entries[] = {
    {OL_CODE_NO_SUBSCRIPTION, OL_STR_INIT("subscription not exist"), false, false},
    {OL_CODE_REPLY_LATE, OL_STR_INIT("replied but timeout"), false, false},
    {OL_CODE_REPLY_INVALID, OL_STR_INIT("invalid id field or JSON in the reply"), false,
     true},
    {OL_CODE_REPLY_UNKNOWN, OL_STR_INIT("id not found"), false, false},
    {OL_CODE_LOGIN_ARGUMENT, OL_STR_INIT("invalid argument"), false, false},
    {OL_CODE_LOGIN_NO_KEY, OL_STR_INIT("seckey not found"), false, false},
    {OL_CODE_LOGIN_NO_DEVICE, OL_STR_INIT("device not found"), false, false},
    {OL_CODE_LOGIN_INTERNAL, OL_STR_INIT("internal error"), false, true},
    {OL_CODE_LOGIN_MISMATCH, OL_STR_INIT("argument not match with token"), false, false},
    {OL_CODE_OFFLINE, OL_STR_INIT("abnormal offline"), false, false},
    {OL_CODE_NO_MODEL, OL_STR_INIT("thing model not exist"), true, true},
    {OL_CODE_API_PARAMETER, OL_STR_INIT("parameter error"), false, true},
    {OL_CODE_API_SET_FAILED, OL_STR_INIT("属性设置失败"), false, false},
    {OL_CODE_API_NO_MODEL, OL_STR_INIT("产品物模型未找到"), false, false},
    {OL_CODE_API_NOT_ONLINE, OL_STR_INIT("device not online"), false, true},
    {OL_CODE_API_INTERNAL, OL_STR_INIT("internal error"), false, true},
    {OL_CODE_NONE, {NULL, 0}, false, false},
};

const struct ol_code_entry *ol_code_find(int32_t code)
{
    const struct ol_code_entry *e = entries;
    while (e->code != code && e->code != OL_CODE_NONE) {
        e++;
    }
    return e;
}
