/* SPDX-License-Identifier: MIT */
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
#include <string.h>
#include <sys/socket.h>

#include "platform/push/push.h"

/* What is kept of a push, when, and when it is forgotten. The receiver is a server on the
 * same loop. */

#define NOW_MS INT64_C(1700000000000)

static struct {
    struct event_base *base;
    struct evhttp *receiver;
    struct ol_push *push;
    struct ol_store store;
    int status;         /* what the receiver answers */
    int asked;          /* requests it got */
    char taken[4096];   /* their bodies */
    int commits_failed; /* how many will */
    int64_t put[16];
    size_t put_count;
    int64_t dropped[16];
    size_t dropped_count;
    int cleared;
} w;

static int32_t put_presence(void *ctx, const struct ol_store_presence *presence)
{
    (void)ctx;
    (void)presence;
    return OL_OK;
}

static int32_t commit(void *ctx)
{
    (void)ctx;
    return w.commits_failed-- > 0 ? OL_E_IO : OL_OK;
}

static int64_t wall_ms(void *ctx)
{
    (void)ctx;
    return NOW_MS;
}

static bool device_name(void *ctx, int64_t device, char name[OL_PUSH_NAME_CAP])
{
    (void)ctx;
    snprintf(name, OL_PUSH_NAME_CAP, "dev%d", (int)device);
    return true;
}

static int32_t keep(void *ctx, struct ol_str product_id, struct ol_str text)
{
    (void)ctx;
    (void)product_id;
    (void)text;
    return OL_OK;
}

static void put(void *ctx, const struct ol_push_kept *message)
{
    (void)ctx;
    assert_true(ol_str_equal(message->product_id, OL_STR("Prod000001")));
    assert_in_range(w.put_count, 0, 15);
    w.put[w.put_count++] = message->id;
}

static void drop(void *ctx, const int64_t *ids, size_t count)
{
    (void)ctx;
    for (size_t i = 0; i < count; i++) {
        assert_in_range(w.dropped_count, 0, 15);
        w.dropped[w.dropped_count++] = ids[i];
    }
}

static int32_t clear(void *ctx, struct ol_str product_id)
{
    (void)ctx;
    (void)product_id;
    w.cleared++;
    return OL_OK;
}

static void on_request(struct evhttp_request *http, void *ctx)
{
    (void)ctx;
    size_t at = strlen(w.taken);
    w.asked++;
    ev_ssize_t n = evbuffer_copyout(evhttp_request_get_input_buffer(http), w.taken + at,
                                    sizeof w.taken - 1 - at);
    w.taken[at + (n > 0 ? (size_t)n : 0)] = '\0';
    if (w.status != 0) {
        evhttp_send_reply(http, w.status, NULL, NULL);
    }
}

/* last_id is what the database knows; the address has agreed before. */
static void open_push(int64_t last_id)
{
    static const struct ol_store_ops ops = {.put_presence = put_presence,
                                            .commit = commit};
    ev_uint16_t port = 0;
    char settings[96];
    memset(&w, 0, sizeof w);
    w.status = 200;
    w.base = event_base_new();
    w.receiver = evhttp_new(w.base);
    struct evhttp_bound_socket *bound =
        evhttp_bind_socket_with_handle(w.receiver, "127.0.0.1", 0);
    assert_non_null(bound);
    struct sockaddr_in address;
    socklen_t len = sizeof address;
    assert_int_equal(
        getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&address, &len),
        0);
    port = ntohs(address.sin_port);
    evhttp_set_gencb(w.receiver, on_request, NULL);
    const struct ol_push_config config = {.base = w.base,
                                          .store = {NULL, &ops},
                                          .wall_ms = wall_ms,
                                          .device_name = device_name,
                                          .keep = keep,
                                          .put = put,
                                          .drop = drop,
                                          .clear = clear,
                                          .last_id = last_id,
                                          .second_ms = 1};
    w.push = ol_push_open(&config);
    assert_non_null(w.push);
    snprintf(settings, sizeof settings, "active\nhttp://127.0.0.1:%u/\ntoken\n\n", port);
    ol_push_restore(w.push, OL_STR("Prod000001"), ol_str_from(settings));
    w.store = ol_push_store(w.push);
}

static void close_push(void)
{
    ol_push_close(w.push);
    evhttp_free(w.receiver);
    event_base_free(w.base);
}

/* Something to tell of a device. */
static void tell(int64_t device)
{
    static const struct ol_store_product product = {
        .id = 1, .product_id = OL_STR_INIT("Prod000001")};
    const struct ol_store_presence p = {.device = device,
                                        .product = &product,
                                        .state = OL_PRESENCE_ONLINE,
                                        .time_ms = NOW_MS};
    assert_int_equal(w.store.ops->put_presence(w.store.ctx, &p), OL_OK);
}

static struct ol_push_info info(void)
{
    struct ol_push_info i;
    assert_int_equal(ol_push_get(w.push, OL_STR("Prod000001"), &i), OL_OK);
    return i;
}

