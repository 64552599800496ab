/* SPDX-License-Identifier: MIT */
#include "tools/faults.h"

#include <stdio.h>

void cli_fault_tell(struct cli_faults *f, const struct ol_setting_error *err)
{
    char text[2048];
    struct ol_writer w = ol_writer_make(text, sizeof(text) - 1);
    if (f->count++ >= CLI_FAULTS_MAX) {
        return;
    }
    ol_setting_error_encode(&w, ol_str_from(f->path), err);
    for (size_t i = 0; i < w.len; i++) {
        unsigned char c = (unsigned char)text[i];
        text[i] = c < ' ' || c == 0x7F ? '?' : text[i];
    }
    text[w.len] = '\0';
    fprintf(stderr, "%s\n", text);
}

void cli_fault_tell_property(struct cli_faults *f, struct ol_str identifier,
                             struct ol_setting_error *err)
{
    char key[160];
    snprintf(key, sizeof(key), "property.%.*s%s%s", (int)identifier.len, identifier.ptr,
             err->setting ? "." : "", err->setting ? err->setting->name : "");
    err->key = ol_str_from(key);
    cli_fault_tell(f, err);
}

void cli_fault_tell_reason(struct cli_faults *f, const struct ol_settings *settings,
                           enum ol_setting_key key, const char *reason,
                           const char *allowed)
{
    struct ol_setting_error err = {.problem = OL_SETTING_REASON,
                                   .line = settings->value[key].line,
                                   .setting = ol_setting_get(key),
                                   .key = ol_str_from(ol_setting_get(key)->name),
                                   .reason = reason,
                                   .allowed = allowed};
    cli_fault_tell(f, &err);
}

void cli_faults_end(const struct cli_faults *f)
{
    if (f->count > CLI_FAULTS_MAX) {
        fprintf(stderr, "%s: and %u more\n", f->path, f->count - CLI_FAULTS_MAX);
    }
}
