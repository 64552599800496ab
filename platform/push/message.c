/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "platform/push/state.h"

/* Messages: how many may wait, and how they are forgotten: many at once, as each commit of its
 * own would cost more than sending. */

#define OVER_MS 100

void ol_push_over_flush(struct ol_push *push)
{
    if (push->over_count > 0) {
        push->config.drop(push->config.ctx, push->over, push->over_count);
        push->over_count = 0;
    }
    event_del(push->over_timer);
}

static void put_over(struct ol_push *push, int64_t id)
{
    struct timeval tv = {0, OVER_MS * 1000};
    if (push->over_count == OL_PUSH_OVER) {
        ol_push_over_flush(push);
    }
    if (push->over_count == 0) {
        event_add(push->over_timer, &tv);
    }
    push->over[push->over_count++] = id;
}

struct ol_push_message *ol_push_message_make(struct ol_push_target *t,
                                             const struct ol_push_kept *kept)
{
    bool room = t->waiting < OL_PUSH_MESSAGES_MAX &&
                t->bytes + kept->text.len <= OL_PUSH_BYTES_MAX;
    struct ol_push_message *m = room ? malloc(sizeof *m + kept->text.len) : NULL;
    if (m == NULL) {
        t->dropped++;
        return NULL;
    }
    *m = (struct ol_push_message){.target = t,
                                  .device = kept->device,
                                  .id = kept->id,
                                  .time_ms = kept->time_ms,
                                  .len = kept->text.len};
    memcpy(m->text, kept->text.ptr, kept->text.len);
    t->waiting++;
    t->bytes += m->len;
    return m;
}

void ol_push_message_free(struct ol_push_message *m, bool over)
{
    struct ol_push_target *t = m->target;
    t->waiting--;
    t->bytes -= m->len;
    if (over) {
        put_over(t->push, m->id);
    }
    free(m);
}
