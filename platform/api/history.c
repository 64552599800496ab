/* SPDX-License-Identifier: MIT */
#include <event2/bufferevent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "onelink/onenet/model.h"
#include "platform/api/state.h"

/* query-device-property-history: the values themselves, docs/protocol.md §8.2, or a chart of them,
 * docs/storage.md. A chart over millions of values takes seconds: it is made in slices, one chart
 * and one slice a turn of the loop, so that devices are served meanwhile. */

/* Stretches of a chart in one answer, unless the URL asks for fewer. */
#define BUCKETS_MAX 1000
/* A row of a chart: two integers and three numbers of up to 32 characters with their names. */
#define BUCKET_MAX 256

/* ---- what is asked for ---- */

/* By names, since the product, its model and the device may be others in the next turn. */
struct names {
    struct ol_str product;
    struct ol_str device;
    struct ol_str identifier;
};

struct series {
    const struct ol_store_product *product;
    int64_t device;
    uint16_t property;
};

/* false, as below: the call has been answered. */
static bool find_device(const struct ol_api_call *c, const struct names *n,
                        struct series *s)
{
    struct ol_api_device d;
    if (!ol_api_device(c, n->product, n->device, false, &s->product, &d) ||
        !ol_api_has_model(c, s->product)) {
        return false;
    }
    s->device = d.id;
    return true;
}

static bool find_property(const struct ol_api_call *c, const struct names *n,
                          struct series *s)
{
    int32_t property = ol_onenet_property_find(s->product->model, n->identifier);
    if (property < 0) {
        ol_api_fail_parameter(c, "identifier");
        return false;
    }
    s->property = (uint16_t)property;
    return true;
}

/* What is asked for: bucket_ms, 0 when the values themselves are wanted, and the range.
 * false: the call has been answered. */
static bool read_history(const struct ol_api_call *c, int64_t *bucket_ms,
                         struct ol_api_range *range)
{
    *bucket_ms = 0;
    if (!ol_api_query_int(c, "bucket_ms", 1, INT64_MAX, bucket_ms)) {
        return false;
    }
    range->limit = *bucket_ms > 0 ? BUCKETS_MAX : 10;
    return ol_api_range_read(c, range);
}

/* ---- the values ---- */

/* As everywhere in this call, times and values are text. */
static void write_time(struct ol_json_writer *w, int64_t time_ms)
{
    char time[24];
    struct ol_writer t = ol_writer_make(time, sizeof time);
    ol_writer_dec_i64(&t, time_ms);
    ol_api_write_text(w, "time", ol_str_make(time, t.len));
}

static void history_row(void *ctx, const struct ol_api_value *v)
{
    struct ol_json_writer *w = ctx;
    ol_json_object_begin(w);
    write_time(w, v->time_ms);
    ol_api_write_text(w, "value", v->text);
    ol_json_object_end(w);
}

static void answer_values(const struct ol_api_call *c, const struct series *s,
                          const struct ol_api_range *range)
{
    const struct ol_api_backend *b = &c->api->config.backend;
    struct ol_json_writer w = ol_api_reply_begin(c);
    ol_json_object_begin(&w);
    ol_json_key(&w, OL_STR("list"));
    ol_json_array_begin(&w);
    if (b->each_value(b->ctx, s->product, s->device, s->property, range, history_row,
                      &w) != OL_OK) {
        ol_api_fail_server(c);
        return;
    }
    ol_json_array_end(&w);
    ol_json_object_end(&w);
    ol_api_reply_send(c, &w);
}

/* ---- a chart ---- */

struct ol_api_chart {
    TAILQ_ENTRY(ol_api_chart) next;
    struct ol_api_call call;
    int64_t device;
    char product[OL_API_NAME_CAP];
    char name[OL_API_NAME_CAP];
    char identifier[OL_API_NAME_CAP];
    void *slices; /* the backend's */
    struct ol_json_writer rows;
    char text[BUCKETS_MAX * BUCKET_MAX];
};

static void bucket_row(void *ctx, const struct ol_api_bucket *b)
{
    struct ol_json_writer *w = ctx;
    ol_json_object_begin(w);
    write_time(w, b->time_ms);
    ol_api_write_int(w, "count", b->count);
    if (b->mean.len > 0) {
        ol_api_write_text(w, "min", b->min);
        ol_api_write_text(w, "max", b->max);
        ol_api_write_text(w, "mean", b->mean);
    }
    ol_json_object_end(w);
}

static void chart_free(struct ol_api_chart *chart)
{
    const struct ol_api_backend *b = &chart->call.api->config.backend;
    if (chart->slices != NULL) {
        b->chart_close(b->ctx, chart->slices);
    }
    free(chart);
}

/* Names that were found are no longer than this. */
static void keep(char to[OL_API_NAME_CAP], struct ol_str name)
{
    size_t len = name.len < OL_API_NAME_CAP ? name.len : OL_API_NAME_CAP - 1;
    memcpy(to, name.ptr, len);
    to[len] = '\0';
}

/* NULL: no memory. */
static struct ol_api_chart *chart_make(const struct ol_api_call *c, const struct names *n,
                                       int64_t device, const struct ol_api_range *range,
                                       int64_t bucket_ms)
{
    const struct ol_api_backend *b = &c->api->config.backend;
    struct ol_api_chart *chart = malloc(sizeof *chart);
    if (chart == NULL) {
        return NULL;
    }
    chart->call = (struct ol_api_call){.api = c->api, .http = c->http, .who = c->who};
    memcpy(chart->call.id, c->id, sizeof c->id);
    chart->device = device;
    keep(chart->product, n->product);
    keep(chart->name, n->device);
    keep(chart->identifier, n->identifier);
    chart->rows = ol_json_writer_make(chart->text, sizeof chart->text);
    ol_json_array_begin(&chart->rows);
    chart->slices = b->chart_open(b->ctx, range, bucket_ms);
    if (chart->slices == NULL) {
        chart_free(chart);
        return NULL;
    }
    return chart;
}