static void run_for(int ms)
{
    struct timeval tv = {ms / 1000, ms % 1000 * 1000};
    event_base_loopexit(w.base, &tv);
    event_base_dispatch(w.base);
}

static void a_message_is_kept_until_it_is_taken(void **state)
{
    (void)state;
    open_push(0);
    tell(1);
    assert_int_equal(w.put_count, 1); /* with what it tells of */
    assert_int_equal(w.put[0], NOW_MS);
    assert_int_equal(info().waiting, 1);
    run_for(50);
    assert_int_equal(w.asked, 0); /* not before the commit */
    assert_int_equal(w.store.ops->commit(w.store.ctx), OL_OK);
    run_for(300);
    assert_int_equal(w.asked, 1);
    assert_int_equal(info().sent, 1);
    assert_int_equal(info().waiting, 0);
    assert_int_equal(w.dropped_count, 1);
    assert_int_equal(w.dropped[0], w.put[0]);
    close_push();
}

static void what_was_not_committed_is_not_told(void **state)
{
    (void)state;
    open_push(0);
    w.commits_failed = 1;
    tell(1);
    assert_int_equal(w.store.ops->commit(w.store.ctx), OL_E_IO);
    run_for(100);
    assert_int_equal(w.asked, 0);
    assert_int_equal(info().waiting, 0);
    assert_int_equal(w.dropped_count, 0); /* the rollback did */
    close_push();
}

/* Receivers know by the id what came twice; the clock may have been set back. */
static void an_id_is_never_used_again(void **state)
{
    (void)state;
    open_push(NOW_MS + 5000);
    tell(1);
    tell(1);
    assert_int_equal(w.put[0], NOW_MS + 5001);
    assert_int_equal(w.put[1], NOW_MS + 5002);
    close_push();
    assert_int_equal(w.dropped_count, 0); /* they wait for the next start */
}

/* Before whatever is new, each device's in order. */
static void kept_messages_go_first(void **state)
{
    (void)state;
    open_push(0);
    static const char *const texts[] = {"one", "two", "three"};
    for (int i = 0; i < 3; i++) {
        const struct ol_push_kept kept = {.id = 100 + i,
                                          .device = 7,
                                          .product_id = OL_STR("Prod000001"),
                                          .text = ol_str_from(texts[i])};
        assert_true(ol_push_restore_message(w.push, &kept));
    }
    const struct ol_push_kept foreign = {
        .id = 200, .product_id = OL_STR("Prod000002"), .text = OL_STR("x")};
    assert_false(ol_push_restore_message(w.push, &foreign));
    tell(7);
    assert_int_equal(w.store.ops->commit(w.store.ctx), OL_OK);
    run_for(400);
    assert_int_equal(info().sent, 4);
    const char *one = strstr(w.taken, "\"one\"");
    const char *two = strstr(w.taken, "\"two\"");
    const char *three = strstr(w.taken, "\"three\"");
    const char *fresh = strstr(w.taken, "dev7");
    assert_true(one != NULL && two > one && three > two && fresh > three);
    assert_int_equal(w.put_count, 1); /* those that came back are kept already */
    assert_int_equal(w.dropped_count, 4);
    close_push();
}

/* What waited for one address never goes to another. */
static void new_settings_clear(void **state)
{
    (void)state;
    const char *wrong = NULL;
    open_push(0);
    w.status = 500;
    tell(1);
    assert_int_equal(w.store.ops->commit(w.store.ctx), OL_OK);
    run_for(20);
    const struct ol_push_settings settings = {
        .url = OL_STR("http://127.0.0.1:1/"), .token = OL_STR("t"), .aes = OL_STR("")};
    assert_int_equal(ol_push_set(w.push, OL_STR("Prod000001"), &settings, &wrong), OL_OK);
    assert_int_equal(w.cleared, 1);
    assert_int_equal(info().waiting, 0);
    assert_int_equal(ol_push_delete(w.push, OL_STR("Prod000001")), OL_OK);
    assert_int_equal(w.cleared, 2);
    close_push();
}

/* A receiver that is away: at most so many, those that do not fit counted. */
static void the_queue_is_bounded(void **state)
{
    (void)state;
    open_push(0);
    w.status = 500;
    struct ol_push_kept kept = {
        .id = 1, .device = 1, .product_id = OL_STR("Prod000001"), .text = OL_STR("text")};
    for (; kept.id <= OL_PUSH_MESSAGES_MAX; kept.id++) {
        assert_true(ol_push_restore_message(w.push, &kept));
    }
    assert_false(ol_push_restore_message(w.push, &kept));
    tell(2);
    assert_int_equal(w.put_count, 0);
    assert_int_equal(info().waiting, OL_PUSH_MESSAGES_MAX);
    assert_int_equal(info().dropped, 2);
    close_push();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_is_kept_until_it_is_taken),
        cmocka_unit_test(what_was_not_committed_is_not_told),
        cmocka_unit_test(an_id_is_never_used_again),
        cmocka_unit_test(kept_messages_go_first),
        cmocka_unit_test(new_settings_clear),
        cmocka_unit_test(the_queue_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
