/* SPDX-License-Identifier: MIT */
#include "tools/report.h"

#include <inttypes.h>
#include <stdio.h>

#include "onelink/json/reader.h"
#include "onelink/onenet/onejson.h"
#include "tools/misfit.h"

#define SENTENCE_CAP 1024

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

/* The first value of an integer property that is not reported as it is. */
static void tell_rounding(struct cli_device *d, uint16_t index,
                          const struct ol_onenet_value *value)
{
    const struct ol_onenet_model *model = &d->model.model;
    char text[SENTENCE_CAP];
    struct ol_writer w = ol_writer_make(text, sizeof(text));
    if (!d->properties[index].rounding_told &&
        cli_misfit_rounding_encode(&w, model, &model->fields[index], value)) {
        d->properties[index].rounding_told = true;
        cli_log_line(&d->log, OL_LOG_INFO, "%.*s", (int)w.len, text);
    }
}

/* Hands a value to the agent. OL_E_ARG and *error: it does not fit; to be told by the
 * caller. Other failures are told elsewhere. */
static int32_t sample(struct cli_device *d, uint16_t index,
                      const struct ol_onenet_value *value,
                      enum ol_onenet_value_error *error)
{
    int32_t rc = ol_agent_sample(&d->agent, index, value, 0, error);
    if (rc == OL_OK) {
        cli_backlog_add(&d->backlog, index);
        if (d->queue_full) {
            tell_room(d);
        }
        tell_sample(d, index);
        tell_rounding(d, index, value);
    } else if (rc == OL_E_NOSPC) {
        d->queue_full = true;
    }
    return rc;
}

/* --- sources ------------------------------------------------------------------------ */

/* "; so far 25 times", from the second time on. */
static void tell_trouble(const struct cli_device *d, struct cli_trouble *trouble,
                         ol_ms elapsed, const char *what)
{
    char so_far[40] = "";
    if (!cli_trouble_add(trouble, elapsed)) {
        return;
    }
    if (trouble->count > 1) {
        snprintf(so_far, sizeof(so_far), "; so far %u times", (unsigned)trouble->count);
    }
    cli_log_line(&d->log, OL_LOG_WARN, "%s%s", what, so_far);
}

static void end_trouble(const struct cli_device *d, struct cli_trouble *trouble,
                        struct ol_str name, const char *again)
{
    uint32_t count = cli_trouble_end(trouble);
    if (count > 0) {
        cli_log_line(&d->log, OL_LOG_INFO, "%.*s %s: %u", (int)name.len, name.ptr, again,
                     (unsigned)count);
    }
}

static void sample_source(struct cli_device *d, uint16_t index, ol_ms elapsed,
                          const struct ol_onenet_value *value)
{
    struct cli_property *p = &d->properties[index];
    const struct ol_onenet_model *model = &d->model.model;
    const struct ol_onenet_field *field = &model->fields[index];
    enum ol_onenet_value_error error = OL_ONENET_VALUE_OK;
    char text[SENTENCE_CAP];
    int32_t rc = sample(d, index, value, &error);
    if (rc == OL_OK) {
        end_trouble(d, &p->fitting, field->identifier,
                    "fits again; values that were dropped");
    } else if (rc == OL_E_ARG) {
        struct ol_writer w = ol_writer_make(text, sizeof(text) - 1);
        cli_misfit_encode(&w, model, field, value, error);
        text[w.len] = '\0';
        tell_trouble(d, &p->fitting, elapsed, text);
    }
}

