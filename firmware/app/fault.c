/* SPDX-License-Identifier: MIT */
#include "firmware/app/private.h"

#define SHOWN_MAX 64

/* Of a problem that the registry tells. */
static enum app_message message_of(const struct ol_setting_error *err)
{
    if (err->problem == OL_SETTING_CHARACTER && err->value.len == 0) {
        return MSG_FAULT_SECRET;
    }
    return (enum app_message)(MSG_FAULT_ENCODING + (int)err->problem -
                              OL_SETTING_ENCODING);
}

/* The message ends with what is allowed where the table says that. */
static bool is_of_value(enum ol_setting_problem problem)
{
    switch (problem) {
    case OL_SETTING_EMPTY:
    case OL_SETTING_NUMBER:
    case OL_SETTING_RANGE:
    case OL_SETTING_CHOICE:
    case OL_SETTING_LENGTH:
    case OL_SETTING_CHARACTER:
    case OL_SETTING_MISSING:
        return true;
    default:
        return false;
    }
}

static enum app_message allowed_of(const struct ol_setting *setting)
{
    if (setting == ol_setting_property_get(OL_PROPERTY_KEY_SOURCE)) {
        return MSG_ALLOWED_SOURCE;
    }
    if (setting == ol_setting_property_get(OL_PROPERTY_KEY_COMMAND)) {
        return MSG_ALLOWED_COMMAND;
    }
    switch ((enum ol_setting_type)setting->type) {
    case OL_SETTING_NAME:
        return MSG_ALLOWED_NAME;
    case OL_SETTING_HOST:
        return MSG_ALLOWED_HOST;
    case OL_SETTING_HOSTS:
        return MSG_ALLOWED_HOSTS;
    case OL_SETTING_INT:
        return MSG_ALLOWED_INT;
    case OL_SETTING_DURATION:
        return MSG_ALLOWED_DURATION;
    case OL_SETTING_DECIMAL:
        return MSG_ALLOWED_DECIMAL;
    case OL_SETTING_BOOL:
        return MSG_ALLOWED_BOOL;
    case OL_SETTING_SECRET:
        return MSG_ALLOWED_SECRET;
    case OL_SETTING_IPV4:
        return MSG_ALLOWED_IPV4;
    case OL_SETTING_IPV4S:
        return MSG_ALLOWED_IPV4S;
    case OL_SETTING_NETMASK:
        return MSG_ALLOWED_NETMASK;
    case OL_SETTING_MAC:
        return MSG_ALLOWED_MAC;
    case OL_SETTING_STRING:
    case OL_SETTING_FILE:
    case OL_SETTING_ENUM:
        break;
    }
    return MSG_ALLOWED_CHARS;
}

void app_allowed_put(struct app *app, const struct ol_setting *setting)
{
    if (setting->type != OL_SETTING_ENUM) {
        PUT(app, allowed_of(setting), app_count(setting->min), app_count(setting->max));
        return;
    }
    for (const char *p = setting->choices; *p; p++) {
        ol_writer_str(&app->said, *p == '|' ? OL_STR(", ") : ol_str_make(p, 1));
    }
}

static void put_nearest(struct app *app, struct ol_str key)
{
    char text[OL_SETTINGS_IDENTIFIER_MAX + 32];
    size_t prefix_len;
    const struct ol_setting *best =
        ol_setting_nearest(key, OL_SETTING_BOARD, &prefix_len);
    if (!best && ol_str_has_prefix(key, OL_STR("property."))) {
        /* show has only those that are set */
        PUT(app, MSG_ALLOWED,
            app_text("property.IDENTIFIER.type, .source, .scale, .offset, .command"));
        return;
    }
    if (!best) {
        PUT(app, MSG_SEE_SHOW);
        return;
    }
    struct ol_writer whole = ol_writer_make(text, sizeof(text));
    ol_writer_bytes(&whole, key.ptr, prefix_len);
    ol_writer_str(&whole, ol_str_from(best->name));
    struct ol_str meant = ol_str_make(text, whole.len);
    PUT(app, MSG_DID_YOU_MEAN, app_str(&meant));
}

static struct ol_str shown(struct ol_str s)
{
    return (struct ol_str){s.ptr, s.len < SHOWN_MAX ? s.len : SHOWN_MAX};
}

void app_fault_put(struct app *app, const struct app_fault *fault)
{
    const struct ol_setting_error *err = &fault->err;
    if (err->key.len > 0) {
        ol_writer_str(&app->said, shown(err->key));
        PUT(app, MSG_COLON);
    }
    if (err->problem == OL_SETTING_REASON) {
        PUT(app, fault->reason, app_count(fault->number));
        if (fault->allowed != MSG_OK) {
            PUT(app, MSG_ALLOWED, app_sub(fault->allowed));
        }
        return;
    }
    struct ol_str value = shown(err->value);
    PUT(app, message_of(err),
        err->other                              ? app_text(err->other->name)
        : err->problem == OL_SETTING_PROPERTIES ? app_count(APP_PROPERTY_MAX)
                                                : app_str(&value));
    if (err->problem == OL_SETTING_UNKNOWN) {
        put_nearest(app, err->key);
    }
    if (err->setting && is_of_value(err->problem)) {
        PUT(app, MSG_ALLOWED);
        app_allowed_put(app, err->setting);
    }
}

void app_fault_log(struct app *app, const struct app_fault *fault, bool is_stored)
{
    app_line_log_begin(app);
    if (is_stored) {
        PUT(app, MSG_LINE_OF, app_count(fault->err.line));
    }
    app_fault_put(app, fault);
    if (is_stored) {
        PUT(app, MSG_DEFAULT_USED);
    }
    app_line_log(app, OL_LOG_WARN);
}
