/* SPDX-License-Identifier: MIT */

/* What was seen: after the database could not store the second value of a post, the next post of
 * that device was pushed with the first value of the lost one in it. Cause: the members of a
 * message are gathered until the post ends, and one that fails does not end; only a post of
 * another device began anew. Found by reading. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <event2/event.h>
#include <string.h>

#include "platform/push/push.h"

static int puts_left; /* of put_sample, before one fails */
static char last[512];

static int32_t put_sample(void *ctx, const struct ol_store_sample *sample)
{
    (void)ctx;
    (void)sample;
    return puts_left-- == 0 ? OL_E_IO : OL_OK;
}

static int64_t wall_ms(void *ctx)
{
    (void)ctx;
    return 1700000000000;
}

static bool device_name(void *ctx, int64_t device, char name[OL_PUSH_NAME_CAP])
{
    (void)ctx;
    (void)device;
    strcpy(name, "lamp");
    return true;
}

static void put(void *ctx, const struct ol_push_kept *message)
{
    (void)ctx;
    assert_in_range(message->text.len, 1, sizeof last - 1);
    memcpy(last, message->text.ptr, message->text.len);
    last[message->text.len] = '\0';
}

static void sample(struct ol_store *store, const char *identifier, const char *value,
                   int32_t expected)
{
    static const struct ol_store_product product = {
        .id = 1, .product_id = OL_STR_INIT("Prod000001")};
    const struct ol_store_sample s = {.device = 1,
                                      .product = &product,
                                      .identifier = ol_str_from(identifier),
                                      .time_ms = 5,
                                      .value = ol_str_from(value)};
    assert_int_equal(store->ops->put_sample(store->ctx, &s), expected);
}

static void a_post_that_failed_leaves_nothing(void **state)
{
    (void)state;
    static const struct ol_store_ops ops = {.put_sample = put_sample};
    struct event_base *base = event_base_new();
    const struct ol_push_config config = {.base = base,
                                          .store = {NULL, &ops},
                                          .wall_ms = wall_ms,
                                          .device_name = device_name,
                                          .put = put};
    struct ol_push *push = ol_push_open(&config);
    assert_non_null(push);
    ol_push_restore(push, OL_STR("Prod000001"),
                    OL_STR("active\nhttp://127.0.0.1:1/\ntoken\n\n"));
    struct ol_store store = ol_push_store(push);
    puts_left = 1;
    sample(&store, "temp", "1", OL_OK);
    sample(&store, "humi", "2", OL_E_IO);
    puts_left = 9;
    sample(&store, "count", "3", OL_OK);
    store.ops->end_post(store.ctx, 1, OL_STR("7"));
    assert_non_null(strstr(last, "\"params\":{\"count\":{\"time\":5,\"value\":3}}}}"));
    ol_push_close(push);
    event_base_free(base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_post_that_failed_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
