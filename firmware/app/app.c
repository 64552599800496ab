/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "firmware/app/private.h"
#include "firmware/app/sensor.h"

#define BYTES_A_TURN 64 /* typed ones that are looked at */
#define LINES_A_TURN 4
#define RETRY_MS     20 /* a port that took nothing is asked again */

_Static_assert(sizeof(((struct app *)0)->scratch.work) >= APP_PAGE_CAP, "a page fits");
_Static_assert(APP_MESSAGE_COUNT < UINT16_MAX, "a message must fit app_binding.trouble");

/* --- consoles ----------------------------------------------------------------------- */

static void greet(struct app *app, unsigned console)
{
    ANSWER(app, MSG_BANNER, app_text(app->machine->version),
           app_text(app->machine->board));
    if (app->phase == APP_IDLE && app->terminals[console].is_greeted) {
        /* Log lines about it went by while nobody listened. */
        ANSWER(app, MSG_UNCONFIGURED_SHORT);
    }
    app->terminals[console].is_greeted = true;
    app_editor_prompt(&app->terminals[console].editor);
}

/* Begins the turn of a console. */
static void open_or_close(struct app *app, unsigned console)
{
    const struct app_machine *m = app->machine;
    struct app_terminal *t = &app->terminals[console];
    bool open = m->ops->console_is_open(m->ctx, (enum app_console)console);
    app->console = (uint8_t)console;
    if (open == t->is_open) {
        return;
    }
    t->is_open = open;
    t->job = (struct app_job){.next = NULL};
    app_editor_init(&t->editor);
    if (open) {
        greet(app, console);
    }
}

static void work_off_job(struct app *app, unsigned console)
{
    struct app_terminal *t = &app->terminals[console];
    t->job.waits = false;
    for (unsigned i = 0; i < LINES_A_TURN && t->job.next && !t->job.waits; i++) {
        if (!app_editor_has_room(&t->editor)) {
            return;
        }
        if (!t->job.next(app, t->job.index++)) {
            t->job.next = NULL;
            app_editor_prompt(&t->editor);
        }
    }
}

static void end_line(struct app *app, unsigned console, enum app_typed typed)
{
    struct app_terminal *t = &app->terminals[console];
    if (typed == APP_TYPED_LONG) {
        app_line_refuse(app);
        PUT(app, MSG_LINE_LONG, app_count(APP_LINE_CAP));
        app_line_say(app);
    } else {
        app_command(app);
    }
    if (!t->job.next) {
        app_editor_prompt(&t->editor);
    }
}

/* true: there may be more. */
static bool read_typed(struct app *app, unsigned console)
{
    const struct app_machine *m = app->machine;
    struct app_terminal *t = &app->terminals[console];
    for (unsigned i = 0; i < BYTES_A_TURN; i++) {
        char byte;
        if (t->job.next || !app_editor_has_room(&t->editor) ||
            m->ops->console_read(m->ctx, (enum app_console)console, &byte, 1) == 0) {
            return false;
        }
        enum app_typed typed = app_editor_input(&t->editor, byte);
        if (typed != APP_TYPED_NOTHING) {
            end_line(app, console, typed);
        }
    }
    return true;
}

void app_write_out(struct app *app, unsigned console)
{
    const struct app_machine *m = app->machine;
    struct app_editor *e = &app->terminals[console].editor;
    const char *text;
    size_t len, taken = 1;
    while (taken > 0 && (text = app_editor_output(e, &len)) != NULL) {
        taken = m->ops->console_write(m->ctx, (enum app_console)console, text, len);
        app_editor_output_done(e, taken);
    }
}

static void tell_lost(struct app *app, unsigned console)
{
    struct app_editor *e = &app->terminals[console].editor;
    if (app_editor_has_room(e)) {
        uint16_t lost = app_editor_take_lost(e);
        if (lost > 0) {
            ANSWER(app, MSG_LOST, app_count(lost));
        }
    }
}

