/* SPDX-License-Identifier: MIT */
#include "tools/device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ports/posix/entropy.h"

#define CONFIG_FILE_MAX (1u << 20)

/* --- messages ----------------------------------------------------------------------- */

static bool print_error(const struct cli_device *d, const struct ol_setting_error *err)
{
    char text[2048];
    struct ol_writer w = ol_writer_make(text, sizeof(text) - 1);
    ol_setting_error_encode(&w, ol_str_from(d->config_path), err);
    text[w.len] = '\0';
    fprintf(stderr, "%s\n", text);
    return false;
}

/* An error about one setting of one property. */
static bool print_property_error(const struct cli_device *d, struct ol_str identifier,
                                 struct ol_setting_error *err)
{
    char key[160];
    snprintf(key, sizeof(key), "property.%.*s%s%s", (int)identifier.len, identifier.ptr,
             err->setting ? "." : "", err->setting ? err->setting->name : "");
    err->key = ol_str_from(key);
    return print_error(d, err);
}

static bool print_reason(const struct cli_device *d, enum ol_setting_key key,
                         const char *reason, const char *allowed)
{
    struct ol_setting_error err = {.problem = OL_SETTING_REASON,
                                   .line = d->settings.value[key].line,
                                   .setting = ol_setting_get(key),
                                   .key = ol_str_from(ol_setting_get(key)->name),
                                   .reason = reason,
                                   .allowed = allowed};
    return print_error(d, &err);
}

/* --- settings file ------------------------------------------------------------------ */

static bool check_privacy(const struct cli_device *d)
{
    static const enum ol_setting_key secrets[] = {
        OL_SETTING_KEY_DEVICE_KEY, OL_SETTING_KEY_PRODUCT_KEY, OL_SETTING_KEY_TOKEN};
    char reason[160];
    for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
        if (ol_settings_is_set(&d->settings, secrets[i]) && (d->config.mode & 077) != 0) {
            snprintf(reason, sizeof(reason),
                     "is a secret in a file that is open to other users (mode %03o)",
                     d->config.mode);
            return print_reason(d, secrets[i], reason,
                                "after chmod 600 of this file, or in a file of its own");
        }
    }
    return true;
}

static bool load_settings(struct cli_device *d)
{
    char why[512];
    struct ol_setting_error err;
    if (!cli_file_read(d->config_path, CONFIG_FILE_MAX, &d->config, why, sizeof(why))) {
        fprintf(stderr, "onelink run: %s\n", why);
        return false;
    }
    ol_settings_init(&d->settings, d->table, CLI_PROPERTY_MAX);
    struct ol_str text = ol_str_make(d->config.data, d->config.len);
    if (ol_settings_input(&d->settings, text, &err) != OL_OK ||
        ol_settings_check(&d->settings, &err) != OL_OK) {
        return print_error(d, &err);
    }
    d->log.level =
        (enum ol_log_level)ol_settings_number(&d->settings, OL_SETTING_KEY_LOG_LEVEL);
    return check_privacy(d);
}

/* A path setting as a C string; the text has no NUL in it. */
static void path_of(const struct cli_device *d, enum ol_setting_key key, char out[1025])
{
    struct ol_str path = ol_settings_text(&d->settings, key);
    memcpy(out, path.ptr, path.len);
    out[path.len] = '\0';
}

/* --- key ---------------------------------------------------------------------------- */

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

static bool check_key(const struct cli_device *d, enum ol_setting_key key,
                      struct ol_str text)
{
    char reason[256];
    size_t at = 0;
    enum ol_onenet_token_error error = ol_onenet_key_check(text, &at);
    if (error == OL_ONENET_TOKEN_OK) {
        return true;
    }
    if (error == OL_ONENET_TOKEN_KEY_CHAR) {
        snprintf(reason, sizeof(reason), "%s, at character %zu",
                 ol_onenet_token_error_str(error), at + 1);
    } else {
        snprintf(reason, sizeof(reason), "%s", ol_onenet_token_error_str(error));
    }
    return print_reason(d, key, reason, "the key in base64, as the console shows it");
}

/* The key or token of the settings, or of the file that they name. */
static bool load_key(struct cli_device *d)
{
    char why[512], path[1025];
    for (size_t i = 0; i < sizeof(credentials) / sizeof(credentials[0]); i++) {
        const struct credential *c = &credentials[i];
        enum ol_setting_key key = c->inline_key;
        struct ol_str text = ol_settings_text(&d->settings, key);
        if (ol_settings_is_set(&d->settings, c->file_key)) {
            key = c->file_key;
            path_of(d, key, path);
            if (!cli_secret_read(path, &d->secret, why, sizeof(why))) {
                return print_reason(d, key, why, NULL);
            }
            text = ol_str_make(d->secret.text, d->secret.len);
        } else if (!ol_settings_is_set(&d->settings, key)) {
            continue;
        }
        d->agent_config.key = text;
        d->agent_config.key_kind = c->kind;
        return c->kind == OL_AGENT_KEY_TOKEN || check_key(d, key, text);
    }
    return false; /* ol_settings_check has found exactly one */
}

