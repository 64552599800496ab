/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "onelink/onenet/model_import.h"
#include "onelink/onenet/value.h"
#include "tests/fuzz/fuzz.h"

static void *room_for(size_t count, size_t size)
{
    void *p = malloc(count * size + 1);
    require(p != NULL);
    return p;
}

/* Values of every kind against every property: the tables hold together. */
static void check_values(const struct ol_onenet_model *model)
{
    static const char *const values[] = {"1",  "-2.5", "true",  "\"text\"", "null",  "{}",
                                         "[]", "[1]",  "1e300", "[{}]",     "[\"\"]"};
    for (uint16_t i = 0; i < model->property_count; i++) {
        const struct ol_onenet_field *f = &model->fields[i];
        require(ol_onenet_property_find(model, f->identifier) == i);
        for (size_t k = 0; k < sizeof values / sizeof values[0]; k++) {
            struct ol_str json = ol_str_from(values[k]);
            require(ol_onenet_value_check(model, f, json) != OL_ONENET_VALUE_NOT_JSON);
            struct ol_onenet_value in = ol_onenet_value_dec((struct ol_dec){2345, -2});
            struct ol_onenet_value out;
            if (ol_onenet_value_convert(model, f, &in, &out) == OL_ONENET_VALUE_OK) {
                uint8_t text[512];
                struct ol_writer w = ol_writer_make(text, sizeof text);
                ol_onenet_value_encode(&w, &out);
                require(!w.over);
            }
        }
    }
}

/* The input is a model file, imported into room that measure() asks for and no more. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ol_onenet_model_room room = {.text = NULL};
    struct ol_onenet_model model;
    struct ol_onenet_import_error error;
    ol_onenet_model_measure(data, size, &room);
    room.fields = room_for(room.field_cap, sizeof *room.fields);
    room.labels = room_for(room.label_cap, sizeof *room.labels);
    room.events = room_for(room.event_cap, sizeof *room.events);
    room.services = room_for(room.service_cap, sizeof *room.services);
    room.text = room_for(room.text_cap, 1);
    int32_t rc = ol_onenet_model_import(data, size, &room, &model, &error);
    require(error.offset <= size);
    require(memchr(error.path, '\0', sizeof error.path) != NULL);
    if (rc == OL_OK) {
        check_values(&model);
    } else {
        require(rc == OL_E_ARG); /* measure() gives room enough for every file */
    }
    free(room.fields);
    free(room.labels);
    free(room.events);
    free(room.services);
    free(room.text);
    return 0;
}
