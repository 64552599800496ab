/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_MODEL_H
#define TOOLS_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#include "onelink/agent/settings.h"
#include "onelink/onenet/model.h"
#include "onelink/onenet/model_import.h"

/* A thing model and the memory behind it. */
struct cli_model {
    struct ol_onenet_model model;
    struct ol_onenet_model_room room;
};

/* Reads a model file. true, or false and why[cap]: the file, the JSON path and the
 * reason. */
bool cli_model_load(const char *path, struct cli_model *out, char *why, size_t cap);

/* Makes a model of the properties in the settings, whose text must outlive it. true, or
 * false and *err: a property without a type, err->key then its identifier. */
bool cli_model_make(const struct ol_settings *settings, struct cli_model *out,
                    struct ol_setting_error *err);

/* The property whose identifier may have been meant by name, or the empty span. */
struct ol_str cli_model_nearest(const struct ol_onenet_model *model, struct ol_str name);

/* Frees the memory. A model that is all zero is fine. */
void cli_model_free(struct cli_model *m);

#endif
