/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tools/conformance.h"

#define SHOWN_MAX 800u /* bytes of one column */
#define RUN_MIN   24u  /* so many equal bytes are written hh*N */

static const char *const verdicts[CLI_VERDICT_COUNT] = {
    [CLI_AS_EXPECTED] = "as expected", [CLI_DIFFERENT] = "**different**"};

bool cli_case_is_in(const struct cli_case *c, const char *only)
{
    size_t n = only ? strlen(only) : 0;
    if (!only) {
        return true;
    }
    if (*only < '0' || *only > '9') {
        return strstr(c->name, only) != NULL;
    }
    return strncmp(c->section, only, n) == 0 &&
           (c->section[n] == 0 || c->section[n] == '.');
}

/* ---- bytes ---- */

/* hidden[i] where bytes[i..] begins with text. */
static void hide(const uint8_t *bytes, size_t len, const void *text, size_t text_len,
                 bool *hidden)
{
    const uint8_t *at = bytes;
    while (text_len > 0 &&
           (at = memmem(at, len - (size_t)(at - bytes), text, text_len))) {
        memset(hidden + (at - bytes), 1, text_len);
        at++;
    }
}

/* Parts of a secret give it away too: runs of eight of its bytes, found anywhere. */
static void hide_parts(const uint8_t *bytes, size_t len, struct ol_str secret,
                       bool *hidden)
{
    const size_t part = secret.len < 8 ? secret.len : 8;
    for (size_t i = 0; part > 0 && i + part <= secret.len; i++) {
        hide(bytes, len, secret.ptr + i, part, hidden);
    }
}

/* A host may send a sign back without its percent escapes. */
static void hide_decoded(const uint8_t *bytes, size_t len, struct ol_str secret,
                         bool *hidden)
{
    char plain[CLI_SECRET_MAX];
    size_t n = 0;
    for (size_t i = 0; i < secret.len && n < sizeof(plain); i++, n++) {
        plain[n] = secret.ptr[i];
        if (plain[n] == '%' && i + 2 < secret.len) {
            char hex[3] = {secret.ptr[i + 1], secret.ptr[i + 2], 0};
            plain[n] = (char)strtoul(hex, NULL, 16);
            i += 2;
        }
    }
    hide_parts(bytes, len, ol_str_make(plain, n), hidden);
    cli_secret_wipe(plain, sizeof(plain));
}

static size_t run_of(const uint8_t *bytes, const bool *hidden, size_t at, size_t len)
{
    size_t n = 1;
    while (at + n < len && bytes[at + n] == bytes[at] && !hidden[at + n]) {
        n++;
    }
    return n;
}

void cli_report_bytes(const struct cli_target *t, bool anonymous, struct ol_str secret,
                      const uint8_t *bytes, size_t len, char *out, size_t cap)
{
    static bool hidden[CLI_CONF_PACKET_CAP];
    const struct ol_agent_config *c = &t->device->agent_config;
    size_t at = strlen(out), shown = 0;
    len = len < sizeof(hidden) ? len : sizeof(hidden);
    memset(hidden, 0, len);
    if (c->key_kind != OL_AGENT_KEY_TOKEN) {
        hide_parts(bytes, len, c->key, hidden);
    }
    hide_parts(bytes, len, secret, hidden);
    hide_decoded(bytes, len, secret, hidden);
    if (anonymous) {
        hide(bytes, len, t->product, strlen(t->product), hidden);
        hide(bytes, len, t->name, strlen(t->name), hidden);
    }
    at += (size_t)snprintf(out + at, cap - at, "`");
    for (size_t i = 0; i < len && shown < SHOWN_MAX && at + 48 < cap; shown++) {
        size_t run = hidden[i] ? 1 : run_of(bytes, hidden, i, len);
        if (hidden[i]) {
            at += (size_t)snprintf(out + at, cap - at, "**");
        } else if (run >= RUN_MIN) {
            at += (size_t)snprintf(out + at, cap - at, " %02x*%zu ", bytes[i], run);
            i += run - 1;
        } else {
            at += (size_t)snprintf(out + at, cap - at, "%02x", bytes[i]);
        }
        if (++i < len && (shown + 1 == SHOWN_MAX || at + 48 >= cap)) {
            at += (size_t)snprintf(out + at, cap - at, "... %zu bytes", len);
            break;
        }
    }
    snprintf(out + at, cap - at, "`");
}

