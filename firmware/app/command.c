/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "firmware/app/private.h"

/* "! what is wrong; allowed: what may be typed"; `what` may be NULL. */
static void refuse(struct app *app, enum app_message wrong, const struct ol_str *what,
                   enum app_message allowed)
{
    const struct app_arg arg = app_str(what);
    app_line_refuse(app);
    app_line_put(app, wrong, &arg, what != NULL);
    if (allowed != MSG_OK) {
        PUT(app, MSG_ALLOWED, app_sub(allowed));
    }
    app_line_say(app);
}

static void incomplete(struct app *app, enum app_message usage)
{
    refuse(app, MSG_INCOMPLETE, NULL, usage);
}

static void refuse_fault(struct app *app, const struct app_fault *fault)
{
    app_line_refuse(app);
    app_fault_put(app, fault);
    app_line_say(app);
}

/* --- show and help ------------------------------------------------------------------ */

static void say_value(struct app *app, struct ol_str key, const struct ol_setting *row,
                      const struct ol_setting_value *value)
{
    app_line_begin(app);
    ol_writer_str(&app->said, key);
    ol_writer_str(&app->said, OL_STR(" = "));
    if (row->type == OL_SETTING_SECRET) {
        PUT(app, value->line > 0 ? MSG_SECRET_SET : MSG_SECRET_NOT_SET);
    } else {
        ol_setting_encode(&app->said, row, value);
    }
    if (value->line == 0 && row->preset) {
        PUT(app, MSG_DEFAULT);
    }
    app_line_say(app);
}

static bool show_property(struct app *app, const struct ol_settings_property *p,
                          unsigned key)
{
    char text[APP_PROPERTY_KEY_CAP];
    say_value(app, app_property_key(text, p, (enum ol_property_key)key),
              ol_setting_property_get((enum ol_property_key)key), &p->value[key]);
    return true;
}

/* The index-th setting of a property that is set; false when there are less. */
static bool show_properties(struct app *app, unsigned index)
{
    const struct ol_settings *s = &app->settings.parsed;
    for (const struct ol_settings_property *p = s->properties;
         p < s->properties + s->property_count; p++) {
        for (unsigned key = 0; key < OL_PROPERTY_KEY_COUNT; key++) {
            if (p->value[key].line > 0 && index-- == 0) {
                return show_property(app, p, key);
            }
        }
    }
    return false;
}

static bool show_next(struct app *app, unsigned index)
{
    app_settings_parse(app, &app->settings.edited, (struct ol_str){NULL, 0}, false);
    if (index < OL_SETTING_KEY_COUNT) {
        const struct ol_setting *row = ol_setting_get((enum ol_setting_key)index);
        if (row->where != OL_SETTING_LINUX) {
            say_value(app, ol_str_from(row->name), row,
                      &app->settings.parsed.value[index]);
        }
        return true;
    }
    if (show_properties(app, index - OL_SETTING_KEY_COUNT)) {
        return true;
    }
    if (app->settings.is_unsaved) {
        ANSWER(app, MSG_NOT_SAVED);
    }
    return false;
}

static bool show_one(struct app *app, struct ol_str key)
{
    const struct ol_setting *row;
    app_settings_parse(app, &app->settings.edited, (struct ol_str){NULL, 0}, false);
    const struct ol_setting_value *value =
        ol_settings_value(&app->settings.parsed, key, &row);
    if (!value || !ol_setting_is_for(row, OL_SETTING_BOARD)) {
        return false;
    }
    say_value(app, key, row, value);
    return true;
}

static void fail_unknown(struct app *app, struct ol_str key)
{
    struct app_fault fault = {
        .err = {.problem = OL_SETTING_UNKNOWN, .key = key, .where = OL_SETTING_BOARD}};
    if (app_settings_row(key)) { /* of a property that has none of it */
        fault.err.problem = OL_SETTING_REASON;
        fault.reason = MSG_FAULT_NOT_SET;
        fault.allowed = MSG_OK;
    }
    refuse_fault(app, &fault);
}

/* Says a line after the other, as there is room. */
static void begin_job(struct app *app, bool (*next)(struct app *app, unsigned index))
{
    app->terminals[app->console].job = (struct app_job){.next = next};
}

static void do_show(struct app *app, struct ol_str rest)
{
    if (rest.len == 0) {
        begin_job(app, show_next);
    } else if (!show_one(app, rest)) {
        fail_unknown(app, rest);
    }
}

static bool help_next(struct app *app, unsigned index)
{
    ANSWER(app, (enum app_message)(MSG_HELP_HEAD + index));
    return MSG_HELP_HEAD + index < MSG_HELP_RESET;
}

static void do_help(struct app *app, struct ol_str rest)
{
    const struct ol_setting *row = app_settings_row(rest);
    if (rest.len == 0) {
        begin_job(app, help_next);
        return;
    }
    if (!row) {
        fail_unknown(app, rest);
        return;
    }
    app_line_begin(app);
    ol_writer_str(&app->said, rest);
    PUT(app, MSG_ALLOWED);
    app_allowed_put(app, row);
    if (row->preset) {
        PUT(app, MSG_HELP_DEFAULT, app_text(row->preset));
    }
    app_line_say(app);
}

/* --- changing ----------------------------------------------------------------------- */

