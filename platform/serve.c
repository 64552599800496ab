/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L

#include "platform/serve.h"

#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "onelink/json/writer.h"
#include "platform/access/listen.h"
#include "platform/store/history.h"
#include "platform/store/msglog.h"
#include "platform/store/registry.h"

/* Descriptors that are not for devices: the connections of the API and of pushes, files,
 * spare ones. */
#define DESCRIPTORS_KEPT                                                                 \
    (OL_API_CONNECTIONS_MAX + OL_PUSH_TARGETS_MAX * (OL_PUSH_RUNNING_MAX + 1) + 64)
#define CONNECTIONS_MAX 20000
#define TOKEN_FILE      "console.token"

static int failed(const char *why)
{
    fprintf(stderr, "onelink-platform: %s\n", why);
    return OL_EXIT_FAILED;
}

/* ---- the user of the API ---- */

static bool load_setting(struct ol_db *db, const char *name, char *out, size_t cap)
{
    struct ol_str value;
    if (ol_db_setting_get(db, ol_str_from(name), &value) != OL_OK || value.len >= cap) {
        return false;
    }
    memcpy(out, value.ptr, value.len);
    out[value.len] = '\0';
    return true;
}

/* Made once; two programs that start on one new folder keep the same. */
static bool load_user(struct ol_platform *p)
{
    char id[OL_SECRET_ID_CAP];
    char key[OL_SECRET_CAP];
    bool ok = ol_secret_user_id(id) && ol_secret_user_key(key) &&
              ol_db_setting_add(&p->db, OL_STR("user_id"), ol_str_from(id)) == OL_OK &&
              ol_db_setting_add(&p->db, OL_STR("user_key"), ol_str_from(key)) == OL_OK;
    ol_secret_wipe(key, sizeof key);
    return ok && load_setting(&p->db, "user_id", p->user_id, sizeof p->user_id) &&
           load_setting(&p->db, "user_key", p->user_key, sizeof p->user_key);
}

static bool write_token(struct ol_platform *p, char *why, size_t cap)
{
    char token[OL_SECRET_TOKEN_CAP];
    bool ok =
        ol_secret_user_token(ol_str_from(p->user_id), ol_str_from(p->user_key), token);
    if (ok) {
        ok = ol_datadir_write(&p->dir, TOKEN_FILE, token, why, cap);
    } else {
        snprintf(why, cap, "the key of the API user in the database is damaged");
    }
    ol_secret_wipe(token, sizeof token);
    return ok;
}

/* ---- parts ---- */

static void *resize(void *ctx, void *ptr, size_t old_len, size_t new_len)
{
    (void)ctx;
    (void)old_len;
    if (new_len == 0) {
        free(ptr);
        return NULL;
    }
    return realloc(ptr, new_len);
}

/* As many descriptors as the system lets us have. */
static uint32_t connections_max(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return CONNECTIONS_MAX;
    }
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 ||
        limit.rlim_cur >= CONNECTIONS_MAX + DESCRIPTORS_KEPT) {
        return CONNECTIONS_MAX;
    }
    return limit.rlim_cur > 2 * DESCRIPTORS_KEPT
               ? (uint32_t)(limit.rlim_cur - DESCRIPTORS_KEPT)
               : DESCRIPTORS_KEPT;
}

/* Each line of the message log is looked at on its way to the database. */
static void put_log(void *ctx, const struct ol_msglog *line)
{
    struct ol_platform *p = OL_LIST_ENTRY(ctx, struct ol_platform, db);
    if (p->message_log) {
        ol_db_store(&p->db).ops->put_log(ctx, line);
    }
    ol_watch_log(&p->watch, line, ol_access_now(&p->access));
}

static bool watch_open(struct ol_platform *p, const struct ol_options *o)
{
    p->watch.access = &p->access;
    p->watch.set_timeout_s = o->set_timeout_s;
    p->watch.enforced = o->limits == OL_OPTIONS_ENFORCE;
    return ol_notice_open(&p->watch.notice, p->base, STDERR_FILENO) == OL_OK;
}