/* Returns when it wants to be called again. */
static ol_ms terminal_step(struct app *app, unsigned console)
{
    struct app_terminal *t = &app->terminals[console];
    size_t len;
    open_or_close(app, console);
    if (!t->is_open) {
        return OL_NEVER;
    }
    work_off_job(app, console);
    bool more = read_typed(app, console);
    tell_lost(app, console);
    app_write_out(app, console);
    bool is_stuck = app_editor_output(&t->editor, &len) != NULL;
    if (is_stuck) {
        return ol_ms_add(app->now, RETRY_MS);
    }
    return more || (t->job.next && !t->job.waits) ? app->now : OL_NEVER;
}

/* --- start -------------------------------------------------------------------------- */

/* What the agent uses is what is stored, whatever is being edited. */
static void take_stored(struct app *app)
{
    struct app_settings *s = &app->settings;
    size_t len = ol_record_len(&s->store);
    s->used.len = 0;
    if (len <= APP_TEXT_CAP && ol_record_read(&s->store, 0, s->used.ptr, len) == OL_OK) {
        s->used.len = (uint16_t)len;
    }
}

void app_start(struct app *app)
{
    const struct ol_settings *s = &app->settings.parsed;
    take_stored(app);
    app_settings_parse(app, &app->settings.used, (struct ol_str){NULL, 0}, true);
    app->language =
        ol_settings_number(s, OL_SETTING_KEY_LANGUAGE) == OL_SETTING_LANGUAGE_ZH
            ? APP_LANGUAGE_ZH
            : APP_LANGUAGE_EN;
    app->level = (enum ol_log_level)ol_settings_number(s, OL_SETTING_KEY_LOG_LEVEL);
    app_led_start(app);
    app_net_start(app);
}

static void open_store(struct app *app)
{
    struct app_settings *s = &app->settings;
    int32_t rc = ol_record_init(&s->store, &app->machine->settings, &app->scratch.work,
                                APP_PAGE_CAP);
    rc = rc == OL_OK ? ol_record_open(&s->store) : rc;
    if (rc != OL_OK && rc != OL_E_NOENT) {
        ERROR(app, MSG_STORE_IO);
    }
    if (ol_record_damaged(&s->store) > 0) {
        WARN(app, MSG_STORE_DAMAGED, app_count(ol_record_damaged(&s->store)));
    }
    app_settings_load(app);
}

/* A start that nobody asked for is told at once. */
static void tell_boot(struct app *app)
{
    enum app_reset_cause cause = app->machine->ops->boot(app->machine->ctx).cause;
    if (cause == APP_RESET_WATCHDOG || cause == APP_RESET_CRASH) {
        app_line_log_begin(app);
        app_boot_put(app);
        app_line_log(app, OL_LOG_ERROR);
    }
}

void app_init(struct app *app, const struct app_machine *machine)
{
    memset(app, 0, sizeof(*app));
    app->machine = machine;
    app->level = OL_LOG_INFO;
    app->now = machine->clock.ops->monotonic_ms(machine->clock.ctx);
    for (size_t i = 0; i < app_sensor_count; i++) {
        if (app_sensors[i]->init) {
            app_sensors[i]->init(machine);
        }
    }
    for (unsigned i = 0; i < APP_CONSOLE_COUNT; i++) {
        open_or_close(app, i);
    }
    open_store(app);
    app_start(app);
    tell_boot(app);
}

void app_step(struct app *app)
{
    const struct app_machine *m = app->machine;
    ol_ms at = OL_NEVER;
    m->ops->watchdog_feed(m->ctx);
    app->now = m->clock.ops->monotonic_ms(m->clock.ctx);
    app_net_step(app);
    app_led_step(app);
    if (!app->is_well && app->now >= APP_WELL_MS) {
        app->is_well = true;
        m->ops->boot_succeeded(m->ctx);
    }
    for (unsigned i = 0; i < APP_CONSOLE_COUNT; i++) {
        at = ol_ms_min(at, terminal_step(app, i));
    }
    at = ol_ms_min(at, ol_ms_min(app_net_deadline(app), app->led.next_at));
    if (!app->is_well) {
        at = ol_ms_min(at, APP_WELL_MS);
    }
    if (at > app->now) {
        m->ops->sleep(m->ctx, at);
    }
}

void app_main(const struct app_machine *machine)
{
    static struct app app;
    app_init(&app, machine);
    for (;;) {
        app_step(&app);
    }
}
