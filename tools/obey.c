/* SPDX-License-Identifier: MIT */
#include "tools/obey.h"

#include <stdio.h>
#include <string.h>

#include "onelink/json/writer.h"

#define FAILED 500

static const struct cli_command *command_of(const struct cli_device *d,
                                            const struct ol_onenet_set_item *item)
{
    return &d->properties[item->field].command;
}

static struct ol_str name_of(const struct cli_device *d,
                             const struct ol_onenet_set_item *item)
{
    return d->model.model.fields[item->field].identifier;
}

/* {"led":true}: every value, or those for standard output alone. The writer is left
 * unfinished where it does not fit. Returns how many there are. */
static unsigned encode(const struct cli_device *d, struct ol_onenet_params params,
                       bool stdout_only, struct ol_json_writer *w)
{
    struct ol_onenet_set_item item;
    unsigned count = 0;
    ol_json_object_begin(w);
    while (ol_agent_set_next(&d->agent, &params, &item)) {
        if (stdout_only && command_of(d, &item)->kind != CLI_COMMAND_STDOUT) {
            continue;
        }
        ol_json_key(w, name_of(d, &item));
        if (item.value.kind == OL_ONENET_VALUE_BOOL) {
            ol_json_bool(w, item.value.as.b);
        } else {
            ol_json_raw(w, item.json);
        }
        count++;
    }
    ol_json_object_end(w);
    return count;
}

static void tell(const struct cli_device *d, const struct ol_agent_event *ev)
{
    char text[2048];
    struct ol_onenet_params params = ev->set.params;
    struct ol_onenet_set_item item;
    struct ol_json_writer w = ol_json_writer_make(text, sizeof(text));
    encode(d, params, false, &w);
    bool whole = ol_json_writer_status(&w) == OL_OK;
    cli_log_message(&d->log, CLI_ARROW_DOWN, "set %.*s%s", (int)w.out.len, text,
                    whole ? "" : " ...");
    while (ol_agent_set_next(&d->agent, &params, &item)) {
        if (item.coerced) {
            cli_log_line(&d->log, OL_LOG_WARN,
                         "%.*s is a bool and was set with %.*s instead of %s; obeyed",
                         (int)name_of(d, &item).len, name_of(d, &item).ptr,
                         (int)item.json.len, item.json.ptr,
                         item.value.as.b ? "true" : "false");
        }
    }
}

static bool use_files(const struct cli_device *d, struct ol_onenet_params params,
                      bool write, char *why, size_t cap)
{
    struct ol_onenet_set_item item;
    while (ol_agent_set_next(&d->agent, &params, &item)) {
        const struct cli_command *c = command_of(d, &item);
        if (c->kind == CLI_COMMAND_FILE &&
            !(write ? cli_command_write(c, &item.value, why, cap)
                    : cli_command_check(c, why, cap))) {
            return false;
        }
    }
    return true;
}

static bool print_line(struct cli_device *d, struct ol_onenet_params params, char *why,
                       size_t cap)
{
    static char text[CLI_LINE_MAX];
    struct ol_json_writer w = ol_json_writer_make(text, sizeof(text));
    if (encode(d, params, true, &w) == 0) {
        return true;
    }
    if (ol_json_writer_status(&w) == OL_OK &&
        cli_outbox_put(&d->outbox, ol_str_make(text, w.out.len))) {
        return true;
    }
    snprintf(why, cap, "%s",
             d->outbox.broken ? "nobody reads standard output"
                              : "standard output is not read fast enough");
    return false;
}

/* Whether the line for standard output could be put there now. */
static bool can_print(const struct cli_device *d, struct ol_onenet_params params,
                      char *why, size_t cap)
{
    struct ol_onenet_set_item item;
    while (ol_agent_set_next(&d->agent, &params, &item)) {
        if (command_of(d, &item)->kind == CLI_COMMAND_STDOUT && d->outbox.broken) {
            snprintf(why, cap, "nobody reads standard output");
            return false;
        }
    }
    return true;
}

void cli_obey(struct cli_device *d, const struct ol_agent_event *ev)
{
    char why[1400] = "";
    tell(d, ev);
    if (ev->set.handle == 0) {
        cli_log_message(&d->log, CLI_ARROW_UP, "set_reply 200");
        return;
    }
    bool ok = can_print(d, ev->set.params, why, sizeof(why)) &&
              use_files(d, ev->set.params, false, why, sizeof(why)) &&
              use_files(d, ev->set.params, true, why, sizeof(why)) &&
              print_line(d, ev->set.params, why, sizeof(why));
    int32_t code = ok ? 200 : FAILED;
    /* The platform need not learn paths of this machine: the log has the reason. */
    struct ol_str msg = ok ? OL_STR("") : OL_STR("the device cannot do it now");
    if (ol_agent_set_reply(&d->agent, ev->set.handle, code, msg) != OL_OK) {
        cli_log_line(&d->log, OL_LOG_WARN, "the command can no longer be answered");
        return;
    }
    if (!ok) {
        cli_log_line(&d->log, OL_LOG_ERROR, "the command failed: %s", why);
    }
    cli_log_message(&d->log, CLI_ARROW_UP, "set_reply %d", (int)code);
}
