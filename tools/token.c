/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "onelink/onenet/token.h"
#include "tools/commands.h"
#include "tools/options.h"
#include "tools/secret.h"

static const char usage[] =
    "usage: onelink token --key-file FILE|- --res RES --et SECONDS|+DURATION\n"
    "                     [--method METHOD] [--version VERSION] [--now SECONDS]\n"
    "\n"
    "Prints a OneNET access token and nothing else.\n"
    "\n"
    "  --key-file FILE     the key in base64; the file is its owner's alone; - reads\n"
    "                      it from standard input\n"
    "  --key KEY           the same on the command line, where the process list\n"
    "                      shows it\n"
    "  --res RES           what the token is for: products/PID/devices/NAME for a\n"
    "                      device, products/PID, userid/UID\n"
    "  --et SECONDS        when it expires, in seconds since 1970\n"
    "  --et +DURATION      the same from now on: +3600, +90m, +12h, +30d\n"
    "  --method METHOD     md5, sha1 or sha256 (sha256)\n"
    "  --version VERSION   2018-10-31 or 2022-05-01 (2022-05-01 when RES begins with\n"
    "                      userid/ or projects/, else 2018-10-31); alone: the\n"
    "                      version of onelink\n"
    "  --now SECONDS       judge the expiry by this time instead of the machine's\n"
    "                      clock\n"
    "  -h, --help          this text\n";

struct arguments {
    char *key;
    char *key_file;
    char *res;
    char *et;
    char *method;
    char *version;
    char *now;
    bool help;
};

__attribute__((format(printf, 1, 2))) static int refuse(const char *format, ...)
{
    va_list ap;
    fputs("onelink token: ", stderr);
    va_start(ap, format);
    vfprintf(stderr, format, ap);
    va_end(ap);
    fputc('\n', stderr);
    return CLI_EXIT_USAGE;
}

static bool parse(int argc, char **argv, struct arguments *a)
{
    const struct cli_option options[] = {
        {.name = "key", .value = &a->key},
        {.name = "key-file", .value = &a->key_file},
        {.name = "res", .value = &a->res},
        {.name = "et", .value = &a->et},
        {.name = "method", .value = &a->method},
        {.name = "version", .value = &a->version},
        {.name = "now", .value = &a->now},
        {.name = "help", .flag = &a->help},
    };
    return cli_options_parse("token", argc, argv, options,
                             sizeof(options) / sizeof(options[0]));
}

/* "1767225600" from *text on; false when there is no number or it does not fit. */
static bool read_number(const char **text, int64_t *out)
{
    char *end;
    if (**text < '0' || **text > '9') {
        return false;
    }
    errno = 0;
    long long value = strtoll(*text, &end, 10);
    *text = end;
    *out = value;
    return errno == 0;
}

static int64_t unit_seconds(const char *unit)
{
    static const char letters[] = "smhd";
    static const int64_t seconds[] = {1, 60, 3600, 86400};
    const char *at = unit[0] && !unit[1] ? strchr(letters, unit[0]) : NULL;
    return unit[0] == '\0' ? 1 : at ? seconds[at - letters] : 0;
}

static bool read_now(const char *text, int64_t *now)
{
    if (!text) {
        *now = (int64_t)time(NULL);
        return true;
    }
    return read_number(&text, now) && *text == '\0';
}

/* The expiry in seconds since 1970; false after a message. */
static bool read_expiry(const struct arguments *a, int64_t *et)
{
    const char *text = a->et;
    int64_t now = 0, unit = 1;
    bool relative = text[0] == '+';
    text += relative;
    if (!read_now(a->now, &now)) {
        refuse("--now %s is not a time; allowed: seconds since 1970", a->now);
        return false;
    }
    if (read_number(&text, et)) {
        unit = relative ? unit_seconds(text) : *text == '\0';
    } else {
        unit = 0;
    }
    if (unit == 0 || (relative && __builtin_mul_overflow(*et, unit, et)) ||
        (relative && __builtin_add_overflow(*et, now, et))) {
        refuse("--et %s is not a time; allowed: seconds since 1970, or + and a duration "
               "such as "
               "+3600, +12h, +30d",
               a->et);
        return false;
    }
    if (*et < now) {
        refuse("--et %s is in the past (now is %" PRId64
               "), so the token would be refused; "
               "allowed: a later time, or + and a duration such as +30d",
               a->et, now);
        return false;
    }
    return true;
}

static bool read_key(struct arguments *a, struct cli_secret *key)
{
    char why[256];
    if (!a->key) {
        if (!cli_secret_read(a->key_file, key, why, sizeof(why))) {
            refuse("--key-file: %s", why);
            return false;
        }
        return true;
    }
    fputs("onelink token: warning: --key shows the key in the process list and in the "
          "shell's "
          "history; --key-file does not\n",
          stderr);
    size_t len = strlen(a->key);
    if (len > CLI_SECRET_MAX) {
        refuse("--key is longer than any key");
        return false;
    }
    memcpy(key->text, a->key, len);
    key->len = len;
    cli_secret_wipe(a->key, len);
    return true;
}

