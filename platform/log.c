/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L

#include "platform/log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "onelink/base/utf8.h"
#include "onelink/json/writer.h"
#include "platform/api/log_line.h"
#include "platform/store/registry.h"

#define POLL_NS  200000000L
#define LINE_CAP 32768

static int failed(const char *what, const char *word)
{
    fprintf(stderr, "onelink-platform: %s%s\n", what, word);
    return OL_EXIT_FAILED;
}

/* ---- a line for people ---- */

static void print_time(int64_t unix_ms)
{
    char text[32] = "";
    time_t seconds = (time_t)(unix_ms / 1000);
    struct tm tm;
    if (localtime_r(&seconds, &tm) != NULL) {
        (void)strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &tm);
    }
    printf("%s.%03d", text, (int)(unix_ms % 1000));
}

/* Nothing that a terminal would obey. */
static void print_text(const char *before, struct ol_str s)
{
    if (s.len == 0 || !ol_utf8_is_valid(s)) {
        return;
    }
    fputs(before, stdout);
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        /* C1 controls are C2 80 to C2 9F in UTF-8. */
        bool c1 = c >= 0x80 && c < 0xA0 && i > 0 && (unsigned char)s.ptr[i - 1] == 0xC2;
        putchar(c < 0x20 || c == 0x7F || c1 ? '.' : c);
    }
}

static void print_packet(const struct ol_api_log_line *l)
{
    printf(" %s", l->packet);
    print_text(" ", l->line->topic);
    if (l->line->topic.len > 0) {
        printf(" QoS %d", l->line->qos);
    }
    printf(", %" PRIu32 " bytes", l->line->length);
}

static void print_bytes(struct ol_str bytes, uint32_t all)
{
    for (size_t i = 0; i < bytes.len; i++) {
        printf("%s%02x", i % 32 == 0 ? "\n    " : " ", (unsigned char)bytes.ptr[i]);
    }
    if (all > bytes.len) {
        printf(" and %zu more", all - bytes.len);
    }
}

static void print_line(const struct ol_api_log_line *l, bool bytes)
{
    const struct ol_msglog *line = l->line;
    print_time(line->time_ms);
    printf(" %-8s %-10s", l->direction, l->verdict);
    if (line->packet != 0) {
        print_packet(l);
    }
    print_text(" from ", line->peer);
    print_text(", product ", line->product_id);
    print_text(", device ", line->device_name);
    if (line->code != 0) {
        printf(" [%" PRId32 "]", line->code);
    }
    print_text(" ", line->reason);
    print_text("  ", line->body);
    if (bytes) {
        print_bytes(line->raw, line->raw_len);
    }
    putchar('\n');
}

/* ---- a line for programs ---- */

static void print_json(const struct ol_api_log_line *l)
{
    static char text[LINE_CAP];
    struct ol_json_writer w = ol_json_writer_make(text, sizeof text);
    ol_api_log_line_write(&w, l);
    if (ol_json_writer_status(&w) == OL_OK) {
        printf("%.*s\n", (int)w.out.len, text);
    }
}

struct printing {
    const struct ol_options *options;
    int64_t last;
};

static void on_line(void *ctx, const struct ol_db_log_line *l)
{
    struct printing *p = ctx;
    const struct ol_api_log_line line = ol_platform_log_line(l);
    if (p->options->json) {
        print_json(&line);
    } else {
        print_line(&line, p->options->bytes);
    }
    p->last = l->seq;
}

/* ---- reading ---- */

static int find_device(struct ol_platform *p, const struct ol_options *o, int64_t *device)
{
    struct ol_db_device_row row;
    *device = 0;
    if (o->rejected) {
        return OL_EXIT_OK;
    }
    const struct ol_store_product *product =
        ol_db_product_get(&p->db, ol_str_from(o->product));
    if (product == NULL) {
        return failed("there is no product ", o->product);
    }
    if (ol_db_device_get(&p->db, product, ol_str_from(o->device), &row) != OL_OK) {
        return failed("the product has no device ", o->device);
    }
    *device = row.id;
    return OL_EXIT_OK;
}

static int64_t wall_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* What is there after the last line; false: it cannot be read or written. */
static bool print_new(struct ol_ring *log, int64_t device, struct printing *p)
{
    const struct ol_db_log_query query = {
        .device = device, .after = p->last, .limit = UINT32_MAX, .now_ms = wall_ms()};
    return ol_log_each(log, &query, on_line, p) == OL_OK && fflush(stdout) == 0;
}

/* true: the log has been begun anew, in its place or as another file of its name. */
static bool is_anew(struct ol_ring **log, const char *path, struct printing *p)
{
    struct ol_ring *fresh = ol_ring_is_at(*log, path) ? NULL : ol_ring_view(path);
    if (fresh != NULL) {
        ol_ring_close(*log);
        *log = fresh;
    }
    bool anew = fresh != NULL || ol_ring_seq(*log) < (uint64_t)p->last;
    p->last = anew ? 0 : p->last;
    return anew;
}

/* Looks again when the number of the newest line has changed: cheap enough for all day. */
static void follow(struct ol_ring **log, const char *path, int64_t device,
                   struct printing *p)
{
    uint64_t seen = 0;
    for (;;) {
        seen = is_anew(log, path, p) ? 0 : seen;
        uint64_t seq = ol_ring_seq(*log);
        if (seq != seen && !print_new(*log, device, p)) {
            return;
        }
        seen = seq;
        (void)nanosleep(&(struct timespec){0, POLL_NS}, NULL);
    }
}

int ol_log(struct ol_platform *p, const struct ol_options *o)
{
    char path[OL_DATADIR_PATH_CAP];
    int64_t device = 0;
    int status = find_device(p, o, &device);
    if (status != OL_EXIT_OK) {
        return status;
    }
    if (!ol_datadir_file(&p->dir, OL_DB_LOG_FILE, path, sizeof path)) {
        return failed("the path of the data folder is too long", "");
    }
    struct ol_ring *log = ol_ring_view(path);
    if (log == NULL) {
        return failed("cannot read the message log: ",
                      errno == ENOENT ? "there is none yet" : strerror(errno));
    }
    bool all = o->since == NULL ? !o->follow : strcmp(o->since, "all") == 0;
    struct printing printing = {o, all ? 0 : (int64_t)ol_ring_seq(log)};
    bool ok = print_new(log, device, &printing);
    if (ok && o->follow) {
        follow(&log, path, device, &printing);
    }
    ol_ring_close(log);
    return ok ? OL_EXIT_OK : failed("cannot read the message log, or not write it", "");
}
