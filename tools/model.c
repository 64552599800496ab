/* SPDX-License-Identifier: MIT */
#include "tools/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "onelink/agent/settings_model.h"
#include "tools/file.h"

#define MODEL_FILE_MAX (4u << 20)

/* At least one element each, so that an empty table is not a failed allocation. */
static bool room_alloc(struct ol_onenet_model_room *room)
{
    room->fields = calloc(room->field_cap + 1u, sizeof(*room->fields));
    room->labels = calloc(room->label_cap + 1u, sizeof(*room->labels));
    room->events = calloc(room->event_cap + 1u, sizeof(*room->events));
    room->services = calloc(room->service_cap + 1u, sizeof(*room->services));
    room->text = calloc(room->text_cap + 1u, 1);
    return room->fields && room->labels && room->events && room->services && room->text;
}

/* The line of a byte, from 1. */
static unsigned line_of(const struct cli_file *file, uint32_t offset)
{
    unsigned line = 1;
    for (uint32_t i = 0; i < offset && i < file->len; i++) {
        line += file->data[i] == '\n';
    }
    return line;
}

static void put_error(const struct ol_onenet_import_error *error, const char *path,
                      const struct cli_file *file, char *why, size_t cap)
{
    char kinds[80];
    const char *reason = ol_onenet_import_reason_str(error->reason);
    if (error->reason == OL_ONENET_IMPORT_KIND) {
        snprintf(kinds, sizeof(kinds), "%s is needed here and %s is there",
                 ol_onenet_import_kind_str(error->needed),
                 ol_onenet_import_kind_str(error->found));
        reason = kinds;
    }
    snprintf(why, cap, "%s: %s%s%s (line %u, byte %u)", path, error->path,
             error->path[0] ? ": " : "", reason, line_of(file, error->offset),
             (unsigned)error->offset);
}

static bool import(const char *path, const struct cli_file *file, struct cli_model *out,
                   char *why, size_t cap)
{
    struct ol_onenet_import_error error = {0};
    ol_onenet_model_measure(file->data, file->len, &out->room);
    if (!room_alloc(&out->room)) {
        snprintf(why, cap, "%s: not enough memory", path);
        return false;
    }
    int32_t rc =
        ol_onenet_model_import(file->data, file->len, &out->room, &out->model, &error);
    if (rc == OL_OK) {
        return true;
    }
    put_error(&error, path, file, why, cap);
    return false;
}

bool cli_model_load(const char *path, struct cli_model *out, char *why, size_t cap)
{
    struct cli_file file;
    memset(out, 0, sizeof(*out));
    if (!cli_file_read(path, MODEL_FILE_MAX, &file, why, cap)) {
        return false;
    }
    bool ok = import(path, &file, out, why, cap);
    cli_file_free(&file);
    if (!ok) {
        cli_model_free(out);
    }
    return ok;
}

bool cli_model_make(const struct ol_settings *settings, struct cli_model *out,
                    struct ol_setting_error *err)
{
    memset(out, 0, sizeof(*out));
    memset(err, 0, sizeof(*err));
    out->room.fields = calloc(settings->property_count + 1u, sizeof(*out->room.fields));
    if (!out->room.fields) {
        err->problem = OL_SETTING_REASON;
        err->reason = "not enough memory";
        return false;
    }
    for (uint16_t i = 0; i < settings->property_count; i++) {
        const struct ol_settings_property *p = &settings->properties[i];
        struct ol_onenet_field *field = &out->room.fields[i];
        if (p->value[OL_PROPERTY_KEY_TYPE].line == 0) {
            err->problem = OL_SETTING_MISSING;
            err->setting = ol_setting_property_get(OL_PROPERTY_KEY_TYPE);
            err->key = p->identifier;
            cli_model_free(out);
            return false;
        }
        field->identifier = p->identifier;
        field->type = ol_settings_model_type(p->value[OL_PROPERTY_KEY_TYPE].as.number);
        field->writable = p->value[OL_PROPERTY_KEY_COMMAND].line > 0;
    }
    out->model.fields = out->room.fields;
    out->model.field_count = settings->property_count;
    out->model.property_count = settings->property_count;
    return true;
}

struct ol_str cli_model_nearest(const struct ol_onenet_model *model, struct ol_str name)
{
    struct ol_str best = {NULL, 0};
    uint8_t best_slip = UINT8_MAX;
    for (uint16_t i = 0; i < model->property_count; i++) {
        uint8_t slip = ol_setting_slip(name, model->fields[i].identifier);
        if (slip < best_slip) {
            best_slip = slip;
            best = model->fields[i].identifier;
        }
    }
    return best;
}

void cli_model_free(struct cli_model *m)
{
    free(m->room.fields);
    free(m->room.labels);
    free(m->room.events);
    free(m->room.services);
    free(m->room.text);
    memset(m, 0, sizeof(*m));
}
