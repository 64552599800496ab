/* SPDX-License-Identifier: MIT */
#include "tools/report.h"

#include <inttypes.h>

#include "onelink/json/reader.h"

/* The queue took a value again after it had been full. */
static void tell_room(struct cli_device *d)
{
    uint32_t dropped = ol_agent_get_stats(&d->agent)->refused_full;
    d->queue_full = false;
    uint32_t count = dropped - d->dropped_told;
    cli_log_line(&d->log, OL_LOG_WARN, "the queue has room again; %u value%s dropped",
                 (unsigned)count, count == 1 ? " was" : "s were");
    d->dropped_told = dropped;
}

static void tell_sample(const struct cli_device *d, uint16_t index)
{
    struct ol_str name = d->model.model.fields[index].identifier, json;
    if (d->log.level >= OL_LOG_DEBUG &&
        ol_agent_get_value(&d->agent, index, &json) == OL_OK) {
        cli_log_line(&d->log, OL_LOG_DEBUG, "sample %.*s=%.*s", (int)name.len, name.ptr,
                     (int)json.len, json.ptr);
    }
}

static void sample(struct cli_device *d, uint16_t index,
                   const struct ol_onenet_value *value)
{
    struct cli_property *p = &d->properties[index];
    struct ol_str name = d->model.model.fields[index].identifier;
    enum ol_onenet_value_error error = OL_ONENET_VALUE_OK;
    int32_t rc = ol_agent_sample(&d->agent, index, value, 0, &error);
    if (rc == OL_OK) {
        p->refusing = false;
        if (d->queue_full) {
            tell_room(d);
        }
        tell_sample(d, index);
    } else if (rc == OL_E_NOSPC) {
        d->queue_full = true;
    } else if (rc == OL_E_ARG && !p->refusing) {
        p->refusing = true;
        cli_log_line(&d->log, OL_LOG_WARN, "a value of %.*s does not fit the model: %s",
                     (int)name.len, name.ptr, ol_onenet_value_error_str(error));
    }
}

static void read_source(struct cli_device *d, uint16_t index, ol_ms elapsed)
{
    struct cli_property *p = &d->properties[index];
    const struct ol_onenet_field *field = &d->model.model.fields[index];
    struct ol_onenet_value value;
    char why[1400];
    bool text = field->type == OL_ONENET_STRING;
    if (!cli_source_read(&p->source, elapsed, text, &d->room, &value, why, sizeof(why))) {
        if (!p->source.failing) {
            cli_log_line(&d->log, OL_LOG_WARN, "no value for %.*s: %s",
                         (int)field->identifier.len, field->identifier.ptr, why);
        }
        p->source.failing = true;
        return;
    }
    if (p->source.failing) {
        cli_log_line(&d->log, OL_LOG_INFO, "%.*s has values again",
                     (int)field->identifier.len, field->identifier.ptr);
    }
    p->source.failing = false;
    sample(d, index, &value);
}

void cli_report_sources(struct cli_device *d, ol_ms elapsed)
{
    for (uint16_t i = 0; i < d->model.model.property_count; i++) {
        enum cli_source_kind kind = d->properties[i].source.kind;
        if (kind == CLI_SOURCE_FILE || kind == CLI_SOURCE_SIM) {
            read_source(d, i, elapsed);
        }
    }
}

/* --- standard input ----------------------------------------------------------------- */

static void complain(const struct cli_device *d, struct ol_str name, const char *what)
{
    cli_log_line(&d->log, OL_LOG_ERROR, "standard input, line %" PRIu64 ": %.*s%s%s",
                 d->lines.number, (int)name.len, name.ptr, name.len > 0 ? ": " : "",
                 what);
}

/* A JSON value as a source value; false for null. */
static bool to_value(const struct ol_json_token *t, struct ol_str text,
                     struct ol_onenet_value *out)
{
    struct ol_dec dec;
    switch (t->kind) {
    case OL_JSON_TRUE:
    case OL_JSON_FALSE:
        *out = ol_onenet_value_bool(t->kind == OL_JSON_TRUE);
        return true;
    case OL_JSON_STRING:
        *out = ol_onenet_value_str(t->text);
        out->escaped = t->escaped;
        return true;
    case OL_JSON_NUMBER: {
        /* With more digits than fit, those that fit are the value. */
        int32_t rc = ol_dec_decode(t->text, &dec);
        *out = ol_onenet_value_dec(dec);
        return rc == OL_OK || rc == OL_E_NOSPC;
    }
    case OL_JSON_OBJECT_BEGIN:
    case OL_JSON_ARRAY_BEGIN:
        *out = ol_onenet_value_json(text);
        return true;
    default:
        return false;
    }
}

static void report_member(struct cli_device *d, const struct ol_json_token *key,
                          const struct ol_json_token *first, struct ol_str text)
{
    struct ol_onenet_value value;
    int32_t index = ol_onenet_property_find_token(&d->model.model, key);
    if (index < 0) {
        complain(d, key->text, "no such property");
    } else if (d->properties[index].source.kind != CLI_SOURCE_STDIO) {
        complain(d, key->text, "its source is not stdio");
    } else if (!to_value(first, text, &value)) {
        complain(d, key->text, "not a value that can be reported");
    } else {
        d->properties[index].refusing = false; /* tell every line */
        sample(d, (uint16_t)index, &value);
    }
}

void cli_report_line(struct cli_device *d, struct ol_str line)
{
    struct ol_json_token key, first;
    struct ol_str text;
    struct ol_json_reader r = ol_json_reader_make(line.ptr, line.len);
    if (ol_json_check(line.ptr, line.len) != OL_OK ||
        ol_json_reader_next(&r, &key) != OL_OK || key.kind != OL_JSON_OBJECT_BEGIN) {
        complain(d, OL_STR(""),
                 "not a JSON object; allowed: {\"identifier\": value, ...}");
        return;
    }
    while (ol_json_reader_next(&r, &key) == OL_OK && key.kind == OL_JSON_KEY) {
        if (ol_json_reader_next(&r, &first) != OL_OK ||
            ol_json_reader_skip(&r, &first, &text) != OL_OK) {
            return;
        }
        report_member(d, &key, &first, text);
    }
}

static bool is_blank(struct ol_str line)
{
    for (size_t i = 0; i < line.len; i++) {
        if (line.ptr[i] != ' ' && line.ptr[i] != '\t' && line.ptr[i] != '\r') {
            return false;
        }
    }
    return true;
}

void cli_report_lines(struct cli_device *d)
{
    struct ol_str line;
    bool too_long = false;
    while (cli_lines_next(&d->lines, &line, &too_long)) {
        if (too_long) {
            complain(d, OL_STR(""), "longer than 65536 bytes; allowed: shorter lines");
        } else if (!is_blank(line)) {
            cli_report_line(d, line);
        }
    }
}
