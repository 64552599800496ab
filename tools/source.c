/* SPDX-License-Identifier: MIT */
#include "tools/source.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "onelink/json/arith.h"
#include "tools/decimal.h"
#include "tools/file.h"
#include "tools/why.h"

static bool refuse(struct ol_setting_error *err, enum ol_property_key key,
                   const struct ol_settings_property *settings, const char *reason)
{
    err->problem = OL_SETTING_REASON;
    err->setting = ol_setting_property_get(key);
    err->line = settings->value[key].line;
    err->reason = reason;
    return false;
}

static struct ol_str cut(struct ol_str s, size_t from)
{
    return (struct ol_str){s.ptr + from, s.len - from};
}

static bool file_init(struct cli_source *out, struct ol_str path,
                      const struct ol_settings_property *settings,
                      struct ol_setting_error *err)
{
    if (path.len == 0) {
        return refuse(err, OL_PROPERTY_KEY_SOURCE, settings, "file: without a path");
    }
    memcpy(out->path, path.ptr, path.len);
    out->path[path.len] = '\0';
    out->kind = CLI_SOURCE_FILE;
    return true;
}

/* What only a file has must not stand beside another source. */
static bool check_companions(const struct cli_source *s,
                             const struct ol_settings_property *settings,
                             struct ol_setting_error *err)
{
    static const enum ol_property_key keys[] = {
        OL_PROPERTY_KEY_FIELD, OL_PROPERTY_KEY_SCALE, OL_PROPERTY_KEY_OFFSET};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (s->kind != CLI_SOURCE_FILE && settings->value[keys[i]].line > 0) {
            return refuse(err, keys[i], settings,
                          "has a meaning for a file: source alone");
        }
    }
    return true;
}

bool cli_source_init(struct cli_source *out, const struct ol_settings_property *settings,
                     struct ol_setting_error *err)
{
    struct ol_str text = settings->value[OL_PROPERTY_KEY_SOURCE].as.text;
    const char *reason = NULL, *allowed = NULL;
    memset(err, 0, sizeof(*err));
    out->kind = CLI_SOURCE_NONE;
    out->field = (unsigned)settings->value[OL_PROPERTY_KEY_FIELD].as.number;
    if (ol_dec_decode(settings->value[OL_PROPERTY_KEY_SCALE].as.text, &out->scale) !=
            OL_OK ||
        ol_dec_decode(settings->value[OL_PROPERTY_KEY_OFFSET].as.text, &out->offset) !=
            OL_OK) {
        return refuse(err, OL_PROPERTY_KEY_SCALE, settings, "is not a number");
    }
    if (ol_str_equal(text, OL_STR("stdio"))) {
        out->kind = CLI_SOURCE_STDIO;
    } else if (ol_str_has_prefix(text, OL_STR("file:"))) {
        if (!file_init(out, cut(text, 5), settings, err)) {
            return false;
        }
    } else if (ol_str_has_prefix(text, OL_STR("sim:"))) {
        out->kind = CLI_SOURCE_SIM;
        if (!cli_sim_decode(cut(text, 4), &out->sim, &reason, &allowed)) {
            err->allowed = allowed;
            return refuse(err, OL_PROPERTY_KEY_SOURCE, settings, reason);
        }
    } else if (settings->value[OL_PROPERTY_KEY_SOURCE].line > 0) {
        err->allowed = "file:PATH, sim:sine, sim:ramp, sim:counter or stdio";
        return refuse(err, OL_PROPERTY_KEY_SOURCE, settings, "there is no such source");
    }
    return check_companions(out, settings, err);
}

/* The first line of the first len bytes. */
static bool first_line(const struct cli_source_room *room, size_t len, struct ol_str *out)
{
    const char *lf = memchr(room->text, '\n', len);
    *out = ol_str_make(room->text, lf ? (size_t)(lf - room->text) : len);
    while (out->len > 0 &&
           (out->ptr[out->len - 1] == '\r' || out->ptr[out->len - 1] == ' ')) {
        out->len--;
    }
    return lf || len < sizeof(room->text);
}

static bool read_file(struct cli_source *s, bool text, struct cli_source_room *room,
                      struct ol_onenet_value *out, char *why, size_t cap)
{
    struct ol_dec number;
    struct ol_str line;
    int len = cli_file_peek(s->path, room->text, sizeof(room->text));
    if (len < 0) {
        return cli_fail(why, cap, "cannot read %s: %s", s->path, strerror(errno));
    }
    if (text) {
        if (!first_line(room, (size_t)len, &line)) {
            return cli_fail(why, cap, "the first line of %s is too long", s->path);
        }
        *out = ol_onenet_value_str(line);
        return true;
    }
    if (!cli_dec_find(ol_str_make(room->text, (size_t)len), s->field, &number)) {
        return cli_fail(why, cap, "%s has no number in field %u", s->path, s->field);
    }
    if (ol_dec_add(number, s->offset, &number) != OL_OK ||
        ol_dec_multiply(number, s->scale, &number) != OL_OK) {
        return cli_fail(
            why, cap, "%s has a number that is too long with scale and offset", s->path);
    }
    *out = ol_onenet_value_dec(number);
    return true;
}

bool cli_source_read(struct cli_source *s, ol_ms elapsed, bool text,
                     struct cli_source_room *room, struct ol_onenet_value *out, char *why,
                     size_t cap)
{
    struct ol_dec number;
    if (s->kind == CLI_SOURCE_FILE) {
        return read_file(s, text, room, out, why, cap);
    }
    if (!cli_sim_next(&s->sim, elapsed, &number)) {
        return cli_fail(why, cap, "the simulated number has become too long");
    }
    *out = ol_onenet_value_dec(number);
    return true;
}