/* --- model and properties ----------------------------------------------------------- */

/* Settings of a property that the model does not have, or has otherwise. */
static bool check_property(const struct cli_device *d,
                           const struct ol_settings_property *p)
{
    struct ol_setting_error err = {.problem = OL_SETTING_REASON};
    int32_t index = ol_onenet_property_find(&d->model.model, p->identifier);
    for (int i = 0; i < OL_PROPERTY_KEY_COUNT && err.line == 0; i++) {
        err.line = p->value[i].line;
    }
    if (index < 0) {
        err.reason = "the model has no such property";
        err.allowed = "an identifier of the model, spelled as there";
        return print_property_error(d, p->identifier, &err);
    }
    if (p->value[OL_PROPERTY_KEY_TYPE].line > 0) {
        err.setting = ol_setting_property_get(OL_PROPERTY_KEY_TYPE);
        err.line = p->value[OL_PROPERTY_KEY_TYPE].line;
        err.reason = "the type stands in the model";
        err.allowed = "a type where there is no model";
        return print_property_error(d, p->identifier, &err);
    }
    if (p->value[OL_PROPERTY_KEY_COMMAND].line > 0 &&
        !d->model.model.fields[index].writable) {
        err.setting = ol_setting_property_get(OL_PROPERTY_KEY_COMMAND);
        err.line = p->value[OL_PROPERTY_KEY_COMMAND].line;
        err.reason = "the model does not let this property be set";
        err.allowed = "a property with accessMode rw";
        return print_property_error(d, p->identifier, &err);
    }
    return true;
}

static bool load_model(struct cli_device *d)
{
    char path[1025], why[1400];
    struct ol_setting_error err;
    if (!ol_settings_is_set(&d->settings, OL_SETTING_KEY_MODEL)) {
        return cli_model_make(&d->settings, &d->model, &err) ||
               print_property_error(d, err.key, &err);
    }
    path_of(d, OL_SETTING_KEY_MODEL, path);
    if (!cli_model_load(path, &d->model, why, sizeof(why))) {
        return print_reason(d, OL_SETTING_KEY_MODEL, why,
                            "the thing model as the console exports it");
    }
    for (uint16_t i = 0; i < d->settings.property_count; i++) {
        if (!check_property(d, &d->settings.properties[i])) {
            return false;
        }
    }
    struct ol_str pid = d->model.model.product_id;
    if (pid.len > 0 &&
        !ol_str_equal(pid, ol_settings_text(&d->settings, OL_SETTING_KEY_PRODUCT_ID))) {
        cli_log_line(&d->log, OL_LOG_WARN,
                     "the model is of product %.*s, not of this one", (int)pid.len,
                     pid.ptr);
    }
    return true;
}

static void note_use(struct cli_device *d, uint16_t index)
{
    const struct cli_property *p = &d->properties[index];
    bool writable = d->model.model.fields[index].writable;
    d->uses_stdin = d->uses_stdin || p->source.kind == CLI_SOURCE_STDIO;
    d->uses_stdout =
        d->uses_stdout || (writable && p->command.kind == CLI_COMMAND_STDOUT);
    d->has_own_sources = d->has_own_sources || p->source.kind == CLI_SOURCE_FILE ||
                         p->source.kind == CLI_SOURCE_SIM;
    d->has_commands = d->has_commands || writable;
}

static bool load_properties(struct cli_device *d)
{
    struct ol_setting_error err;
    for (uint16_t i = 0; i < d->settings.property_count; i++) {
        const struct ol_settings_property *s = &d->settings.properties[i];
        int32_t index = ol_onenet_property_find(&d->model.model, s->identifier);
        struct cli_property *p = &d->properties[index];
        if (!cli_source_init(&p->source, s, &err) ||
            !cli_command_init(&p->command, s, &err)) {
            return print_property_error(d, s->identifier, &err);
        }
    }
    for (uint16_t i = 0; i < d->model.model.property_count; i++) {
        note_use(d, i);
    }
    if (!d->uses_stdin && !d->has_own_sources && !d->has_commands) {
        fprintf(stderr,
                "%s: no property has a source and none can be set, so there is nothing "
                "to do; "
                "allowed: property.IDENTIFIER.source = ...\n",
                d->config_path);
        return false;
    }
    return true;
}

