/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "onelink/agent/settings.h"
#include "tools/commands.h"
#include "tools/options.h"
#include "tools/provision_board.h"
#include "tools/provision_csv.h"
#include "tools/secret.h"

#define ANSWER_MS 5000
#define GREET_MS  15000
#define POLL_MS   200
#define AGAIN_MS  1000
#define FAULTS    10

static const struct ol_str none = {"", 0};

static const char usage[] =
    "usage: onelink provision {--port PORT | --emulator PATH} --csv FILE [--fresh]\n"
    "                         [--once] [--wait SECONDS]\n"
    "\n"
    "Writes the settings of each row of the table over the serial console of a board,\n"
    "saves them, reads them back and marks the row done; then waits for the next board\n"
    "at the same port. Ends when every row is done.\n"
    "\n"
    "  --port PORT         the board's serial port, such as /dev/ttyACM0\n"
    "  --emulator PATH     the emulator's console: a Unix socket or a pseudo-terminal\n"
    "  --csv FILE          the table; docs/provision.md describes it. It holds keys, so\n"
    "                      only its owner may read it (chmod 600)\n"
    "  --fresh             erase the board's settings first\n"
    "  --once              one board, then end\n"
    "  --wait SECONDS      end when no board comes for so long; else wait for ever\n"
    "  -h, --help          this text\n";

struct provision {
    const char *port;
    struct cli_csv csv;
    struct cli_board board;
    struct ol_settings_property table[16];
    bool fresh;
    bool once;
    unsigned long wait_s; /* 0: for ever */
};

static bool is_own(const struct provision *p, size_t column)
{
    return column == p->csv.done || column == p->csv.board;
}

static const char *cell(struct ol_str s)
{
    static char text[80];
    snprintf(text, sizeof(text), "%.*s", (int)s.len, s.len > 0 ? s.ptr : "");
    return text;
}

/* What a person calls a row. */
static const char *name_of(const struct provision *p, size_t row)
{
    for (size_t i = 0; i < p->csv.columns; i++) {
        if (ol_str_equal(cli_csv_get(&p->csv, 0, i), OL_STR("device_name"))) {
            return cell(cli_csv_get(&p->csv, row, i));
        }
    }
    return "board";
}

/* --- checking the table ------------------------------------------------------------- */

/* A value as the console takes it: in quotes where it has blanks or '#', or begins with '='.
 * false: it cannot be written. */
static bool quote(struct ol_str value, char *out, size_t cap)
{
    bool needs = value.len > 0 && value.ptr[0] == '=';
    const char *mark = memchr(value.ptr, '"', value.len) ? "'" : "\"";
    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] == *mark || (unsigned char)value.ptr[i] < ' ') {
            return false;
        }
        needs = needs || strchr("#'\" \t", value.ptr[i]);
    }
    return (size_t)snprintf(out, cap, "%s%.*s%s", needs ? mark : "", (int)value.len,
                            value.ptr, needs ? mark : "") < cap;
}

/* Two keys or tokens, of which a board takes only one. */
static bool has_conflict(const struct ol_settings *s, struct ol_setting_error *err)
{
    uint8_t next = 0;
    int32_t rc;
    do {
        rc = ol_settings_check_next(s, &next, err);
    } while (rc != OL_OK && err->problem != OL_SETTING_CONFLICT);
    return rc != OL_OK;
}

