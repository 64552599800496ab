/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "firmware/app/private.h"

/* The next line of a text, without its LF; false at the end. */
static bool next_line(const struct app_text_buf *text, size_t *at, struct ol_str *line)
{
    if (*at >= text->len) {
        return false;
    }
    const char *lf = memchr(text->ptr + *at, '\n', text->len - *at);
    size_t end = lf ? (size_t)(lf - text->ptr) : text->len;
    *line = (struct ol_str){text->ptr + *at, end - *at};
    *at = end + 1;
    return true;
}

/* Lines are stored as "key = value". */
static bool is_line_of(struct ol_str line, struct ol_str key)
{
    return ol_str_has_prefix(line, key) && line.len > key.len &&
           (line.ptr[key.len] == ' ' || line.ptr[key.len] == '=');
}

const struct ol_setting *app_settings_row(struct ol_str key)
{
    const struct ol_setting *row = ol_setting_find(key);
    return row && ol_setting_is_for(row, OL_SETTING_BOARD) ? row : NULL;
}

struct ol_str app_property_key(char text[APP_PROPERTY_KEY_CAP],
                               const struct ol_settings_property *p,
                               enum ol_property_key key)
{
    struct ol_writer w = ol_writer_make(text, APP_PROPERTY_KEY_CAP);
    ol_writer_str(&w, OL_STR("property."));
    ol_writer_str(&w, p->identifier);
    ol_writer_u8(&w, '.');
    ol_writer_str(&w, ol_str_from(ol_setting_property_get(key)->name));
    return ol_str_make(text, w.len);
}

/* --- reading ------------------------------------------------------------------------ */

void app_settings_parse(struct app *app, const struct app_text_buf *text,
                        struct ol_str except, bool tell)
{
    struct app_settings *s = &app->settings;
    struct app_fault fault = {.reason = MSG_OK};
    struct ol_str line;
    uint16_t number = 0;
    ol_settings_init(&s->parsed, s->table, APP_PROPERTY_MAX);
    s->parsed.where = OL_SETTING_BOARD;
    for (size_t at = 0; next_line(text, &at, &line);) {
        number++;
        if (except.len > 0 && is_line_of(line, except)) {
            continue;
        }
        if (ol_settings_input_line(&s->parsed, line, number, &fault.err) != OL_OK &&
            tell) {
            app_fault_log(app, &fault, true);
        }
    }
}

void app_settings_load(struct app *app)
{
    struct app_settings *s = &app->settings;
    size_t len = ol_record_len(&s->store);
    s->edited.len = 0;
    s->is_unsaved = false;
    if (len <= APP_TEXT_CAP &&
        ol_record_read(&s->store, 0, s->edited.ptr, len) == OL_OK) {
        s->edited.len = (uint16_t)len;
    }
}

/* --- changing ----------------------------------------------------------------------- */

static int32_t refuse(struct app_fault *fault, enum app_message reason,
                      enum app_message allowed)
{
    fault->err.problem = OL_SETTING_REASON;
    fault->reason = reason;
    fault->allowed = allowed;
    return OL_E_ARG;
}

/* What only this program can tell: sources, commands, pins. */
static int32_t check_meaning(struct app *app, struct ol_str key, struct app_fault *fault)
{
    const struct app_machine *m = app->machine;
    const struct ol_setting *row;
    const struct ol_setting_value *value =
        ol_settings_value(&app->settings.parsed, key, &row);
    enum app_message allowed = MSG_OK, wrong = MSG_OK;
    if (row == ol_setting_property_get(OL_PROPERTY_KEY_SOURCE)) {
        wrong = app_source_check(m, value->as.text, &allowed);
    } else if (row == ol_setting_property_get(OL_PROPERTY_KEY_COMMAND)) {
        wrong = app_command_check(m, value->as.text, &allowed);
    } else if (row == ol_setting_get(OL_SETTING_KEY_LED_PIN) &&
               m->ops->gpio_read(m->ctx, value->as.number) < 0) {
        wrong = MSG_FAULT_PIN;
    }
    return wrong == MSG_OK ? OL_OK : refuse(fault, wrong, allowed);
}

