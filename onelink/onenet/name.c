/* SPDX-License-Identifier: MIT */
#include "onelink/onenet/name.h"

static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* 1 to max characters, each a letter, a digit, or one of the two others (which may be
 * equal to a digit, for none). */
static bool is_name(struct ol_str s, size_t max, char other, char another)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (!is_alnum(c) && c != other && c != another) {
            return false;
        }
    }
    return s.len >= 1 && s.len <= max;
}

bool ol_onenet_pid_is_valid(struct ol_str pid)
{
    return is_name(pid, OL_ONENET_PID_MAX, '0', '0');
}

bool ol_onenet_device_is_valid(struct ol_str device)
{
    return is_name(device, OL_ONENET_DEVICE_MAX, '_', '-');
}

bool ol_onenet_identifier_is_valid(struct ol_str identifier)
{
    struct ol_str rest = identifier;
    if (rest.len > 0 && rest.ptr[0] == '$') {
        rest.ptr++;
        rest.len--;
    }
    return is_name(rest, 64, '_', '_');
}

struct ol_str ol_onenet_client_device(struct ol_str client_id)
{
    struct ol_str device = client_id;
    for (size_t i = 0; i < client_id.len; i++) {
        if (client_id.ptr[i] == '?') {
            device.len = i;
            break;
        }
    }
    return device;
}