static const char *pick_version(const struct arguments *a)
{
    if (a->version) {
        return a->version;
    }
    bool application =
        strncmp(a->res, "userid/", 7) == 0 || strncmp(a->res, "projects/", 9) == 0;
    return application ? OL_ONENET_VERSION_2022 : OL_ONENET_VERSION_2018;
}

static int refuse_key(struct ol_str key)
{
    size_t at = 0;
    enum ol_onenet_token_error error = ol_onenet_key_check(key, &at);
    const char *what = ol_onenet_token_error_str(error);
    if (error == OL_ONENET_TOKEN_KEY_CHAR) {
        return refuse("%s, at character %zu; allowed: base64, as the console shows it",
                      what, at + 1);
    }
    return refuse("%s; allowed: base64, as the console shows it", what);
}

static int print_token(const struct ol_onenet_token *token, struct ol_str key)
{
    static struct ol_onenet_token_scratch scratch;
    char text[2048];
    struct ol_writer w = ol_writer_make(text, sizeof(text) - 1);
    enum ol_onenet_token_error error = ol_onenet_token_encode(&w, token, key, &scratch);
    if (error == OL_ONENET_TOKEN_NOSPC) {
        return refuse("--res is too long for a token");
    }
    if (error == OL_ONENET_TOKEN_FIELD_EMPTY) {
        return refuse("--res is empty; allowed: products/PID/devices/NAME and the like");
    }
    if (error != OL_ONENET_TOKEN_OK) {
        return refuse_key(key);
    }
    text[w.len++] = '\n';
    /* Past stdio, whose buffer could not be wiped. */
    ssize_t n = write(STDOUT_FILENO, text, w.len);
    int rc = n == (ssize_t)w.len ? CLI_EXIT_OK : CLI_EXIT_FAILED;
    cli_secret_wipe(text, sizeof(text));
    cli_secret_wipe(&scratch, sizeof(scratch));
    if (rc != CLI_EXIT_OK) {
        fprintf(stderr, "onelink token: cannot write the token: %s\n", strerror(errno));
    }
    return rc;
}

/* A token for something misspelled looks as good as any, and is refused everywhere. */
static void judge_resource(const char *res)
{
    static const char projects[] = "projects/";
    bool is_project = strncmp(res, projects, sizeof(projects) - 1) == 0 &&
                      res[sizeof(projects) - 1] != '\0' &&
                      res[sizeof(projects) - 1] != '/';
    if (!is_project &&
        ol_onenet_resource_decode(ol_str_from(res)).kind == OL_ONENET_RESOURCE_OTHER) {
        fprintf(stderr,
                "onelink token: warning: --res %s is none of products/PID, "
                "products/PID/devices/NAME, userid/UID, projects/ID; is it spelled "
                "right?\n",
                res);
    }
}

static int make_token(struct arguments *a, struct ol_onenet_token *token)
{
    static struct cli_secret key;
    if (!a->key == !a->key_file) {
        return refuse(
            "give the key by --key-file FILE, or --key-file - for standard input");
    }
    if (!a->res || !a->et) {
        return refuse("%s is missing; see: onelink token --help",
                      a->res ? "--et" : "--res");
    }
    const char *method = a->method ? a->method : "sha256";
    const char *version = pick_version(a);
    token->method = ol_onenet_method_find(ol_str_from(method));
    token->res = ol_str_from(a->res);
    token->version = ol_str_from(version);
    if (!token->method) {
        return refuse("--method %s is unknown; allowed: md5, sha1, sha256", method);
    }
    if (strcmp(version, OL_ONENET_VERSION_2018) != 0 &&
        strcmp(version, OL_ONENET_VERSION_2022) != 0) {
        return refuse("--version %s is unknown; allowed: %s, %s", version,
                      OL_ONENET_VERSION_2018, OL_ONENET_VERSION_2022);
    }
    if (!read_expiry(a, &token->et) || !read_key(a, &key)) {
        return CLI_EXIT_USAGE;
    }
    int rc = print_token(token, ol_str_make(key.text, key.len));
    cli_secret_wipe(&key, sizeof(key));
    if (rc == CLI_EXIT_OK) {
        judge_resource(a->res);
    }
    return rc;
}

int cli_token(int argc, char **argv)
{
    struct arguments a = {0};
    struct ol_onenet_token token = {0};
    if (argc == 1 && strcmp(argv[0], "--version") == 0) {
        return cli_print_version();
    }
    if (argc == 0) {
        fputs(usage, stderr);
        return CLI_EXIT_USAGE;
    }
    if (!parse(argc, argv, &a)) {
        return CLI_EXIT_USAGE;
    }
    if (a.help) {
        fputs(usage, stdout);
        return CLI_EXIT_OK;
    }
    int rc = make_token(&a, &token);
    if (a.key) {
        cli_secret_wipe(a.key, strlen(a.key));
    }
    return rc;
}
