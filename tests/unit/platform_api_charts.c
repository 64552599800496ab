/* SPDX-License-Identifier: MIT */
/* Charts that take many slices, asked for over HTTP: what else is ready has its turn between two
 * slices, several charts take turns, and none outlives who asked for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "onelink/onenet/model.h"
#include "platform/api/api.h"
#include "platform_api_fake.h"

#define CHARTS_MAX 4

static const struct ol_onenet_field field = {
    .identifier = OL_STR_INIT("temp"), .name = OL_STR_INIT("t"), .type = OL_ONENET_FLOAT};
static const struct ol_onenet_model model = {.fields = &field, .property_count = 1};
static const struct ol_store_product product = {
    .id = 1, .product_id = OL_STR_INIT("Prod000001"), .model = &model};

struct chart {
    struct world *w;
    int64_t width_ms; /* tells the charts of a test apart */
    int steps;
    bool closed;
};

struct world {
    struct event_base *base;
    struct ol_api *api;
    unsigned short port;
    char authorization[512];
    struct evhttp_connection *clients[CHARTS_MAX];
    struct chart charts[CHARTS_MAX];
    int chart_count;
    int slices; /* that a chart takes */
    int64_t device;
    char order[64]; /* of the slices: the chart's number each */
    /* A device: what it sends with each slice is to be read before the next. */
    int device_end;
    int platform_end;
    struct event *on_post;
    int unread;
    int read;
    int most_unread;
    char answers[CHARTS_MAX][512];
    int answer_count;
};

static struct world w;

/* ---- what the API is given ---- */

static ol_ms now(void *ctx)
{
    (void)ctx;
    return 1000;
}

static void commit(void *ctx)
{
    (void)ctx;
}

static const struct ol_store_product *find_product(void *ctx, struct ol_str id)
{
    (void)ctx;
    return ol_str_equal(id, product.product_id) ? &product : NULL;
}

static int32_t get_device(void *ctx, const struct ol_store_product *p, struct ol_str name,
                          struct ol_api_device *out)
{
    (void)ctx;
    (void)p;
    if (w.device == 0) {
        return OL_E_NOENT;
    }
    *out = (struct ol_api_device){.id = w.device, .name = name};
    return OL_OK;
}

static int32_t product_info(void *ctx, const struct ol_store_product *p,
                            struct ol_api_product_info *out)
{
    (void)ctx;
    (void)p;
    *out = (struct ol_api_product_info){.device_count = 1};
    return OL_OK;
}

static void *chart_open(void *ctx, const struct ol_api_range *range, int64_t width_ms)
{
    (void)ctx;
    (void)range;
    assert_true(w.chart_count < CHARTS_MAX);
    struct chart *c = &w.charts[w.chart_count++];
    *c = (struct chart){.w = &w, .width_ms = width_ms};
    return c;
}

static int32_t chart_step(void *ctx, void *chart, const struct ol_store_product *p,
                          int64_t device, uint16_t property,
                          void (*row)(void *row_ctx, const struct ol_api_bucket *b),
                          void *row_ctx)
{
    struct chart *c = chart;
    const struct ol_api_bucket b = {c->steps, 1, OL_STR("1"), OL_STR("2"), OL_STR("1.5")};
    size_t len = strlen(w.order);
    (void)ctx;
    assert_ptr_equal(p, &product);
    assert_int_equal(device, w.device);
    assert_int_equal(property, 0);
    assert_false(c->closed);
    row(row_ctx, &b);
    if (len + 1 < sizeof w.order) {
        w.order[len] = (char)('0' + c->width_ms);
    }
    assert_int_equal(send(w.device_end, "x", 1, 0), 1);
    w.unread++;
    w.most_unread = w.unread > w.most_unread ? w.unread : w.most_unread;
    return ++c->steps < w.slices ? OL_E_AGAIN : OL_OK;
}

static void chart_close(void *ctx, void *chart)
{
    struct chart *c = chart;
    (void)ctx;
    assert_false(c->closed);
    c->closed = true;
}

/* ---- the world ---- */

static void on_post(evutil_socket_t fd, short what, void *ctx)
{
    char buf[16];
    ssize_t n = recv(fd, buf, sizeof buf, 0);
    (void)what;
    (void)ctx;
    assert_true(n > 0);
    w.unread -= (int)n;
    w.read += (int)n;
}