static void do_set(struct app *app, struct ol_str rest)
{
    struct app_fault fault;
    struct ol_str key = app_take_word(&rest, true);
    if (key.len == 0 || (rest.len == 0 && app_settings_row(key) == NULL)) {
        incomplete(app, MSG_USAGE_SET);
    } else if (app_settings_set(app, key, rest, &fault) != OL_OK) {
        refuse_fault(app, &fault);
    } else {
        ANSWER(app, MSG_SET_DONE, app_str(&key));
    }
}

static void do_unset(struct app *app, struct ol_str rest)
{
    struct app_fault fault;
    if (rest.len == 0) {
        incomplete(app, MSG_USAGE_UNSET);
    } else if (app_settings_unset(app, rest, &fault) != OL_OK) {
        refuse_fault(app, &fault);
    } else {
        ANSWER(app, MSG_UNSET_DONE, app_str(&rest));
    }
}

static void do_save(struct app *app, struct ol_str rest)
{
    (void)rest;
    if (app_settings_save(app) != OL_OK) {
        refuse(app, MSG_SAVE_FAILED, NULL, MSG_OK);
        return;
    }
    ANSWER(app, MSG_SAVED, app_count(app->settings.edited.len), app_count(APP_TEXT_CAP));
    app_net_end(app, APP_AFTER_RESTART);
}

static void do_log(struct app *app, struct ol_str rest)
{
    static const char *const names[] = {"error", "warn", "info", "debug"};
    for (unsigned i = 0; i < 4 && rest.len > 0; i++) {
        if (ol_str_equal(rest, ol_str_from(names[i]))) {
            app->level = (enum ol_log_level)i;
            rest.len = 0;
        }
    }
    if (rest.len > 0) {
        refuse(app, MSG_UNKNOWN_LEVEL, &rest, MSG_USAGE_LOG);
    } else {
        ANSWER(app, MSG_LOG_IS, app_text(names[app->level]));
    }
}

static void do_status(struct app *app, struct ol_str rest)
{
    (void)rest;
    begin_job(app, app_status_next);
}

static void do_selftest(struct app *app, struct ol_str rest)
{
    (void)rest;
    app->selftest_bad = 0;
    begin_job(app, app_selftest_next);
}

static void do_reboot(struct app *app, struct ol_str rest)
{
    (void)rest;
    ANSWER(app, MSG_REBOOTING);
    app_net_end(app, APP_AFTER_REBOOT);
}

static void do_bootsel(struct app *app, struct ol_str rest)
{
    (void)rest;
    ANSWER(app, MSG_BOOTSEL_NOW);
    app_net_end(app, APP_AFTER_BOOTSEL);
}

static void do_reset(struct app *app, struct ol_str rest)
{
    if (!ol_str_equal(rest, OL_STR("yes"))) {
        incomplete(app, MSG_USAGE_RESET);
    } else if (app_settings_wipe(app) != OL_OK) {
        refuse(app, MSG_SAVE_FAILED, NULL, MSG_OK);
    } else {
        ANSWER(app, MSG_RESET_DONE);
        app_net_end(app, APP_AFTER_RESTART);
    }
}

/* --- which ------------------------------------------------------------------------- */

struct command {
    const char *name;
    void (*run)(struct app *app, struct ol_str rest);
    bool takes; /* something behind its name */
};

static const struct command commands[] = {{"help", do_help, true},
                                          {"show", do_show, true},
                                          {"set", do_set, true},
                                          {"unset", do_unset, true},
                                          {"save", do_save, false},
                                          {"status", do_status, false},
                                          {"log", do_log, true},
                                          {"selftest", do_selftest, false},
                                          {"reboot", do_reboot, false},
                                          {"bootsel", do_bootsel, false},
                                          {"factory-reset", do_reset, true}};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void refuse_command(struct app *app, struct ol_str name)
{
    const char *best = NULL;
    uint8_t best_slip = UINT8_MAX;
    for (size_t i = 0; i < COMMANDS; i++) {
        uint8_t slip = ol_setting_slip(name, ol_str_from(commands[i].name));
        if (slip < best_slip) {
            best_slip = slip;
            best = commands[i].name;
        }
    }
    app_line_refuse(app);
    if (name.len > OL_SETTINGS_IDENTIFIER_MAX) {
        name.len = OL_SETTINGS_IDENTIFIER_MAX;
    }
    PUT(app, MSG_UNKNOWN_COMMAND, app_str(&name));
    if (best) {
        PUT(app, MSG_DID_YOU_MEAN, app_text(best));
    } else {
        PUT(app, MSG_SEE_HELP);
    }
    app_line_say(app);
}

void app_command(struct app *app)
{
    struct ol_str rest = app_editor_line(&app->terminals[app->console].editor);
    if (rest.len == 0) {
        return;
    }
    struct ol_str name = app_take_word(&rest, false);
    for (size_t i = 0; i < COMMANDS; i++) {
        if (!ol_str_equal(name, ol_str_from(commands[i].name))) {
            continue;
        }
        if (rest.len > 0 && !commands[i].takes) {
            refuse(app, MSG_NO_ARGUMENT, &name, MSG_OK);
        } else {
            commands[i].run(app, rest);
        }
        return;
    }
    refuse_command(app, name);
}