/* ---- tables ---- */

/* text as a code span, a line each; names stay as words. */
static void put_code(FILE *f, const char *text)
{
    fputc('`', f);
    for (; *text; text++) {
        if (*text == '\n') {
            fputs("`<br>`", f);
        } else {
            if (*text == '|') {
                fputc('\\', f);
            }
            fputc(*text, f);
        }
    }
    fputc('`', f);
}

static void put_tally(FILE *f, const char *only, const struct cli_result *results)
{
    unsigned tally[4][CLI_VERDICT_COUNT] = {{0}};
    unsigned tried = 0, not_tried = 0;
    for (size_t i = 0; i < cli_case_count(); i++) {
        if (cli_case_is_in(cli_case_at(i), only)) {
            tally[cli_case_at(i)->certainty][results[i].verdict]++;
            *(results[i].verdict == CLI_NOT_TRIED ? &not_tried : &tried) += 1;
        }
    }
    if (not_tried > 0) {
        fprintf(f, "\n**Interrupted after %u of %u cases; the others were not tried.**\n",
                tried, tried + not_tried);
    }
    fputs("\n| | as expected | different | not observable |\n|---|--:|--:|--:|\n", f);
    for (int i = CLI_CERTAIN_D; i <= CLI_CERTAIN_OURS; i++) {
        fprintf(f, "| %s | %u | %u | %u |\n", cli_certainty_str((enum cli_certainty)i),
                tally[i][CLI_AS_EXPECTED], tally[i][CLI_DIFFERENT],
                tally[i][CLI_NOT_OBSERVABLE]);
    }
}

static void put_row(FILE *f, const struct cli_case *c, const struct cli_result *r)
{
    fprintf(f, "| %s | %s | %s | ", c->section, c->name, cli_certainty_str(c->certainty));
    if (r->verdict == CLI_NOT_OBSERVABLE) {
        put_code(f, c->send);
        fputs(" | ", f);
        put_code(f, c->expect);
        fprintf(f, " | | not observable: %s |\n", r->why);
        return;
    }
    fprintf(f, "%s | ", r->sent);
    put_code(f, c->expect);
    fprintf(f, " | %s | %s |\n", r->seen, verdicts[r->verdict]);
}

void cli_report_write(FILE *f, const struct cli_target *t, bool anonymous,
                      const char *only, const struct cli_result *results)
{
    char date[32];
    time_t now = time(NULL);
    struct tm utc;
    gmtime_r(&now, &utc);
    strftime(date, sizeof(date), "%Y-%m-%d %H:%M UTC", &utc);
    fprintf(f,
            "# Conformance report\n\n"
            "onelink %s, %s, host: %s, product %s, device %s%s%s.\n\n"
            "Keys and the sign of tokens are left out (`**`). How to read this:\n"
            "docs/conformance.md of onelink.\n",
            OL_VERSION, date, t->host_kind, anonymous ? "(hidden)" : t->product,
            anonymous ? "(hidden)" : t->name, only ? ", only " : "", only ? only : "");
    put_tally(f, only, results);
    fputs("\n| § | case | known | sent | expected | seen | verdict |\n"
          "|---|---|---|---|---|---|---|\n",
          f);
    for (size_t i = 0; i < cli_case_count(); i++) {
        if (cli_case_is_in(cli_case_at(i), only) && results[i].verdict != CLI_NOT_TRIED) {
            put_row(f, cli_case_at(i), &results[i]);
        }
    }
}

void cli_report_list(FILE *f, const char *only)
{
    static const char *const setups[] = {"", "logged in", "subscribed"};
    fputs("| § | case | known | before | sent | expected |\n|---|---|---|---|---|---|\n",
          f);
    for (size_t i = 0; i < cli_case_count(); i++) {
        const struct cli_case *c = cli_case_at(i);
        if (!cli_case_is_in(c, only)) {
            continue;
        }
        fprintf(f, "| %s | %s | %s | %s | ", c->section, c->name,
                cli_certainty_str(c->certainty), setups[c->setup]);
        put_code(f, c->send);
        fputs(" | ", f);
        put_code(f, c->expect);
        fputs(" |\n", f);
    }
}
