/* SPDX-License-Identifier: MIT */
#include "onelink/onenet/name.h"

#include <string.h>

static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Every character is a letter, a digit or one of extra. */
static bool is_made_of(struct ol_str s, const char *extra)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (!is_alnum(c) && (c == '\0' || strchr(extra, c) == NULL)) {
            return false;
        }
    }
    return true;
}

bool ol_onenet_pid_is_valid(struct ol_str pid)
{
    return pid.len >= 1 && pid.len <= OL_ONENET_PID_MAX && is_made_of(pid, "");
}

bool ol_onenet_device_is_valid(struct ol_str device)
{
    return device.len >= 1 && device.len <= OL_ONENET_DEVICE_MAX &&
           is_made_of(device, "_-");
}

bool ol_onenet_identifier_is_valid(struct ol_str identifier)
{
    struct ol_str rest = identifier;
    if (rest.len > 0 && rest.ptr[0] == '$') {
        rest.ptr++;
        rest.len--;
    }
    return rest.len >= 1 && rest.len <= 64 && is_made_of(rest, "_");
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