/* The database as the node sees it. */
static struct ol_store store_of(struct ol_platform *p, const struct ol_options *o)
{
    struct ol_store store = ol_db_store(&p->db);
    if (o->quiet) {
        return store;
    }
    p->store = *store.ops;
    p->store.put_log = put_log;
    return (struct ol_store){store.ctx, &p->store};
}

static bool node_open(struct ol_platform *p, const struct ol_options *o)
{
    static const enum ol_limits limits[] = {
        [OL_OPTIONS_OFF] = OL_LIMITS_OFF,
        [OL_OPTIONS_WARN] = OL_LIMITS_WARN,
        [OL_OPTIONS_ENFORCE] = OL_LIMITS_ENFORCE,
    };
    struct ol_node_config config = {
        .alloc = {NULL, resize},
        .store = ol_push_store(p->push),
        .limits = limits[o->limits],
        .limit_table = o->suite_limits ? OL_LIMIT_TABLE_SUITE : OL_LIMIT_TABLE_STUDIO,
        .set_timeout_ms = o->set_timeout_s * 1000,
        .connections_max = connections_max(),
        .log_off = !o->message_log && o->quiet,
        .log_brief = !o->message_log, /* what the watch is for */
        .peer_str = ol_access_peer_str,
    };
    p->message_log = o->message_log;
    p->quiet = o->quiet;
    return ol_node_init(&p->node, &config) == OL_OK;
}

static void on_event(void *ctx, const struct ol_node_event *ev)
{
    struct ol_platform *p = ctx;
    if (!p->quiet) {
        ol_watch_event(&p->watch, ev, ol_access_now(&p->access));
    }
    ol_api_on_event(p->api, ev);
}

static void on_signal(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd;
    (void)what;
    struct ol_platform *p = ctx;
    ol_access_stop(&p->access);
}

static void free_event(struct event *ev)
{
    if (ev != NULL) {
        event_free(ev);
    }
}

static bool print_ready(const struct ol_platform *p, const char *mqtt, const char *http)
{
    char url[OL_LISTEN_TEXT_CAP + 16];
    char token[OL_DATADIR_PATH_CAP];
    char line[2 * OL_DATADIR_PATH_CAP];
    snprintf(url, sizeof url, "http://%s/", http);
    if (!ol_datadir_file(&p->dir, TOKEN_FILE, token, sizeof token)) {
        return false;
    }
    struct ol_json_writer w = ol_json_writer_make(line, sizeof line);
    ol_json_object_begin(&w);
    ol_json_key(&w, OL_STR("mqtt"));
    ol_json_str(&w, ol_str_from(mqtt));
    ol_json_key(&w, OL_STR("http"));
    ol_json_str(&w, ol_str_from(url));
    ol_json_key(&w, OL_STR("token_file"));
    ol_json_str(&w, ol_str_from(token));
    ol_json_object_end(&w);
    return ol_json_writer_status(&w) == OL_OK &&
           printf("%.*s\n", (int)w.out.len, line) > 0 && fflush(stdout) == 0;
}

/* ---- serving ---- */

/* Both ports are open: turns until the end. */
static int run(struct ol_platform *p, const struct ol_options *o, int mqtt_fd,
               int http_fd, const char *mqtt, const char *http)
{
    struct ol_api_config api = {p->base, http_fd, &p->node, ol_platform_backend(p),
                                o->studio_lists};
    p->api = ol_api_open(&api);
    if (p->api == NULL) {
        close(mqtt_fd);
        return failed("no memory");
    }
    struct ol_access_config access = {p->base, &p->node, mqtt_fd, on_event, p};
    if (ol_access_open(&p->access, &access) != OL_OK) {
        return failed("no memory");
    }
    struct event *term = evsignal_new(p->base, SIGTERM, on_signal, p);
    struct event *interrupt = evsignal_new(p->base, SIGINT, on_signal, p);
    int status = OL_EXIT_OK;
    if (term == NULL || interrupt == NULL || event_add(term, NULL) != 0 ||
        event_add(interrupt, NULL) != 0) {
        status = failed("signals cannot be caught");
    } else if (!print_ready(p, mqtt, http)) {
        status = failed("cannot write to standard output");
    } else if (!ol_maintain_start(&p->maintain, p->base, &p->access, &p->db, o)) {
        status = failed("no memory");
    } else {
        ol_access_run(&p->access);
    }
    ol_maintain_stop(&p->maintain);
    free_event(term);
    free_event(interrupt);
    ol_access_close(&p->access);
    return status;
}