static void read_source(struct cli_device *d, uint16_t index, ol_ms elapsed)
{
    struct cli_property *p = &d->properties[index];
    const struct ol_onenet_field *field = &d->model.model.fields[index];
    struct ol_str name = field->identifier;
    struct ol_onenet_value value;
    char why[1400], text[1500];
    bool is_text = field->type == OL_ONENET_STRING;
    if (!cli_source_read(&p->source, elapsed, is_text, &d->room, &value, why,
                         sizeof(why))) {
        snprintf(text, sizeof(text), "no value for %.*s: %s", (int)name.len, name.ptr,
                 why);
        tell_trouble(d, &p->reading, elapsed, text);
        return;
    }
    end_trouble(d, &p->reading, name, "has values again; readings that failed");
    sample_source(d, index, elapsed, &value);
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
    struct ol_dec dec = {0, INT32_MAX};
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
        /* With more digits than fit, those that fit are the value; an exponent that does
         * not fit leaves dec as it is. */
        int32_t rc = ol_dec_decode(t->text, &dec);
        *out = ol_onenet_value_dec(dec);
        return rc == OL_OK || (rc == OL_E_NOSPC && dec.exponent != INT32_MAX);
    }
    case OL_JSON_OBJECT_BEGIN:
    case OL_JSON_ARRAY_BEGIN:
        *out = ol_onenet_value_json(text);
        return true;
    default:
        return false;
    }
}

static void complain_unknown(const struct cli_device *d, struct ol_str name)
{
    char what[160];
    struct ol_str hint = cli_model_nearest(&d->model.model, name);
    snprintf(what, sizeof(what), "no such property%s%.*s%s",
             hint.len > 0 ? ", did you mean " : "", (int)hint.len, hint.ptr,
             hint.len > 0 ? "?" : "");
    complain(d, name, what);
}

static void report_value(struct cli_device *d, uint16_t index,
                         const struct ol_onenet_value *value)
{
    const struct ol_onenet_model *model = &d->model.model;
    enum ol_onenet_value_error error = OL_ONENET_VALUE_OK;
    char text[SENTENCE_CAP];
    if (sample(d, index, value, &error) != OL_E_ARG) {
        return;
    }
    struct ol_writer w = ol_writer_make(text, sizeof(text) - 1);
    cli_misfit_encode(&w, model, &model->fields[index], value, error);
    text[w.len] = '\0';
    complain(d, OL_STR(""), text);
}

static void report_member(struct cli_device *d, const struct ol_json_token *key,
                          const struct ol_json_token *first, struct ol_str text)
{
    struct ol_onenet_value value;
    int32_t index = ol_onenet_property_find_token(&d->model.model, key);
    if (index < 0) {
        complain_unknown(d, key->text);
    } else if (d->properties[index].source.kind != CLI_SOURCE_STDIO) {
        complain(d, key->text, "its source is not stdio");
    } else if (!to_value(first, text, &value)) {
        complain(d, key->text, "not a value that can be reported");
    } else {
        report_value(d, (uint16_t)index, &value);
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

/* --- what waits --------------------------------------------------------------------- */

void cli_report_posted(struct cli_device *d, struct ol_str body)
{
    struct ol_onenet_request request;
    struct ol_onenet_item item;
    if (ol_onenet_request_decode(body, &request) != OL_ONENET_REQUEST_OK) {
        return;
    }
    struct ol_onenet_params params = ol_onenet_params_open(request.params);
    while (ol_onenet_params_next_wrapped(&params, &item) == OL_OK) {
        int32_t index = ol_onenet_property_find_token(&d->model.model, &item.name);
        if (index >= 0) {
            cli_backlog_take(&d->backlog, (uint16_t)index);
        }
    }
}

void cli_report_backlog(struct cli_device *d)
{
    bool online = ol_agent_get_state(&d->agent) == OL_AGENT_ONLINE;
    switch (cli_backlog_step(&d->backlog, ol_agent_get_waiting(&d->agent), online)) {
    case CLI_BACKLOG_GROWS:
        cli_log_line(&d->log, OL_LOG_WARN,
                     "values come faster than the platform takes them: %u reports wait, "
                     "and one goes out a second, with one value of each property",
                     (unsigned)d->backlog.reports);
        break;
    case CLI_BACKLOG_SHRINKS:
        cli_log_line(&d->log, OL_LOG_INFO, "reports have caught up");
        break;
    case CLI_BACKLOG_SAME:
        break;
    }
}