/* The settings of a row. Returns how many are wrong, each told. */
static unsigned check_row(struct provision *p, size_t row, struct ol_settings *s)
{
    unsigned faults = 0;
    char message[512], value[1100];
    struct ol_setting_error err;
    uint16_t line = (uint16_t)(p->csv.lines[row] < 65535 ? p->csv.lines[row] : 65535);
    ol_settings_init(s, p->table, sizeof(p->table) / sizeof(p->table[0]));
    s->where = OL_SETTING_BOARD;
    for (size_t i = 0; i < p->csv.columns; i++) {
        struct ol_str text = cli_csv_get(&p->csv, row, i);
        if (is_own(p, i) || text.len == 0) {
            continue;
        }
        struct ol_writer w = ol_writer_make(message, sizeof(message) - 1);
        if (ol_settings_set(s, cli_csv_get(&p->csv, 0, i), text, line, &err) != OL_OK) {
            ol_setting_error_encode(&w, ol_str_from(p->csv.path), &err);
        } else if (!quote(text, value, sizeof(value))) {
            err = (struct ol_setting_error){.problem = OL_SETTING_QUOTE,
                                            .line = line,
                                            .key = cli_csv_get(&p->csv, 0, i)};
            ol_setting_error_encode(&w, ol_str_from(p->csv.path), &err);
        } else {
            continue;
        }
        message[w.len] = '\0';
        fprintf(stderr, "%s\n", message);
        faults++;
    }
    cli_secret_wipe(value, sizeof(value));
    if (has_conflict(s, &err)) {
        fprintf(stderr, "%s:%u: %s and %s cannot stand together\n", p->csv.path, line,
                err.other->name, err.setting->name);
        faults++;
    }
    return faults;
}

/* A wrong name of a column is told once, not for every row. */
static bool check_columns(const struct provision *p)
{
    bool ok = true;
    for (size_t i = 0; i < p->csv.columns; i++) {
        struct ol_str name = cli_csv_get(&p->csv, 0, i);
        struct ol_settings s;
        struct ol_settings_property property;
        struct ol_setting_error err;
        char message[1024];
        ol_settings_init(&s, &property, 1);
        s.where = OL_SETTING_BOARD;
        (void)!ol_settings_set(&s, name, OL_STR("?"), 1, &err);
        bool unknown = err.problem == OL_SETTING_UNKNOWN ||
                       err.problem == OL_SETTING_IDENTIFIER ||
                       err.problem == OL_SETTING_ELSEWHERE;
        if (!is_own(p, i) && unknown) {
            struct ol_writer w = ol_writer_make(message, sizeof(message) - 1);
            ol_setting_error_encode(&w, ol_str_from(p->csv.path), &err);
            message[w.len] = '\0';
            fprintf(stderr, "%s\n", message);
            ok = false;
        }
        for (size_t k = 0; k < i; k++) {
            if (ol_str_equal(name, cli_csv_get(&p->csv, 0, k))) {
                fprintf(stderr, "%s:1: the column %s stands twice\n", p->csv.path,
                        cell(name));
                ok = false;
            }
        }
    }
    return ok;
}

/* Every row that is to be done, before any board is touched. */
static bool check_table(struct provision *p)
{
    struct ol_settings s;
    unsigned faults = 0;
    if ((p->csv.mode & 077) != 0) {
        fprintf(stderr,
                "%s: holds keys and is open to other users (mode %03o); run: chmod 600 "
                "%s\n",
                p->csv.path, p->csv.mode, p->csv.path);
        return false;
    }
    if (!check_columns(p)) {
        return false;
    }
    for (size_t row = 1; row <= p->csv.rows && faults < FAULTS; row++) {
        if (cli_csv_get(&p->csv, row, p->csv.done).len == 0) {
            faults += check_row(p, row, &s);
        }
    }
    return faults == 0;
}

/* --- one board ---------------------------------------------------------------------- */

static enum cli_board_result write_row(struct provision *p, size_t row, char *why,
                                       size_t cap)
{
    char line[128], value[1100];
    enum cli_board_result result = CLI_BOARD_OK;
    for (size_t i = 0; i < p->csv.columns && result == CLI_BOARD_OK; i++) {
        struct ol_str name = cli_csv_get(&p->csv, 0, i);
        struct ol_str text = cli_csv_get(&p->csv, row, i);
        if (is_own(p, i) || text.len == 0 || !quote(text, value, sizeof(value))) {
            continue;
        }
        snprintf(line, sizeof(line), "set %.*s ", (int)name.len, name.ptr);
        result =
            cli_board_command(&p->board, line, ol_str_from(value), ANSWER_MS, why, cap);
    }
    cli_secret_wipe(value, sizeof(value));
    return result;
}

