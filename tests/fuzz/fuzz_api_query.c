/* SPDX-License-Identifier: MIT */
#include <event2/http.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "platform/api/call.h"

/* Query strings of API calls, through libevent's reader as in the API. What is taken as a
 * range is one; numbers keep within their bounds; each refusal is answered once. */

static unsigned answers;

void ol_api_fail_parameter(const struct ol_api_call *c, const char *name)
{
    (void)c;
    answers++;
    if (strlen(name) == 0) {
        abort();
    }
}

static void require(bool fine)
{
    if (!fine) {
        abort();
    }
}

static void check(const struct ol_api_call *c)
{
    struct ol_api_range range = {.limit = 10};
    int64_t v = 7;
    answers = 0;
    bool fine = ol_api_query_int(c, "n", -3, 12, &v);
    require(answers == (fine ? 0 : 1));
    require(v == 7 || (fine && v >= -3 && v <= 12));
    answers = 0;
    fine = ol_api_range_read(c, &range);
    require(answers == (fine ? 0 : 1));
    if (fine) {
        require(range.from_ms >= 0 && range.from_ms <= range.to_ms && range.offset >= 0);
        require(range.limit >= 1 && range.limit <= 1000);
        require(ol_api_query_get(c, "start_time").len > 0);
    }
    const char *twice = ol_api_query_twice(c);
    require(twice == NULL || ol_api_query_get(c, twice).ptr != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct evkeyvalq query;
    char *text = malloc(len + 1);
    if (text == NULL) {
        return 0;
    }
    memcpy(text, data, len);
    text[len] = '\0';
    if (evhttp_parse_query_str(text, &query) == 0) {
        const struct ol_api_call c = {.query = &query};
        check(&c);
        evhttp_clear_headers(&query);
    }
    free(text);
    return 0;
}