static void chart_answer(struct ol_api_chart *chart)
{
    struct ol_json_writer w = ol_api_reply_begin(&chart->call);
    ol_json_array_end(&chart->rows);
    ol_json_object_begin(&w);
    ol_json_key(&w, OL_STR("list"));
    ol_json_raw(&w, ol_str_make(chart->text, chart->rows.out.len));
    ol_json_object_end(&w);
    if (ol_json_writer_status(&chart->rows) != OL_OK) {
        ol_api_fail_server(&chart->call);
        return;
    }
    ol_api_reply_send(&chart->call, &w);
}

/* The server does not read while a request waits for its answer, so it does not see the end of
 * the stream. */
static bool is_gone(const struct ol_api_chart *chart)
{
    struct evhttp_connection *connection =
        evhttp_request_get_connection(chart->call.http);
    char byte;
    return recv(bufferevent_getfd(evhttp_connection_get_bufferevent(connection)), &byte,
                1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

/* The server ends the connection, and frees the request. */
static void on_gone(struct evhttp_connection *connection, void *ctx)
{
    (void)connection;
    struct ol_api_chart *chart = ctx;
    TAILQ_REMOVE(&chart->call.api->charts, chart, next);
    chart_free(chart);
}

static void wake(struct ol_api *api)
{
    /* What is ready by then has its turn first. */
    static const struct timeval at_once = {0, 0};
    if (!TAILQ_EMPTY(&api->charts)) {
        (void)event_add(api->chart_turn, &at_once);
    }
}

/* One slice; the chart waits behind the others for its next, or its call is answered. */
static void chart_step(struct ol_api_chart *chart, const struct series *s)
{
    struct ol_api *api = chart->call.api;
    const struct ol_api_backend *b = &api->config.backend;
    int32_t rc = b->chart_step(b->ctx, chart->slices, s->product, s->device, s->property,
                               bucket_row, &chart->rows);
    if (rc == OL_E_AGAIN) {
        TAILQ_INSERT_TAIL(&api->charts, chart, next);
        evhttp_connection_set_closecb(evhttp_request_get_connection(chart->call.http),
                                      on_gone, chart);
        return;
    }
    if (rc == OL_OK) {
        chart_answer(chart);
    } else {
        ol_api_fail_server(&chart->call);
    }
    chart_free(chart);
}

/* Whether the chart goes on. false: its call has been answered. */
static bool has_turn(struct ol_api_chart *chart, struct series *s)
{
    const struct names n = {ol_str_from(chart->product), ol_str_from(chart->name),
                            ol_str_from(chart->identifier)};
    if (!is_gone(chart)) {
        if (!find_device(&chart->call, &n, s) || !find_property(&chart->call, &n, s)) {
            return false;
        }
        if (s->device == chart->device) {
            return true;
        }
    }
    /* To nobody, or the device was deleted and another of that name made. */
    ol_api_fail_server(&chart->call);
    return false;
}

static void on_turn(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd;
    (void)what;
    struct ol_api *api = ctx;
    const struct ol_api_backend *b = &api->config.backend;
    struct ol_api_chart *chart = TAILQ_FIRST(&api->charts);
    struct series s;
    if (chart == NULL) { /* the last one's connection has ended */
        return;
    }
    TAILQ_REMOVE(&api->charts, chart, next);
    evhttp_connection_set_closecb(evhttp_request_get_connection(chart->call.http), NULL,
                                  NULL);
    b->commit(b->ctx);
    if (has_turn(chart, &s)) {
        chart_step(chart, &s);
    } else {
        chart_free(chart);
    }
    wake(api);
}

bool ol_api_charts_open(struct ol_api *api)
{
    TAILQ_INIT(&api->charts);
    api->chart_turn = evtimer_new(api->config.base, on_turn, api);
    return api->chart_turn != NULL;
}

void ol_api_charts_close(struct ol_api *api)
{
    struct ol_api_chart *chart;
    if (api->chart_turn == NULL) {
        return;
    }
    while ((chart = TAILQ_FIRST(&api->charts)) != NULL) {
        TAILQ_REMOVE(&api->charts, chart, next);
        chart_free(chart);
    }
    event_free(api->chart_turn);
}

/* ---- the call ---- */

void ol_api_query_history(const struct ol_api_call *c)
{
    const struct names n = {ol_api_query_get(c, "product_id"),
                            ol_api_query_get(c, "device_name"),
                            ol_api_query_get(c, "identifier")};
    struct ol_api_range range = {.limit = 0};
    struct series s;
    int64_t bucket_ms = 0;
    if (!find_device(c, &n, &s) || !read_history(c, &bucket_ms, &range) ||
        !find_property(c, &n, &s)) {
        return;
    }
    if (bucket_ms == 0) {
        answer_values(c, &s, &range);
        return;
    }
    struct ol_api_chart *chart = chart_make(c, &n, s.device, &range, bucket_ms);
    if (chart == NULL) {
        ol_api_fail_server(c);
        return;
    }
    chart_step(chart, &s);
    wake(c->api);
}