static const struct ol_setting_value *
value_of(const struct ol_settings *s, struct ol_str key, const struct ol_setting **row)
{
    for (int i = 0; i < OL_SETTING_KEY_COUNT; i++) {
        *row = ol_setting_get((enum ol_setting_key)i);
        if (ol_str_equal(key, ol_str_from((*row)->name))) {
            return &s->value[i];
        }
    }
    for (uint16_t k = 0; k < s->property_count; k++) {
        for (int i = 0; i < OL_PROPERTY_KEY_COUNT; i++) {
            char name[128];
            *row = ol_setting_property_get((enum ol_property_key)i);
            snprintf(name, sizeof(name), "property.%.*s.%s",
                     (int)s->properties[k].identifier.len,
                     s->properties[k].identifier.ptr, (*row)->name);
            if (ol_str_equal(key, ol_str_from(name))) {
                return &s->properties[k].value[i];
            }
        }
    }
    return NULL;
}

static bool is_shown_as_set(struct ol_str shown)
{
    return ol_str_equal(shown, OL_STR("set")) || ol_str_equal(shown, OL_STR("已设置"));
}

/* A key or token of before that the row says nothing about keeps the board from logging in. */
static bool has_old_key(const struct provision *p, struct ol_settings *s, char *why,
                        size_t cap)
{
    struct ol_setting_error err;
    for (int key = OL_SETTING_KEY_DEVICE_KEY; key <= OL_SETTING_KEY_TOKEN_FILE; key++) {
        struct ol_str shown;
        const char *name = ol_setting_get((enum ol_setting_key)key)->name;
        if (cli_board_find(&p->board, ol_str_from(name), &shown) &&
            is_shown_as_set(shown)) {
            s->value[key].line = 1;
        }
    }
    if (!has_conflict(s, &err)) {
        return false;
    }
    snprintf(why, cap, "%s and %s are both set on the board; --fresh erases it first",
             err.other->name, err.setting->name);
    return true;
}

/* What the board shows is what the row says; of a secret, that it is set. */
static bool compare_row(struct provision *p, size_t row, char *why, size_t cap)
{
    struct ol_settings s;
    if (check_row(p, row, &s) > 0) {
        return false; /* it was checked before */
    }
    for (size_t i = 0; i < p->csv.columns; i++) {
        struct ol_str name = cli_csv_get(&p->csv, 0, i), shown;
        const struct ol_setting *setting;
        const struct ol_setting_value *value = value_of(&s, name, &setting);
        char text[1100];
        if (is_own(p, i) || !value || value->line == 0) {
            continue;
        }
        struct ol_writer w = ol_writer_make(text, sizeof(text));
        ol_setting_encode(&w, setting, value);
        bool found = cli_board_find(&p->board, name, &shown);
        bool same = found && (setting->type == OL_SETTING_SECRET
                                  ? is_shown_as_set(shown)
                                  : ol_str_equal(shown, ol_str_make(text, w.len)));
        if (!same) {
            snprintf(why, cap, "%s: the board shows \"%.*s\" after it was set",
                     cell(name), found ? (int)shown.len : 7,
                     found ? shown.ptr : "nothing");
            return false;
        }
    }
    return !has_old_key(p, &s, why, cap);
}

/* The hardware address that `status` tells, wherever it stands in there. */
static void find_board(const struct cli_board *b, char out[18])
{
    out[0] = '\0';
    for (const char *at = b->answer; *at; at++) {
        uint8_t mac[6];
        if (strlen(at) >= 17 &&
            ol_setting_mac_decode(ol_str_make(at, 17), mac) == OL_OK) {
            memcpy(out, at, 17);
            out[17] = '\0';
            return;
        }
    }
}

/* The row that is done and whose board this is, by the answer to `status`; 0: none. */
static size_t row_of_board(const struct provision *p)
{
    char mac[18];
    find_board(&p->board, mac);
    for (size_t row = 1; mac[0] && row <= p->csv.rows; row++) {
        if (cli_csv_get(&p->csv, row, p->csv.done).len > 0 &&
            ol_str_equal(cli_csv_get(&p->csv, row, p->csv.board), ol_str_from(mac))) {
            return row;
        }
    }
    return 0;
}

