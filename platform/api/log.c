/* SPDX-License-Identifier: MIT */
#include "platform/api/log_line.h"
#include "platform/api/state.h"
#include "platform/core/log_words.h"

/* The message log: calls of our own, for the API user alone. */

#define LINES       100
#define LINES_MAX   1000
#define ANSWER_KEPT 32768 /* of the answer: room for one more line and the end */

/* ---- which lines ---- */

struct wanted {
    int direction; /* -1: any */
    int verdict;
};

static bool is_wanted(void *ctx, const struct ol_msglog *line)
{
    const struct wanted *w = ctx;
    return (w->direction < 0 || w->direction == (int)line->direction) &&
           (w->verdict < 0 || w->verdict == (int)line->verdict);
}

static bool read_wanted(const struct ol_api_call *c, struct wanted *w)
{
    struct ol_str direction = ol_api_query_get(c, "direction");
    struct ol_str verdict = ol_api_query_get(c, "verdict");
    w->direction = ol_log_direction_find(direction);
    w->verdict = ol_log_verdict_find(verdict);
    if (w->direction < 0 && direction.len > 0) {
        ol_api_fail_parameter(c, "direction");
        return false;
    }
    if (w->verdict < 0 && verdict.len > 0) {
        ol_api_fail_parameter(c, "verdict");
        return false;
    }
    return true;
}

/* ---- the answer ---- */

struct lines {
    struct ol_json_writer w;
    struct wanted wanted;
    int64_t last;
    bool full;
};

/* A line that has no room is left for the next request, which begins after the last one
 * told. */
static void row(void *ctx, const struct ol_api_log_line *l)
{
    struct lines *lines = ctx;
    lines->full = lines->full || lines->w.out.cap - lines->w.out.len < ANSWER_KEPT;
    if (!lines->full) {
        ol_api_log_line_write(&lines->w, l);
        lines->last = l->seq;
    }
}

static void answer(const struct ol_api_call *c, int64_t device)
{
    const struct ol_api_backend *b = &c->api->config.backend;
    struct lines lines = {.last = 0};
    int64_t after = -1;
    int64_t limit = LINES;
    if (!ol_api_query_int(c, "after", 0, INT64_MAX, &after) ||
        !ol_api_query_int(c, "limit", 1, LINES_MAX, &limit) ||
        !read_wanted(c, &lines.wanted)) {
        return;
    }
    const struct ol_api_log_query query = {.device = device,
                                           .after = after < 0 ? 0 : after,
                                           .limit = (uint32_t)limit,
                                           .newest = after < 0,
                                           .wanted = is_wanted,
                                           .wanted_ctx = &lines.wanted};
    lines.last = query.after;
    lines.w = ol_api_reply_begin(c);
    ol_json_object_begin(&lines.w);
    ol_json_key(&lines.w, OL_STR("list"));
    ol_json_array_begin(&lines.w);
    if (b->each_log(b->ctx, &query, row, &lines) != OL_OK) {
        ol_api_fail(c, OL_API_SERVER, OL_STR("the message log is off"));
        return;
    }
    ol_json_array_end(&lines.w);
    ol_api_write_int(&lines.w, "last", lines.last);
    ol_json_object_end(&lines.w);
    ol_api_reply_send(c, &lines.w);
}

void ol_api_log_device(const struct ol_api_call *c)
{
    const struct ol_store_product *p = NULL;
    struct ol_api_device d;
    if (c->who.right != OL_API_USER) {
        ol_api_fail_resource(c);
        return;
    }
    if (ol_api_device(c, ol_api_query_get(c, "product_id"),
                      ol_api_query_get(c, "device_name"), false, &p, &d)) {
        answer(c, d.id);
    }
}

void ol_api_log_rejected(const struct ol_api_call *c)
{
    if (c->who.right != OL_API_USER) {
        ol_api_fail_resource(c);
        return;
    }
    answer(c, 0);
}