/* Removes the lines of a key. Returns how many bytes. */
static size_t remove_lines(struct app_text_buf *text, struct ol_str key)
{
    size_t at = 0, removed = 0;
    struct ol_str line;
    for (size_t from = 0; next_line(text, &at, &line); from = at) {
        if (is_line_of(line, key)) {
            size_t end = at < text->len ? at : text->len;
            memmove(text->ptr + from, text->ptr + end, text->len - end);
            text->len = (uint16_t)(text->len - (end - from));
            removed += end - from;
            at = from;
        }
    }
    return removed;
}

static size_t len_of(const struct app_text_buf *text, struct ol_str key)
{
    size_t at = 0, len = 0;
    struct ol_str line;
    while (next_line(text, &at, &line)) {
        len += is_line_of(line, key) ? line.len + 1 : 0;
    }
    return len;
}

_Static_assert(sizeof(((struct app *)0)->scratch.work) >= APP_LINE_CAP + 3,
               "a setting as a line fits");

/* "key = value" in the scratch memory, where it stays until a message has told of it. */
static struct ol_str make_line(struct app *app, struct ol_str key, struct ol_str value)
{
    struct ol_writer w = ol_writer_make(&app->scratch.work, sizeof(app->scratch.work));
    ol_writer_str(&w, key);
    ol_writer_str(&w, OL_STR(" = "));
    ol_writer_str(&w, value);
    return (struct ol_str){(const char *)w.buf, w.len};
}

/* The edited text with the new line instead of the old one would be right. */
static int32_t check_change(struct app *app, struct ol_str key, struct ol_str line,
                            struct app_fault *fault)
{
    int32_t rc = ol_settings_input_line(&app->settings.parsed, line, 1, &fault->err);
    if (rc != OL_OK) {
        return rc;
    }
    fault->err.setting = app_settings_row(key);
    if (!fault->err.setting) { /* "set # x" is a comment */
        fault->err.problem = OL_SETTING_UNKNOWN;
        return OL_E_ARG;
    }
    return check_meaning(app, key, fault);
}

int32_t app_settings_set(struct app *app, struct ol_str key, struct ol_str value,
                         struct app_fault *fault)
{
    struct app_text_buf *text = &app->settings.edited;
    *fault = (struct app_fault){.reason = MSG_OK};
    app_settings_parse(app, text, key, false);
    struct ol_str line = make_line(app, key, value);
    int32_t rc = check_change(app, key, line, fault);
    fault->err.key = key;
    fault->number = APP_PROPERTY_MAX;
    if (rc != OL_OK) {
        return rc;
    }
    if (text->len - len_of(text, key) + line.len + 1 > APP_TEXT_CAP) {
        fault->number = APP_TEXT_CAP;
        return refuse(fault, MSG_FAULT_FULL, MSG_OK);
    }
    remove_lines(text, key);
    memcpy(text->ptr + text->len, line.ptr, line.len);
    text->ptr[text->len + line.len] = '\n';
    text->len = (uint16_t)(text->len + line.len + 1);
    app->settings.is_unsaved = true;
    return OL_OK;
}

int32_t app_settings_unset(struct app *app, struct ol_str key, struct app_fault *fault)
{
    *fault = (struct app_fault){.err = {.key = key, .where = OL_SETTING_BOARD}};
    if (!app_settings_row(key)) {
        fault->err.problem = OL_SETTING_UNKNOWN;
        return OL_E_ARG;
    }
    if (remove_lines(&app->settings.edited, key) == 0) {
        return refuse(fault, MSG_FAULT_NOT_SET, MSG_OK);
    }
    app->settings.is_unsaved = true;
    return OL_OK;
}

int32_t app_settings_save(struct app *app)
{
    struct app_settings *s = &app->settings;
    int32_t rc = ol_record_commit(&s->store, s->edited.ptr, s->edited.len);
    s->is_unsaved = rc == OL_OK ? false : s->is_unsaved;
    return rc;
}

int32_t app_settings_wipe(struct app *app)
{
    int32_t rc = ol_record_wipe(&app->settings.store);
    if (rc == OL_OK) {
        memset(&app->settings.edited, 0, sizeof(app->settings.edited));
        app->settings.is_unsaved = false;
    }
    return rc;
}