static int listen_anywhere(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(listen(fd, 16), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
    assert_int_equal(evutil_make_socket_nonblocking(fd), 0);
    w.port = ntohs(a.sin_port);
    return fd;
}

static int set_up(void **state)
{
    int ends[2];
    (void)state;
    memset(&w, 0, sizeof w);
    w.device = 7;
    w.base = event_base_new();
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    w.device_end = ends[0];
    w.platform_end = ends[1];
    w.on_post = event_new(w.base, w.platform_end, EV_READ | EV_PERSIST, on_post, NULL);
    assert_int_equal(event_add(w.on_post, NULL), 0);
    fake_token("2022-05-01", "userid/123456", FAKE_USER_KEY, FAKE_NOW_S, w.authorization);
    struct ol_api_config config = {.base = w.base,
                                   .listen_fd = listen_anywhere(),
                                   .backend = {.now = now,
                                               .wall_ms = fake_wall_ms,
                                               .commit = commit,
                                               .user_id = fake_user_id,
                                               .user_key = fake_user_key,
                                               .find_product = find_product,
                                               .get_device = get_device,
                                               .product_info = product_info,
                                               .chart_open = chart_open,
                                               .chart_step = chart_step,
                                               .chart_close = chart_close}};
    w.api = ol_api_open(&config);
    assert_non_null(w.api);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (int i = 0; i < CHARTS_MAX; i++) {
        if (w.clients[i] != NULL) {
            evhttp_connection_free(w.clients[i]);
        }
    }
    ol_api_close(w.api);
    for (int i = 0; i < w.chart_count; i++) {
        assert_true(w.charts[i].closed);
    }
    event_free(w.on_post);
    event_base_free(w.base);
    close(w.device_end);
    close(w.platform_end);
    return 0;
}

static void on_answer(struct evhttp_request *http, void *ctx)
{
    char *answer = ctx;
    if (http != NULL) {
        struct evbuffer *in = evhttp_request_get_input_buffer(http);
        int n = evbuffer_copyout(in, answer, sizeof w.answers[0] - 1) > 0
                    ? (int)evbuffer_get_length(in)
                    : 0;
        answer[n < (int)sizeof w.answers[0] ? n : (int)sizeof w.answers[0] - 1] = '\0';
    }
    w.answer_count++;
}

/* Client number i asks for the chart of that width. */
static void ask(int i, int width_ms)
{
    char url[256];
    struct evhttp_request *http = evhttp_request_new(on_answer, w.answers[i]);
    snprintf(url, sizeof url,
             "/thingmodel/query-device-property-history?product_id=Prod000001&"
             "device_name=lamp&identifier=temp&start_time=0&end_time=9&bucket_ms=%d",
             width_ms);
    w.clients[i] = evhttp_connection_base_new(w.base, NULL, "127.0.0.1", w.port);
    evhttp_add_header(evhttp_request_get_output_headers(http), "authorization",
                      w.authorization);
    assert_int_equal(evhttp_make_request(w.clients[i], http, EVHTTP_REQ_GET, url), 0);
}

/* Turns of the loop, until that many answers have come or slices were made. */
static void run(int answers, int slices)
{
    for (int turn = 0; turn < 10000; turn++) {
        if (w.answer_count >= answers && (int)strlen(w.order) >= slices) {
            return;
        }
        assert_true(event_base_loop(w.base, EVLOOP_ONCE) >= 0);
    }
    fail_msg("%d answers, %zu slices", w.answer_count, strlen(w.order));
}

/* ---- the tests ---- */

static void a_chart_of_one_slice_is_answered_at_once(void **state)
{
    (void)state;
    w.slices = 1;
    ask(0, 1);
    run(1, 1);
    assert_string_equal(w.order, "1");
    assert_non_null(strstr(
        w.answers[0],
        "\"data\":{\"list\":[{\"time\":\"0\",\"count\":1,\"min\":\"1\",\"max\":\"2\","
        "\"mean\":\"1.5\"}]}"));
}

static void devices_are_served_between_slices(void **state)
{
    (void)state;
    w.slices = 20;
    ask(0, 1);
    run(1, 20);
    assert_int_equal(strlen(w.order), 20);
    assert_int_equal(w.most_unread, 1);
    assert_true(w.read >= 19);
}

static void charts_take_turns(void **state)
{
    (void)state;
    w.slices = 6;
    ask(0, 1);
    ask(1, 2);
    run(2, 12);
    assert_int_equal(strlen(w.order), 12);
    assert_non_null(strstr(w.order, "212121"));
    assert_int_equal(w.most_unread <= 2, true);
    for (int i = 0; i < 2; i++) {
        assert_non_null(strstr(w.answers[i], "\"code\":0"));
        assert_non_null(strstr(w.answers[i], "\"time\":\"5\""));
    }
}

static void who_goes_takes_the_chart_along(void **state)
{
    (void)state;
    w.slices = 1000;
    ask(0, 1);
    run(0, 5);
    evhttp_connection_free(w.clients[0]);
    w.clients[0] = NULL;
    for (int turn = 0; turn < 20 && !w.charts[0].closed; turn++) {
        assert_true(event_base_loop(w.base, EVLOOP_ONCE) >= 0);
    }
    assert_true(w.charts[0].closed);
    assert_true(w.charts[0].steps < 30);
    /* And the next one is served. */
    w.slices = 3;
    ask(1, 2);
    run(1, 8);
    assert_non_null(strstr(w.answers[1], "\"code\":0"));
}

static void a_device_that_goes_ends_its_chart(void **state)
{
    (void)state;
    w.slices = 1000;
    ask(0, 1);
    run(0, 5);
    w.device = 0;
    run(1, 5);
    assert_non_null(strstr(w.answers[0], "\"code\":10410"));
    assert_true(w.charts[0].closed);
}

static void another_device_of_that_name_is_no_continuation(void **state)
{
    (void)state;
    w.slices = 1000;
    ask(0, 1);
    run(0, 5);
    w.device = 8;
    run(1, 5);
    assert_non_null(strstr(w.answers[0], "\"code\":500"));
}

/* The tear-down looks that what it had was given back. */
static void the_end_of_the_platform_ends_charts(void **state)
{
    (void)state;
    w.slices = 1000;
    ask(0, 1);
    ask(1, 2);
    run(0, 6);
    assert_int_equal(w.answer_count, 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_chart_of_one_slice_is_answered_at_once),
        CASE(devices_are_served_between_slices),
        CASE(charts_take_turns),
        CASE(who_goes_takes_the_chart_along),
        CASE(a_device_that_goes_ends_its_chart),
        CASE(another_device_of_that_name_is_no_continuation),
        CASE(the_end_of_the_platform_ends_charts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
