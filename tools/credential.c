/* SPDX-License-Identifier: MIT */
#include "tools/credential.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "onelink/onenet/resource.h"
#include "onelink/onenet/token.h"
#include "tools/why.h"

#define TOKEN_MAX 1024 /* bytes that ol_onenet_token_decode takes */

struct credential {
    enum ol_setting_key inline_key;
    enum ol_setting_key file_key;
    enum ol_agent_key kind;
};

static const struct credential credentials[] = {
    {OL_SETTING_KEY_DEVICE_KEY, OL_SETTING_KEY_DEVICE_KEY_FILE, OL_AGENT_KEY_DEVICE},
    {OL_SETTING_KEY_PRODUCT_KEY, OL_SETTING_KEY_PRODUCT_KEY_FILE, OL_AGENT_KEY_PRODUCT},
    {OL_SETTING_KEY_TOKEN, OL_SETTING_KEY_TOKEN_FILE, OL_AGENT_KEY_TOKEN},
};

/* --- tokens ------------------------------------------------------------------------- */

/* "2026-11-24 05:40:01 UTC" */
static void put_time(char *out, size_t cap, int64_t unix_s)
{
    time_t at = (time_t)unix_s;
    struct tm tm;
    if (!gmtime_r(&at, &tm) || strftime(out, cap, "%Y-%m-%d %H:%M:%S UTC", &tm) == 0) {
        snprintf(out, cap, "a time out of reach");
    }
}

static bool check_expiry(const struct ol_onenet_token_parts *token, int64_t now_s,
                         char *why, size_t cap)
{
    char expiry[64], now[64];
    enum ol_onenet_token_error error = ol_onenet_token_check(token, now_s);
    if (error == OL_ONENET_TOKEN_OK) {
        return true;
    }
    if (error != OL_ONENET_TOKEN_EXPIRED) {
        return cli_fail(why, cap, "%s", ol_onenet_token_error_str(error));
    }
    put_time(expiry, sizeof(expiry), token->et);
    put_time(now, sizeof(now), now_s);
    return cli_fail(
        why, cap,
        "this token expired at %s (this machine's clock says %s); give a new one", expiry,
        now);
}

static bool check_resource(struct ol_str res, struct ol_str product_id,
                           struct ol_str device_name, char *why, size_t cap)
{
    struct ol_onenet_resource r = ol_onenet_resource_decode(res);
    bool device = r.kind == OL_ONENET_RESOURCE_DEVICE;
    if (!device && r.kind != OL_ONENET_RESOURCE_PRODUCT) {
        return cli_fail(why, cap,
                        "this token is for %.*s; a device needs one for "
                        "products/%.*s/devices/%.*s or products/%.*s",
                        (int)res.len, res.ptr, (int)product_id.len, product_id.ptr,
                        (int)device_name.len, device_name.ptr, (int)product_id.len,
                        product_id.ptr);
    }
    if (!ol_str_equal(r.pid, product_id)) {
        return cli_fail(why, cap,
                        "this token is for products/%.*s, not for product_id %.*s",
                        (int)r.pid.len, r.pid.ptr, (int)product_id.len, product_id.ptr);
    }
    if (device && !ol_str_equal(r.device, device_name)) {
        return cli_fail(
            why, cap, "this token is for devices/%.*s, not for device_name %.*s",
            (int)r.device.len, r.device.ptr, (int)device_name.len, device_name.ptr);
    }
    return true;
}

bool cli_token_check(struct ol_str token, struct ol_str product_id,
                     struct ol_str device_name, int64_t now_s, char *why, size_t cap)
{
    char text[TOKEN_MAX];
    struct ol_onenet_token_parts parts;
    enum ol_onenet_token_error error =
        ol_onenet_token_decode(token, text, sizeof(text), &parts);
    bool ok = error == OL_ONENET_TOKEN_OK;
    if (!ok) {
        cli_fail(why, cap, "%s", ol_onenet_token_error_str(error));
    }
    ok = ok && check_expiry(&parts, now_s, why, cap) &&
         check_resource(parts.res, product_id, device_name, why, cap);
    cli_secret_wipe(text, sizeof(text));
    return ok;
}

/* --- settings ----------------------------------------------------------------------- */

static void check_token(const struct ol_settings *s, enum ol_setting_key key,
                        struct ol_str text, int64_t now_s, struct cli_faults *faults)
{
    char why[1400];
    if (!ol_settings_is_set(s, OL_SETTING_KEY_PRODUCT_ID) ||
        !ol_settings_is_set(s, OL_SETTING_KEY_DEVICE_NAME)) {
        return; /* a fault of its own, which also hides what the token should be for */
    }
    if (!cli_token_check(text, ol_settings_text(s, OL_SETTING_KEY_PRODUCT_ID),
                         ol_settings_text(s, OL_SETTING_KEY_DEVICE_NAME), now_s, why,
                         sizeof(why))) {
        cli_fault_tell_reason(faults, s, key, why, "");
    }
}

static void check_key(const struct ol_settings *s, enum ol_setting_key key,
                      struct ol_str text, struct cli_faults *faults)
{
    char why[256];
    size_t at = 0;
    enum ol_onenet_token_error error = ol_onenet_key_check(text, &at);
    if (error == OL_ONENET_TOKEN_OK) {
        return;
    }
    if (error == OL_ONENET_TOKEN_KEY_CHAR) {
        snprintf(why, sizeof(why), "%s, at character %zu",
                 ol_onenet_token_error_str(error), at + 1);
    } else {
        snprintf(why, sizeof(why), "%s", ol_onenet_token_error_str(error));
    }
    cli_fault_tell_reason(faults, s, key, why,
                          "the key in base64, as the console shows it");
}

static bool read_file(const struct ol_settings *s, enum ol_setting_key key,
                      struct cli_secret *secret, struct cli_faults *faults)
{
    char why[1400], path[1025];
    struct ol_str text = ol_settings_text(s, key);
    memcpy(path, text.ptr, text.len); /* at most 1024 bytes, none of them NUL */
    path[text.len] = '\0';
    if (cli_secret_read(path, secret, why, sizeof(why))) {
        return true;
    }
    cli_fault_tell_reason(faults, s, key, why, "");
    return false;
}

static const struct credential *find(const struct ol_settings *s)
{
    for (size_t i = 0; i < sizeof(credentials) / sizeof(credentials[0]); i++) {
        if (ol_settings_is_set(s, credentials[i].inline_key) ||
            ol_settings_is_set(s, credentials[i].file_key)) {
            return &credentials[i];
        }
    }
    return NULL;
}

void cli_credential_load(const struct ol_settings *settings, struct cli_secret *secret,
                         int64_t now_s, struct ol_agent_config *out,
                         struct cli_faults *faults)
{
    const struct credential *c = find(settings);
    if (!c) {
        return;
    }
    enum ol_setting_key key = c->inline_key;
    struct ol_str text = ol_settings_text(settings, key);
    if (ol_settings_is_set(settings, c->file_key)) {
        key = c->file_key;
        if (!read_file(settings, key, secret, faults)) {
            return;
        }
        text = ol_str_make(secret->text, secret->len);
    }
    out->key = text;
    out->key_kind = c->kind;
    if (c->kind == OL_AGENT_KEY_TOKEN) {
        check_token(settings, key, text, now_s, faults);
    } else {
        check_key(settings, key, text, faults);
    }
}
