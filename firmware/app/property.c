/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "firmware/app/private.h"
#include "onelink/agent/settings_model.h"

#define CODE_OK     200
#define CODE_FAILED 500

/* What a property is where the settings do not say: OL_E_NOENT when nothing tells. */
static int32_t type_by_source(const struct app_binding *b)
{
    if (b->source.len > 0) {
        return (int32_t)app_source_type(b->source);
    }
    return app_command_pin(b->command, 0) >= 0 ? OL_SETTING_PROPERTY_BOOL : OL_E_NOENT;
}

static void tell_wrong(struct app *app, const struct ol_settings_property *p,
                       enum ol_property_key key, enum app_message reason,
                       enum app_message allowed)
{
    char text[APP_PROPERTY_KEY_CAP];
    struct app_fault fault = {
        .err = {.problem = OL_SETTING_REASON, .key = app_property_key(text, p, key)},
        .reason = reason,
        .allowed = allowed};
    app_fault_log(app, &fault, false);
}

/* A source or a command that has no meaning on this board is as good as none. */
static struct ol_str take_text(struct app *app, const struct ol_settings_property *p,
                               enum ol_property_key key, app_check_fn *check)
{
    struct ol_str text = p->value[key].as.text;
    enum app_message allowed;
    enum app_message wrong = text.len > 0 ? check(app->machine, text, &allowed) : MSG_OK;
    if (wrong != MSG_OK) {
        tell_wrong(app, p, key, wrong, allowed);
        text.len = 0;
    }
    return text;
}

static void bind(struct app *app, const struct ol_settings_property *p,
                 struct app_binding *b)
{
    b->source = take_text(app, p, OL_PROPERTY_KEY_SOURCE, app_source_check);
    b->command = take_text(app, p, OL_PROPERTY_KEY_COMMAND, app_command_check);
    b->scale = p->value[OL_PROPERTY_KEY_SCALE].as.text;
    b->offset = p->value[OL_PROPERTY_KEY_OFFSET].as.text;
    b->readings = 0;
    b->trouble = MSG_OK;
    if (ol_str_equal(b->command, OL_STR("led"))) {
        app->led.is_bound = true;
    }
}

/* Makes a field of a property that is bound to something; false: it is not. */
static bool load_property(struct app *app, const struct ol_settings_property *p,
                          struct app_binding *b, struct ol_onenet_field *field)
{
    const struct ol_setting_value *type = &p->value[OL_PROPERTY_KEY_TYPE];
    bind(app, p, b);
    int32_t number = type->line > 0 ? (int32_t)type->as.number : type_by_source(b);
    if (b->source.len == 0 && b->command.len == 0) {
        return false; /* not bound, so not reported */
    }
    if (number < 0) {
        tell_wrong(app, p, OL_PROPERTY_KEY_TYPE, MSG_FAULT_TYPE, MSG_OK);
        return false;
    }
    field->identifier = p->identifier;
    field->type = ol_settings_model_type(number);
    field->writable = b->command.len > 0;
    return true;
}

void app_property_load(struct app *app)
{
    const struct ol_settings *s = &app->settings.parsed;
    struct app_binding *b = app->bindings;
    struct ol_onenet_field *field = app->fields;
    memset(app->fields, 0, sizeof(app->fields));
    app->led.is_bound = false;
    for (uint16_t i = 0; i < s->property_count; i++) {
        if (load_property(app, &s->properties[i], b, field)) {
            b++;
            field++;
        }
    }
    uint16_t count = (uint16_t)(b - app->bindings);
    app->model = (struct ol_onenet_model){
        .fields = app->fields, .field_count = count, .property_count = count};
}

/* --- reporting ---------------------------------------------------------------------- */

static enum app_message take(struct app *app, uint16_t i, const struct app_reading *r)
{
    struct ol_dec number;
    struct ol_onenet_value value;
    enum ol_onenet_value_error error = OL_ONENET_VALUE_OK;
    enum app_message wrong = app_source_read(&app->bindings[i], r, &number);
    if (wrong != MSG_OK) {
        return wrong;
    }
    ol_onenet_value_set_dec(&value, &number);
    int32_t rc = ol_agent_sample(&app->agent, i, &value, 0, &error);
    /* A full queue and a property set aside are told by events of the agent. */
    return rc != OL_E_ARG                   ? MSG_OK
           : error == OL_ONENET_VALUE_RANGE ? MSG_VALUE_RANGE
                                            : MSG_VALUE_TYPE;
}

void app_property_sample(struct app *app)
{
    struct app_reading r = {.machine = app->machine,
                            .led_pin = app->led.pin,
                            .is_led_lit = app->led.is_lit,
                            .elapsed = app->now};
    for (uint16_t i = 0; i < app->model.property_count; i++) {
        struct app_binding *b = &app->bindings[i];
        if (b->source.len == 0) {
            continue;
        }
        enum app_message wrong = take(app, i, &r);
        if (wrong != MSG_OK && b->trouble != wrong) {
            WARN(app, MSG_NOTHING_FITS, app_str(&app->fields[i].identifier),
                 app_sub(wrong));
        }
        b->trouble = (uint16_t)wrong;
    }
}

/* --- obeying ------------------------------------------------------------------------ */

static bool is_true(const struct ol_onenet_value *value)
{
    switch (value->kind) {
    case OL_ONENET_VALUE_BOOL:
        return value->as.b;
    case OL_ONENET_VALUE_INT:
        return value->as.i != 0;
    case OL_ONENET_VALUE_DEC:
        return value->as.dec.mantissa != 0;
    case OL_ONENET_VALUE_STRING:
    case OL_ONENET_VALUE_JSON:
        break;
    }
    return value->as.s.len > 0;
}

static bool apply(struct app *app, const struct ol_onenet_set_item *item)
{
    const struct app_machine *m = app->machine;
    struct ol_str command = app->bindings[item->field].command;
    int32_t pin = app_command_pin(command, app->led.pin);
    if (ol_str_equal(command, OL_STR("led"))) {
        app_led_set(app, is_true(&item->value));
        return true;
    }
    return pin < 0 ||
           m->ops->gpio_write(m->ctx, (unsigned)pin, is_true(&item->value)) == OL_OK;
}

/* "<- set led=true" */
static void tell_set(struct app *app, const struct ol_agent_event *ev)
{
    struct ol_onenet_params params = ev->set.params;
    struct ol_onenet_set_item item;
    app_line_log_begin(app);
    ol_writer_str(&app->said, OL_STR("<- set"));
    while (ol_agent_set_next(&app->agent, &params, &item)) {
        ol_writer_u8(&app->said, ' ');
        ol_writer_str(&app->said, app->fields[item.field].identifier);
        ol_writer_u8(&app->said, '=');
        ol_writer_str(&app->said, item.json);
    }
    app_line_log(app, OL_LOG_INFO);
}

void app_property_obey(struct app *app, const struct ol_agent_event *ev)
{
    struct ol_onenet_params params = ev->set.params;
    struct ol_onenet_set_item item;
    int32_t code = CODE_OK;
    tell_set(app, ev);
    if (ev->set.handle == 0) {
        INFO(app, MSG_COMMAND_REPLY, app_number(code));
        return;
    }
    while (ol_agent_set_next(&app->agent, &params, &item)) {
        code = apply(app, &item) ? code : CODE_FAILED;
    }
    struct ol_str msg = code == CODE_OK ? OL_STR("success") : OL_STR("pin");
    if (ol_agent_set_reply(&app->agent, ev->set.handle, code, msg) == OL_OK) {
        INFO(app, MSG_COMMAND_REPLY, app_number(code));
    }
}