/* Who is there. *done_row: the row that this board was done for; 0: none. */
static enum cli_board_result meet_board(struct provision *p, size_t *done_row, char *why,
                                        size_t cap)
{
    enum cli_board_result result = cli_board_greet(&p->board, GREET_MS, why, cap);
    if (result == CLI_BOARD_OK) {
        result = cli_board_command(&p->board, "status", none, ANSWER_MS, why, cap);
    }
    *done_row = result == CLI_BOARD_OK ? row_of_board(p) : 0;
    return result;
}

static enum cli_board_result provision_board(struct provision *p, size_t row, char *why,
                                             size_t cap)
{
    enum cli_board_result result = CLI_BOARD_OK;
    if (p->fresh) {
        result =
            cli_board_command(&p->board, "factory-reset yes", none, ANSWER_MS, why, cap);
    }
    if (result == CLI_BOARD_OK) {
        result = write_row(p, row, why, cap);
    }
    if (result == CLI_BOARD_OK) {
        result = cli_board_command(&p->board, "save", none, ANSWER_MS, why, cap);
    }
    if (result == CLI_BOARD_OK) {
        result = cli_board_command(&p->board, "show", none, ANSWER_MS, why, cap);
    }
    if (result == CLI_BOARD_OK && !compare_row(p, row, why, cap)) {
        return CLI_BOARD_REFUSED;
    }
    if (result == CLI_BOARD_OK) {
        result = cli_board_command(&p->board, "status", none, ANSWER_MS, why, cap);
    }
    return result;
}

static bool mark_done(struct provision *p, size_t row, char *why, size_t cap)
{
    char when[32], board[18];
    time_t now = time(NULL);
    struct tm tm;
    strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &tm));
    find_board(&p->board, board);
    if (!cli_csv_set(&p->csv, row, p->csv.done, when) ||
        (board[0] && !cli_csv_set(&p->csv, row, p->csv.board, board))) {
        snprintf(why, cap, "not enough memory");
        return false;
    }
    return cli_csv_save(&p->csv, why, cap);
}

/* --- board after board -------------------------------------------------------------- */

static bool is_over(const struct provision *p, time_t since)
{
    return p->wait_s > 0 && (unsigned long)(time(NULL) - since) >= p->wait_s;
}