/* --- agent -------------------------------------------------------------------------- */

static void set_time_servers(struct cli_device *d)
{
    struct ol_str text = ol_settings_text(&d->settings, OL_SETTING_KEY_NTP);
    size_t count = 0;
    while (text.len > 0 && count < OL_AGENT_NTP_MAX) {
        size_t from = 0, to = 0;
        while (from < text.len && (text.ptr[from] == ' ' || text.ptr[from] == '\t')) {
            from++;
        }
        for (to = from; to < text.len && !strchr(", \t", text.ptr[to]); to++) {
        }
        d->agent_config.ntp[count++] = ol_str_make(text.ptr + from, to - from);
        while (to < text.len && strchr(", \t", text.ptr[to])) {
            to++;
        }
        text.ptr += to;
        text.len -= to;
    }
}

static const struct ol_onenet_method *method_of(const struct cli_device *d)
{
    switch ((enum ol_setting_method)ol_settings_number(&d->settings,
                                                       OL_SETTING_KEY_TOKEN_METHOD)) {
    case OL_SETTING_METHOD_MD5:
        return &ol_onenet_md5;
    case OL_SETTING_METHOD_SHA1:
        return &ol_onenet_sha1;
    case OL_SETTING_METHOD_SHA256:
        break;
    }
    return &ol_onenet_sha256;
}

static void set_links(struct cli_device *d)
{
    ol_posix_stream_init(&d->stream);
    ol_posix_datagram_init(&d->datagram);
    ol_posix_netif_init(&d->netif);
    d->agent_config.stream = ol_posix_stream_link(&d->stream);
    d->agent_config.datagram = ol_posix_datagram_link(&d->datagram);
    d->agent_config.netif = ol_posix_netif_link(&d->netif);
    d->agent_config.entropy = ol_posix_entropy();
}

static bool init_agent(struct cli_device *d)
{
    struct ol_agent_config *c = &d->agent_config;
    const struct ol_settings *s = &d->settings;
    enum ol_agent_error error = OL_AGENT_ERROR_NONE;
    c->product_id = ol_settings_text(s, OL_SETTING_KEY_PRODUCT_ID);
    c->device_name = ol_settings_text(s, OL_SETTING_KEY_DEVICE_NAME);
    c->method = method_of(d);
    c->token_days =
        (uint16_t)((ol_settings_number(s, OL_SETTING_KEY_TOKEN_LIFE) + 86399) / 86400);
    c->host = ol_settings_text(s, OL_SETTING_KEY_HOST);
    c->port = (uint16_t)ol_settings_number(s, OL_SETTING_KEY_PORT);
    c->keepalive_s = (uint16_t)ol_settings_number(s, OL_SETTING_KEY_KEEPALIVE_S);
    c->model = &d->model.model;
    c->slots = d->slots;
    c->slot_count = CLI_PROPERTY_MAX;
    c->rx = d->rx;
    c->rx_cap = sizeof(d->rx);
    c->tx = d->tx;
    c->tx_cap = sizeof(d->tx);
    c->queue_cap = (size_t)ol_settings_number(s, OL_SETTING_KEY_QUEUE_KB) * 1024;
    c->queue = malloc(c->queue_cap);
    c->scratch = &d->scratch;
    set_time_servers(d);
    set_links(d);
    if (!c->queue) {
        return print_reason(d, OL_SETTING_KEY_QUEUE_KB, "there is not so much memory",
                            NULL);
    }
    if (ol_agent_init(&d->agent, c, &error) != OL_OK) {
        fprintf(stderr, "%s: %s\n", d->config_path, ol_agent_error_str(error));
        return false;
    }
    return true;
}

static bool set_policies(struct cli_device *d)
{
    for (uint16_t i = 0; i < d->model.model.property_count; i++) {
        bool keep = d->properties[i].command.kind == CLI_COMMAND_KEEP;
        if (ol_agent_set_policy(&d->agent, i, keep ? OL_AGENT_KEEP : OL_AGENT_ASK) !=
            OL_OK) {
            return false;
        }
    }
    return true;
}

bool cli_device_init(struct cli_device *d, const char *config_path)
{
    cli_log_init(&d->log);
    d->config_path = config_path;
    return load_settings(d) && load_key(d) && load_model(d) && load_properties(d) &&
           init_agent(d) && set_policies(d);
}

void cli_device_free(struct cli_device *d)
{
    if (d->agent_config.queue) {
        ol_posix_stream_reset(&d->stream);
        d->agent_config.datagram.ops->close(d->agent_config.datagram.ctx);
    }
    free(d->agent_config.queue);
    cli_model_free(&d->model);
    cli_file_free(&d->config);
    cli_secret_wipe(d, sizeof(*d));
}
