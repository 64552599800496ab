/* SPDX-License-Identifier: MIT */
#include "tools/device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ports/posix/clock.h"
#include "ports/posix/entropy.h"
#include "tools/credential.h"

#define CONFIG_FILE_MAX (1u << 20)

/* --- settings file ------------------------------------------------------------------ */

static void check_privacy(struct cli_device *d)
{
    static const enum ol_setting_key secrets[] = {
        OL_SETTING_KEY_DEVICE_KEY, OL_SETTING_KEY_PRODUCT_KEY, OL_SETTING_KEY_TOKEN};
    char reason[1200];
    for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
        if (ol_settings_is_set(&d->settings, secrets[i]) && (d->config.mode & 077) != 0) {
            snprintf(
                reason, sizeof(reason),
                "is a secret in a file that is open to other users (mode %03o); run: "
                "chmod 600 %s",
                d->config.mode, d->faults.path);
            cli_fault_tell_reason(&d->faults, &d->settings, secrets[i], reason, "");
        }
    }
}

/* Every wrong line; where there is none, also what is missing. */
static void load_settings(struct cli_device *d)
{
    struct ol_setting_error err;
    struct ol_settings_cursor cursor = {0};
    uint8_t next = 0;
    struct ol_str text = ol_str_make(d->config.data, d->config.len);
    ol_settings_init(&d->settings, d->table, CLI_PROPERTY_MAX);
    d->settings.where = OL_SETTING_LINUX;
    while (ol_settings_input_next(&d->settings, text, &cursor, &err) != OL_OK) {
        cli_fault_tell(&d->faults, &err);
    }
    if (d->faults.count == 0) {
        while (ol_settings_check_next(&d->settings, &next, &err) != OL_OK) {
            cli_fault_tell(&d->faults, &err);
        }
    } else {
        d->has_wrong_lines = true;
    }
    d->log.level =
        (enum ol_log_level)ol_settings_number(&d->settings, OL_SETTING_KEY_LOG_LEVEL);
    check_privacy(d);
}

/* --- model and properties ----------------------------------------------------------- */

/* "temp, humi, led": the identifiers of a model, when they are few. */
static const char *list_properties(const struct ol_onenet_model *model, char *out,
                                   size_t cap)
{
    struct ol_writer w = ol_writer_make(out, cap - 1);
    for (uint16_t i = 0; i < model->property_count; i++) {
        ol_writer_str(&w, i > 0 ? OL_STR(", ") : OL_STR(""));
        ol_writer_str(&w, model->fields[i].identifier);
    }
    if (ol_writer_status(&w) != OL_OK || w.len == 0) {
        return "an identifier of the model, spelled as there";
    }
    out[w.len] = '\0';
    return out;
}

static void tell_unknown(struct cli_device *d, const struct ol_settings_property *p)
{
    char reason[160], allowed[200];
    struct ol_setting_error err = {.problem = OL_SETTING_REASON, .reason = reason};
    struct ol_str hint = cli_model_nearest(&d->model.model, p->identifier);
    for (int i = 0; i < OL_PROPERTY_KEY_COUNT; i++) {
        uint16_t line = p->value[i].line;
        err.line = err.line == 0 || (line > 0 && line < err.line) ? line : err.line;
    }
    snprintf(reason, sizeof(reason), "the model has no such property%s%.*s%s",
             hint.len > 0 ? ", did you mean " : "", (int)hint.len, hint.ptr,
             hint.len > 0 ? "?" : "");
    err.allowed =
        hint.len > 0 ? "" : list_properties(&d->model.model, allowed, sizeof(allowed));
    cli_fault_tell_property(&d->faults, p->identifier, &err);
}

static void tell_misplaced(struct cli_device *d, const struct ol_settings_property *p,
                           enum ol_property_key key, const char *reason,
                           const char *allowed)
{
    struct ol_setting_error err = {.problem = OL_SETTING_REASON,
                                   .setting = ol_setting_property_get(key),
                                   .line = p->value[key].line,
                                   .reason = reason,
                                   .allowed = allowed};
    cli_fault_tell_property(&d->faults, p->identifier, &err);
}

/* Settings of a property that the model does not have, or has otherwise. */
static void check_property(struct cli_device *d, const struct ol_settings_property *p)
{
    int32_t index = ol_onenet_property_find(&d->model.model, p->identifier);
    if (index < 0) {
        tell_unknown(d, p);
        return;
    }
    if (p->value[OL_PROPERTY_KEY_TYPE].line > 0) {
        tell_misplaced(d, p, OL_PROPERTY_KEY_TYPE, "the type stands in the model",
                       "a type where there is no model");
    }
    if (p->value[OL_PROPERTY_KEY_COMMAND].line > 0 &&
        !d->model.model.fields[index].writable) {
        tell_misplaced(d, p, OL_PROPERTY_KEY_COMMAND,
                       "the model does not let this property be set",
                       "a property with accessMode rw");
    }
}