static void pause_ms(long ms)
{
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

static bool await_board(struct provision *p)
{
    char why[512];
    time_t since = time(NULL);
    bool told = false;
    while (!cli_board_open(&p->board, p->port, why, sizeof(why))) {
        if (is_over(p, since)) {
            fprintf(stderr, "onelink provision: no board at %s\n", why);
            return false;
        }
        if (!told) {
            fprintf(stderr, "waiting for a board (%s)\n", why);
            told = true;
        }
        pause_ms(POLL_MS);
    }
    return true;
}

static bool await_unplug(struct provision *p)
{
    time_t since = time(NULL);
    while (!cli_board_is_gone(&p->board, POLL_MS)) {
        if (is_over(p, since)) {
            fputs("onelink provision: the next board was not plugged in\n", stderr);
            return false;
        }
    }
    return true;
}

static size_t next_row(const struct provision *p)
{
    size_t row = 1;
    while (row <= p->csv.rows && cli_csv_get(&p->csv, row, p->csv.done).len > 0) {
        row++;
    }
    return row;
}

/* One board for one row. false: the table cannot be written. */
static bool serve_board(struct provision *p, size_t row, enum cli_board_result *result)
{
    char why[1024] = "";
    size_t done_row;
    unsigned line = p->csv.lines[row];
    *result = meet_board(p, &done_row, why, sizeof(why));
    if (done_row > 0) {
        printf("%s:%u: %s: this board is done already; to write it again, empty its cell "
               "done\n",
               p->csv.path, p->csv.lines[done_row], name_of(p, done_row));
        return true;
    }
    if (*result == CLI_BOARD_OK) {
        *result = provision_board(p, row, why, sizeof(why));
    }
    if (*result != CLI_BOARD_OK) {
        fprintf(stderr, "%s:%u: %s: not done: %s\n", p->csv.path, line, name_of(p, row),
                why);
        return true;
    }
    if (!mark_done(p, row, why, sizeof(why))) {
        fprintf(stderr, "onelink provision: %s\n", why);
        return false;
    }
    printf("%s:%u: %s: done\n", p->csv.path, line, name_of(p, row));
    return true;
}

/* true: it may go on with the next. */
static bool serve(struct provision *p, size_t row, bool *failed)
{
    enum cli_board_result result;
    bool written = serve_board(p, row, &result);
    *failed = !written || result != CLI_BOARD_OK;
    fflush(stdout);
    if (!written || p->once || next_row(p) > p->csv.rows) {
        return false;
    }
    fputs(*failed ? "plug in this board anew, or another one\n"
                  : "plug in the next board\n",
          stderr);
    if (result == CLI_BOARD_GONE) {
        pause_ms(AGAIN_MS); /* the port may stay where it is */
        return true;
    }
    return await_unplug(p);
}

static int serve_all(struct provision *p)
{
    bool failed = false, more = true;
    if (next_row(p) > p->csv.rows) {
        printf("%s: every row is done\n", p->csv.path);
        return CLI_EXIT_OK;
    }
    while (more && next_row(p) <= p->csv.rows) {
        if (!await_board(p)) {
            return CLI_EXIT_FAILED;
        }
        more = serve(p, next_row(p), &failed);
        cli_board_close(&p->board);
    }
    bool all = next_row(p) > p->csv.rows;
    return !failed && (all || p->once) ? CLI_EXIT_OK : CLI_EXIT_FAILED;
}

/* Two programs at one table would undo each other's marks. name[cap] gets the lock's name. */
static int lock_table(const char *path, char *name, size_t cap)
{
    snprintf(name, cap, "%s.lock", path);
    int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static int run(struct provision *p, const char *path)
{
    char why[1024], name[4096];
    int lock = lock_table(path, name, sizeof(name));
    if (lock < 0) {
        fprintf(stderr,
                "onelink provision: %s: cannot be locked; does another onelink "
                "provision work on it?\n",
                path);
        return CLI_EXIT_FAILED;
    }
    int rc = CLI_EXIT_USAGE;
    if (!cli_csv_load(&p->csv, path, why, sizeof(why))) {
        fprintf(stderr, "onelink provision: %s\n", why);
    } else if (check_table(p)) {
        rc = serve_all(p);
    }
    cli_csv_free(&p->csv);
    unlink(name);
    close(lock);
    return rc;
}

int cli_provision(int argc, char **argv)
{
    char *port = NULL, *emulator = NULL, *csv = NULL, *wait = NULL;
    bool help = false;
    static struct provision p;
    const struct cli_option options[] = {
        {.name = "port", .value = &port},  {.name = "emulator", .value = &emulator},
        {.name = "csv", .value = &csv},    {.name = "fresh", .flag = &p.fresh},
        {.name = "once", .flag = &p.once}, {.name = "wait", .value = &wait},
        {.name = "help", .flag = &help},
    };
    if (!cli_options_parse("provision", argc, argv, options,
                           sizeof(options) / sizeof(options[0]))) {
        return CLI_EXIT_USAGE;
    }
    if (help || !csv || !port == !emulator) {
        fputs(usage, help ? stdout : stderr);
        return help ? CLI_EXIT_OK : CLI_EXIT_USAGE;
    }
    uint64_t seconds = 0;
    if (wait && (ol_dec_u64(ol_str_from(wait), &seconds) != OL_OK || seconds == 0 ||
                 seconds > 86400)) {
        fputs("onelink provision: --wait: allowed: 1 to 86400 seconds\n", stderr);
        return CLI_EXIT_USAGE;
    }
    p.wait_s = (unsigned long)seconds;
    p.port = port ? port : emulator;
    p.board.fd = -1;
    return run(&p, csv);
}
