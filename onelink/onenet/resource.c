/* SPDX-License-Identifier: MIT */
#include "onelink/onenet/resource.h"

#include "onelink/onenet/name.h"

static const struct ol_str products = OL_STR_INIT("products/");
static const struct ol_str devices = OL_STR_INIT("/devices/");
static const struct ol_str userid = OL_STR_INIT("userid/");

/* A user id is a number in every example; any text that needs no escaping will do. */
static bool user_is_valid(struct ol_str user)
{
    return ol_onenet_device_is_valid(user);
}

static bool is_valid(const struct ol_onenet_resource *resource)
{
    switch (resource->kind) {
    case OL_ONENET_RESOURCE_PRODUCT:
        return ol_onenet_pid_is_valid(resource->pid);
    case OL_ONENET_RESOURCE_DEVICE:
        return ol_onenet_pid_is_valid(resource->pid) &&
               ol_onenet_device_is_valid(resource->device);
    case OL_ONENET_RESOURCE_USER:
        return user_is_valid(resource->user);
    default:
        return false;
    }
}

int32_t ol_onenet_resource_device_encode(struct ol_writer *w, struct ol_str pid,
                                         struct ol_str device)
{
    if (!ol_onenet_pid_is_valid(pid) || !ol_onenet_device_is_valid(device)) {
        return OL_E_ARG;
    }
    ol_writer_str(w, products);
    ol_writer_str(w, pid);
    ol_writer_str(w, devices);
    ol_writer_str(w, device);
    return ol_writer_status(w);
}

int32_t ol_onenet_resource_encode(struct ol_writer *w,
                                  const struct ol_onenet_resource *resource)
{
    if (!is_valid(resource)) {
        return OL_E_ARG;
    }
    switch (resource->kind) {
    case OL_ONENET_RESOURCE_DEVICE:
        return ol_onenet_resource_device_encode(w, resource->pid, resource->device);
    case OL_ONENET_RESOURCE_PRODUCT:
        ol_writer_str(w, products);
        ol_writer_str(w, resource->pid);
        break;
    default:
        ol_writer_str(w, userid);
        ol_writer_str(w, resource->user);
        break;
    }
    return ol_writer_status(w);
}

/* Takes prefix off *s where it stands there. */
static bool take(struct ol_str *s, struct ol_str prefix)
{
    if (!ol_str_has_prefix(*s, prefix)) {
        return false;
    }
    *s = ol_str_make(s->ptr + prefix.len, s->len - prefix.len);
    return true;
}

static struct ol_str take_level(struct ol_str *s)
{
    size_t n = 0;
    while (n < s->len && s->ptr[n] != '/') {
        n++;
    }
    struct ol_str level = ol_str_make(s->ptr, n);
    *s = ol_str_make(s->ptr + n, s->len - n);
    return level;
}

struct ol_onenet_resource ol_onenet_resource_decode(struct ol_str text)
{
    struct ol_onenet_resource out = {.kind = OL_ONENET_RESOURCE_OTHER};
    if (take(&text, userid)) {
        out.user = text;
        out.kind = OL_ONENET_RESOURCE_USER;
    } else if (take(&text, products)) {
        out.pid = take_level(&text);
        out.kind = OL_ONENET_RESOURCE_PRODUCT;
        if (take(&text, devices)) {
            out.device = text;
            out.kind = OL_ONENET_RESOURCE_DEVICE;
        } else if (text.len > 0) {
            out.kind = OL_ONENET_RESOURCE_OTHER;
        }
    }
    if (!is_valid(&out)) {
        out = (struct ol_onenet_resource){.kind = OL_ONENET_RESOURCE_OTHER};
    }
    return out;
}