static bool load_model_file(struct cli_device *d)
{
    char path[1025], why[1400];
    struct ol_str file = ol_settings_text(&d->settings, OL_SETTING_KEY_MODEL);
    memcpy(path, file.ptr, file.len); /* at most 1024 bytes, none of them NUL */
    path[file.len] = '\0';
    if (!cli_model_load(path, &d->model, why, sizeof(why))) {
        cli_fault_tell_reason(&d->faults, &d->settings, OL_SETTING_KEY_MODEL, why,
                              "the thing model as the console exports it");
        return false;
    }
    for (uint16_t i = 0; i < d->settings.property_count; i++) {
        check_property(d, &d->settings.properties[i]);
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

/* The types stand in the settings, each of them in a line that may be among the wrong
 * ones. */
static bool make_model(struct cli_device *d)
{
    struct ol_setting_error err = {.problem = OL_SETTING_MISSING,
                                   .setting =
                                       ol_setting_property_get(OL_PROPERTY_KEY_TYPE)};
    bool ok = !d->has_wrong_lines;
    for (uint16_t i = 0; i < d->settings.property_count && !d->has_wrong_lines; i++) {
        const struct ol_settings_property *p = &d->settings.properties[i];
        if (p->value[OL_PROPERTY_KEY_TYPE].line == 0) {
            cli_fault_tell_property(&d->faults, p->identifier, &err);
            ok = false;
        }
    }
    if (ok && !cli_model_make(&d->settings, &d->model, &err)) {
        cli_fault_tell(&d->faults, &err);
        ok = false;
    }
    return ok;
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

static void load_property(struct cli_device *d, const struct ol_settings_property *s)
{
    struct ol_setting_error err;
    int32_t index = ol_onenet_property_find(&d->model.model, s->identifier);
    if (index < 0) {
        return; /* told */
    }
    struct cli_property *p = &d->properties[index];
    bool has_source = s->value[OL_PROPERTY_KEY_SOURCE].line > 0;
    /* Without a source that was understood its companions cannot be judged. */
    if ((has_source || !d->has_wrong_lines) && !cli_source_init(&p->source, s, &err)) {
        cli_fault_tell_property(&d->faults, s->identifier, &err);
    }
    if (!cli_command_init(&p->command, s, &err)) {
        cli_fault_tell_property(&d->faults, s->identifier, &err);
    }
}

static void load_properties(struct cli_device *d)
{
    for (uint16_t i = 0; i < d->settings.property_count; i++) {
        load_property(d, &d->settings.properties[i]);
    }
    for (uint16_t i = 0; i < d->model.model.property_count; i++) {
        note_use(d, i);
    }
    if (d->faults.count == 0 && !d->uses_stdin && !d->has_own_sources &&
        !d->has_commands) {
        struct ol_setting_error err = {
            .problem = OL_SETTING_REASON,
            .reason = "no property has a source and none can be set, so there is nothing "
                      "to do",
            .allowed = "property.IDENTIFIER.source = ..."};
        cli_fault_tell(&d->faults, &err);
    }
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
    c->date_host = ol_settings_text(s, OL_SETTING_KEY_DATE_HOST);
    set_links(d);
    if (!c->queue) {
        cli_fault_tell_reason(&d->faults, s, OL_SETTING_KEY_QUEUE_KB,
                              "there is not so much memory; make it smaller", "");
        return false;
    }
    if (ol_agent_init(&d->agent, c, &error) != OL_OK) {
        struct ol_setting_error err = {.problem = OL_SETTING_REASON,
                                       .reason = ol_agent_error_str(error)};
        cli_fault_tell(&d->faults, &err);
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

static int64_t unix_now(void)
{
    struct ol_clock clock = ol_posix_clock();
    struct ol_wall_time wall = clock.ops->wall(clock.ctx);
    return wall.quality == OL_CLOCK_NONE ? 0 : wall.unix_ms / 1000;
}

bool cli_device_init(struct cli_device *d, const char *command, const char *config_path)
{
    char why[512];
    cli_log_init(&d->log);
    d->faults.path = config_path;
    if (!cli_file_read(config_path, CONFIG_FILE_MAX, &d->config, why, sizeof(why))) {
        fprintf(stderr, "onelink %s: %s\n", command, why);
        return false;
    }
    load_settings(d);
    cli_credential_load(&d->settings, &d->secret, unix_now(), &d->agent_config,
                        &d->faults);
    if (ol_settings_is_set(&d->settings, OL_SETTING_KEY_MODEL) ? load_model_file(d)
                                                               : make_model(d)) {
        load_properties(d);
    }
    cli_faults_end(&d->faults);
    return d->faults.count == 0 && init_agent(d) && set_policies(d);
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
