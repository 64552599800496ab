/* SPDX-License-Identifier: MIT */
#include "tools/command.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TEXT_MAX 65536

bool cli_command_init(struct cli_command *out,
                      const struct ol_settings_property *settings,
                      struct ol_setting_error *err)
{
    const struct ol_setting_value *value = &settings->value[OL_PROPERTY_KEY_COMMAND];
    struct ol_str text = value->line > 0 ? value->as.text : OL_STR("keep");
    memset(err, 0, sizeof(*err));
    if (ol_str_equal(text, OL_STR("keep"))) {
        out->kind = CLI_COMMAND_KEEP;
        return true;
    }
    if (ol_str_equal(text, OL_STR("stdout"))) {
        out->kind = CLI_COMMAND_STDOUT;
        return true;
    }
    if (ol_str_has_prefix(text, OL_STR("file:")) && text.len > 5) {
        out->kind = CLI_COMMAND_FILE;
        memcpy(out->path, text.ptr + 5, text.len - 5);
        out->path[text.len - 5] = '\0';
        return true;
    }
    *err = (struct ol_setting_error){
        .problem = OL_SETTING_REASON,
        .setting = ol_setting_property_get(OL_PROPERTY_KEY_COMMAND),
        .line = value->line,
        .reason = "there is no such command",
        .allowed = "keep, file:PATH or stdout",
    };
    return false;
}

static bool fail(const struct cli_command *c, char *why, size_t cap)
{
    snprintf(why, cap, "cannot write %s: %s", c->path, strerror(errno));
    return false;
}

static int open_file(const struct cli_command *c, int flags)
{
    return open(c->path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK | flags, 0644);
}

bool cli_command_check(const struct cli_command *c, char *why, size_t cap)
{
    int fd = open_file(c, 0);
    if (fd < 0) {
        return fail(c, why, cap);
    }
    close(fd);
    return true;
}

/* The text of a value for a file, with a newline; -1 when it is too long. */
static int encode(const struct ol_onenet_value *value, char *text, size_t cap)
{
    struct ol_writer w = ol_writer_make(text, cap - 1);
    if (value->kind == OL_ONENET_VALUE_BOOL) {
        ol_writer_u8(&w, value->as.b ? '1' : '0');
    } else if (value->kind == OL_ONENET_VALUE_STRING) {
        int32_t len = ol_onenet_value_text(value, text, cap - 1);
        if (len < 0) {
            return -1;
        }
        w.len = (size_t)len;
    } else {
        ol_onenet_value_encode(&w, value);
    }
    if (ol_writer_status(&w) != OL_OK) {
        return -1;
    }
    text[w.len++] = '\n';
    return (int)w.len;
}

bool cli_command_write(const struct cli_command *c, const struct ol_onenet_value *value,
                       char *why, size_t cap)
{
    char text[TEXT_MAX];
    int len = encode(value, text, sizeof(text));
    if (len < 0) {
        snprintf(why, cap, "the value is too long for %s", c->path);
        return false;
    }
    int fd = open_file(c, O_TRUNC);
    if (fd < 0) {
        return fail(c, why, cap);
    }
    ssize_t n = write(fd, text, (size_t)len);
    bool ok = n == len;
    if (n >= 0 && !ok) {
        errno = ENOSPC;
    }
    ok = ok || fail(c, why, cap);
    if (close(fd) != 0 && ok) {
        ok = fail(c, why, cap);
    }
    return ok;
}
