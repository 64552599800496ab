/* SPDX-License-Identifier: MIT */
#ifndef FIRMWARE_APP_PRIVATE_H
#define FIRMWARE_APP_PRIVATE_H

#include "firmware/app/app.h"

#define APP_DATE_CAP 24

/* What the parts of the application offer each other. */

/* --- say.c: lines for people -------------------------------------------------------- */

/* The arguments of a message: app_count(...), app_text(...) and so on; or none. */
#define APP_ARGS(...)                                                                    \
    (const struct app_arg[]){__VA_ARGS__},                                               \
        sizeof((const struct app_arg[]){__VA_ARGS__}) / sizeof(struct app_arg)

/* WARN(app, MSG_FILTER, app_str(&filter)): a log line for all consoles, if the level lets it. */
#define ERROR(app, id, ...) app_log_error((app), (id), APP_ARGS(__VA_ARGS__))
#define WARN(app, id, ...)  app_log_warn((app), (id), APP_ARGS(__VA_ARGS__))
#define INFO(app, id, ...)  app_log_info((app), (id), APP_ARGS(__VA_ARGS__))
#define DEBUG(app, id, ...) app_log_debug((app), (id), APP_ARGS(__VA_ARGS__))
/* The same as an answer on the console that asked: app->console. */
#define ANSWER(app, id, ...) app_answer((app), (id), APP_ARGS(__VA_ARGS__))

void app_log_error(struct app *app, enum app_message id, const struct app_arg *args,
                   size_t count);
void app_log_warn(struct app *app, enum app_message id, const struct app_arg *args,
                  size_t count);
void app_log_info(struct app *app, enum app_message id, const struct app_arg *args,
                  size_t count);
void app_log_debug(struct app *app, enum app_message id, const struct app_arg *args,
                   size_t count);
void app_answer(struct app *app, enum app_message id, const struct app_arg *args,
                size_t count);

/* A line in parts: begun, written with app->said or PUT, and then said to the console that
 * asked, or logged. */
void app_line_begin(struct app *app);
/* The same for a refusal, which begins with "! ", and for the log, which begins with the time. */
void app_line_refuse(struct app *app);
void app_line_log_begin(struct app *app);
#define PUT(app, id, ...) app_line_put((app), (id), APP_ARGS(__VA_ARGS__))
void app_line_put(struct app *app, enum app_message id, const struct app_arg *args,
                  size_t count);
void app_line_say(struct app *app);
void app_line_log(struct app *app, enum ol_log_level level);

/* Gives the port what it takes now of what was said (app.c). */
void app_write_out(struct app *app, unsigned console);

/* --- fault.c: what is wrong with a setting ------------------------------------------ */

/* What is wrong, for a message: as the registry tells it, or what this program found. */
struct app_fault {
    struct ol_setting_error err; /* problem OL_SETTING_REASON: `reason` says it */
    enum app_message reason;
    enum app_message allowed; /* MSG_OK: nothing to add */
    uint32_t number;          /* %1 of reason */
};

/* Puts "key: what is wrong; allowed: ...". Values of secrets do not appear. */
void app_fault_put(struct app *app, const struct app_fault *fault);
/* The same as a warning in the log; is_stored: for a line of the stored settings, whose default
 * is used instead. */
void app_fault_log(struct app *app, const struct app_fault *fault, bool is_stored);
/* What a setting allows. */
void app_allowed_put(struct app *app, const struct ol_setting *setting);

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
/* "property.IDENTIFIER.NAME" in text. */
#define APP_PROPERTY_KEY_CAP (OL_SETTINGS_IDENTIFIER_MAX + 24)
struct ol_str app_property_key(char text[APP_PROPERTY_KEY_CAP],
                               const struct ol_settings_property *p,
                               enum ol_property_key key);
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

/* --- config.c: what the agent is set up with ---------------------------------------- */

/* Makes it of settings.parsed, whose text must outlive it; sets the address that is fixed. */
void app_config_make(struct app *app, struct ol_agent_config *c);

/* --- tell.c: the agent's events as lines -------------------------------------------- */
void app_tell(struct app *app, const struct ol_agent_event *ev);
/* "2026-11-24 10:15:00 UTC", in text. */
const char *app_date_encode(char text[APP_DATE_CAP], int64_t unix_ms);
/* An address without its port, in text, or "-". */
const char *app_addr_encode(char text[OL_ADDR_TEXT_CAP], const struct ol_addr *addr);

/* --- led.c -------------------------------------------------------------------------- */
void app_led_start(struct app *app);
void app_led_set(struct app *app, bool lit); /* by a property */
void app_led_step(struct app *app);

/* --- command.c, status.c, selftest.c ------------------------------------------------ */
/* Patterns through the memory of the chip's closed sockets, more slowly until they come back
 * whole; wrong_at is told each clock at which they do not, and the chip is set up anew then.
 * Returns their bytes; 0: at no clock, and the clock is as before. */
uint32_t app_bus_settle(struct app *app, void (*wrong_at)(struct app *app, uint32_t hz));
void app_command(struct app *app);
/* Puts why the board started. */
void app_boot_put(struct app *app);
bool app_status_next(struct app *app, unsigned index);
bool app_selftest_next(struct app *app, unsigned index);
/* Restarts chip and agent with the stored settings. */
void app_start(struct app *app);

#endif