static int open_ports(struct ol_platform *p, const struct ol_options *o)
{
    char why[256];
    char mqtt[OL_LISTEN_TEXT_CAP];
    char http[OL_LISTEN_TEXT_CAP];
    int mqtt_fd = ol_listen_open(o->mqtt, mqtt, why, sizeof why);
    if (mqtt_fd < 0) {
        (void)failed(why);
        return mqtt_fd == -2 ? OL_EXIT_USAGE : OL_EXIT_FAILED;
    }
    int http_fd = ol_listen_open(o->http, http, why, sizeof why);
    if (http_fd < 0) {
        close(mqtt_fd);
        (void)failed(why);
        return http_fd == -2 ? OL_EXIT_USAGE : OL_EXIT_FAILED;
    }
    return run(p, o, mqtt_fd, http_fd, mqtt, http);
}

static int64_t wall_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Whom a platform that was killed left online is told offline now. */
static bool end_presence(struct ol_platform *p)
{
    const struct ol_store store = ol_push_store(p->push);
    struct ol_db_online d = {.device = 0};
    int32_t rc = OL_OK;
    while ((rc = ol_db_presence_next_online(&p->db, d.device, &d)) == OL_OK) {
        const struct ol_store_presence offline = {
            .device = d.device,
            .product = store.ops->find_product(store.ctx, d.product_id),
            .state = OL_PRESENCE_OFFLINE,
            .time_ms = wall_ms(),
            .last_seen_ms = d.seen_ms,
            .reason = OL_STR("the platform restarted")};
        if (offline.product == NULL ||
            store.ops->put_presence(store.ctx, &offline) != OL_OK) {
            return false;
        }
    }
    return rc == OL_E_NOENT && store.ops->commit(store.ctx) == OL_OK;
}

static bool log_open(struct ol_platform *p, const struct ol_options *o, char *why,
                     size_t cap)
{
    char path[OL_DATADIR_PATH_CAP];
    if (!o->message_log) {
        return true;
    }
    if (!ol_datadir_file(&p->dir, OL_DB_LOG_FILE, path, sizeof path)) {
        snprintf(why, cap, "the path of the data folder is too long");
        return false;
    }
    return ol_db_log_open(&p->db, path, o->log_bytes, why, cap) == OL_OK;
}

int ol_serve(struct ol_platform *p, const struct ol_options *o)
{
    char why[512];
    signal(SIGPIPE, SIG_IGN);
    if (!ol_datadir_lock(&p->dir, why, sizeof why) || !log_open(p, o, why, sizeof why)) {
        return failed(why);
    }
    if (!load_user(p)) {
        return failed("the database cannot be written; is the disk full?");
    }
    if (!write_token(p, why, sizeof why)) {
        return failed(why);
    }
    p->base = event_base_new();
    if (p->base == NULL || !ol_platform_push_open(p, store_of(p, o)) ||
        !node_open(p, o) || !watch_open(p, o)) {
        return failed("no memory");
    }
    if (!ol_platform_push_restore(p)) {
        return failed("the database cannot be read");
    }
    if (!end_presence(p)) {
        return failed("the database cannot be written; is the disk full?");
    }
    int status = open_ports(p, o);
    ol_api_close(p->api);
    ol_notice_close(&p->watch.notice);
    ol_node_reset(&p->node);
    ol_platform_push_close(p);
    event_base_free(p->base);
    libevent_global_shutdown();
    ol_secret_wipe(p->user_key, sizeof p->user_key);
    return status;
}
