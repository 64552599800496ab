/* SPDX-License-Identifier: MIT */
#ifndef FIRMWARE_APP_PRIVATE_H
#define FIRMWARE_APP_PRIVATE_H

#include "firmware/app/app.h"

/* What the parts of the application offer each other. */

/* --- say.c: lines for people -------------------------------------------------------- */

/* SAY(app, OL_LOG_INFO, MSG_ONLINE): a log line for all consoles, if the level lets it. The
 * arguments follow: app_str(...), app_number(...). */
#define SAY(app, level, id, ...)                                                         \
    app_log((app), (level), (id), (const struct app_arg[]){__VA_ARGS__},                 \
            sizeof((const struct app_arg[]){__VA_ARGS__}) / sizeof(struct app_arg))
/* The same as an answer on one console. */
#define ANSWER(app, console, id, ...)                                                    \
    app_answer((app), (console), (id), (const struct app_arg[]){__VA_ARGS__},            \
               sizeof((const struct app_arg[]){__VA_ARGS__}) / sizeof(struct app_arg))

void app_log(struct app *app, enum ol_log_level level, enum app_message id,
             const struct app_arg *args, size_t count);
void app_answer(struct app *app, unsigned console, enum app_message id,
                const struct app_arg *args, size_t count);

/* A line in parts: app->line is written with the writer that app_line_begin gives, and
 * app_line_say sends it to one console. prefix is "! " for a refusal. */
struct ol_writer app_line_begin(struct app *app, const char *prefix);
void app_line_put(struct app *app, struct ol_writer *w, enum app_message id,
                  const struct app_arg *args, size_t count);
#define PUT(app, w, id, ...)                                                             \
    app_line_put((app), (w), (id), (const struct app_arg[]){__VA_ARGS__},                \
                 sizeof((const struct app_arg[]){__VA_ARGS__}) / sizeof(struct app_arg))
void app_line_say(struct app *app, unsigned console, const struct ol_writer *w);
void app_line_log(struct app *app, enum ol_log_level level, const struct ol_writer *w);

/* Gives the port what it takes now of what was said (app.c). */
void app_write_out(struct app *app, unsigned console);

/* --- fault.c: what is wrong with a setting ------------------------------------------ */

/* What is wrong, for a message: as the registry tells it, or what this program found. */
struct app_fault {
    struct ol_setting_error err; /* problem OL_SETTING_REASON: `reason` says it */
    enum app_message reason;
    enum app_message allowed; /* MSG_OK: nothing to add */
    int64_t number;           /* %1 of reason */
};

/* Writes "key: what is wrong; allowed: ...". Values of secrets do not appear. */
void app_fault_put(struct app *app, struct ol_writer *w, const struct app_fault *fault);
/* The same as a warning in the log; is_stored: for a line of the stored settings, whose default
 * is used instead. */
void app_fault_log(struct app *app, const struct app_fault *fault, bool is_stored);
/* What a setting allows. */
void app_allowed_put(struct app *app, struct ol_writer *w,
                     const struct ol_setting *setting);

/* --- settings.c: the text of the settings ------------------------------------------- */

/* Takes the stored text as the edited one. */
void app_settings_load(struct app *app);
/* Parses a text into settings.parsed. A line that is wrong is left out, so its default is in
 * force, and logged where `tell` says so; so is the line of the setting `except`. */
void app_settings_parse(struct app *app, const struct app_text_buf *text,
                        struct ol_str except, bool tell);
/* Changes one setting of the edited text. OL_OK; else *fault says what is wrong and nothing
 * was changed. */
int32_t app_settings_set(struct app *app, struct ol_str key, struct ol_str value,
                         struct app_fault *fault);
int32_t app_settings_unset(struct app *app, struct ol_str key, struct app_fault *fault);
/* Stores the edited text. OL_OK, OL_E_IO. */
int32_t app_settings_save(struct app *app);
/* Erases all of them, everywhere. OL_OK, OL_E_IO. */
int32_t app_settings_wipe(struct app *app);
/* The registry row of a key as written, property.X.NAME included; NULL: none of a board. */
const struct ol_setting *app_settings_row(struct ol_str key);

/* --- property.c: model, sources, commands ------------------------------------------- */

/* Makes model and bindings of settings.parsed. */
void app_property_load(struct app *app);
void app_property_sample(struct app *app);
void app_property_obey(struct app *app, const struct ol_agent_event *ev);

/* --- net.c: chip and agent ---------------------------------------------------------- */

/* Sets up chip and agent from settings.parsed (spans of the used text). */
void app_net_start(struct app *app);
void app_net_step(struct app *app);
void app_net_end(struct app *app, enum app_after after);
ol_ms app_net_deadline(const struct app *app);
void app_chip_start(struct app *app);
void app_chip_set_clock(struct app *app, uint32_t hz);

/* --- tell.c: the agent's events as lines -------------------------------------------- */
void app_tell(struct app *app, const struct ol_agent_event *ev);
/* "2026-11-24 10:15:00 UTC" into text[24]. */
struct ol_str app_date_encode(char text[24], int64_t unix_ms);
/* An address without its port, or "-". */
struct ol_str app_addr_encode(char text[OL_ADDR_TEXT_CAP], struct ol_addr addr);

/* --- led.c -------------------------------------------------------------------------- */
void app_led_start(struct app *app);
void app_led_set(struct app *app, bool lit); /* by a property */
void app_led_step(struct app *app);

/* --- command.c, status.c, selftest.c ------------------------------------------------ */
void app_command(struct app *app, unsigned console);
/* Why the board started. */
void app_boot_put(struct app *app, struct ol_writer *w);
bool app_status_next(struct app *app, unsigned console, unsigned index);
bool app_selftest_next(struct app *app, unsigned console, unsigned index);
/* Restarts chip and agent with the stored settings. */
void app_start(struct app *app);

#endif
