/* SPDX-License-Identifier: MIT */
#include "onelink/agent/queue.h"

#include <string.h>

_Static_assert(sizeof(struct ol_queue_record) == OL_QUEUE_RECORD_LEN,
               "record has padding");

void ol_queue_init(struct ol_queue *q, void *mem, size_t cap)
{
    memset(q, 0, sizeof *q);
    q->mem = mem;
    q->cap = cap > UINT32_MAX ? UINT32_MAX : (uint32_t)cap;
}

int32_t ol_queue_append_begin(struct ol_queue *q, struct ol_writer *value)
{
    uint32_t left = q->cap - q->len;

    if (left < OL_QUEUE_RECORD_LEN) {
        *value = ol_writer_make(NULL, 0);
        return OL_E_NOSPC;
    }
    *value =
        ol_writer_make(q->mem + q->len + OL_QUEUE_RECORD_LEN, left - OL_QUEUE_RECORD_LEN);
    return OL_OK;
}

int32_t ol_queue_append_commit(struct ol_queue *q, struct ol_queue_record *record,
                               const struct ol_writer *value)
{
    if (ol_writer_status(value) != OL_OK || value->len > UINT16_MAX) {
        return OL_E_NOSPC;
    }
    record->value_len = (uint16_t)value->len;
    memcpy(q->mem + q->len, record, sizeof *record);
    q->len += OL_QUEUE_RECORD_LEN + record->value_len;
    q->count[record->state]++;
    return OL_OK;
}

bool ol_queue_next(const struct ol_queue *q, uint32_t *pos, struct ol_queue_record *out)
{
    if (*pos >= q->len) {
        return false;
    }
    memcpy(out, q->mem + *pos, sizeof *out);
    *pos += OL_QUEUE_RECORD_LEN + out->value_len;
    return true;
}

struct ol_str ol_queue_value(const struct ol_queue *q, uint32_t pos)
{
    struct ol_queue_record record;

    memcpy(&record, q->mem + pos, sizeof record);
    return ol_str_make(q->mem + pos + OL_QUEUE_RECORD_LEN, record.value_len);
}

void ol_queue_set(struct ol_queue *q, uint32_t pos, const struct ol_queue_record *record)
{
    struct ol_queue_record old;

    memcpy(&old, q->mem + pos, sizeof old);
    q->count[old.state]--;
    q->count[record->state]++;
    memcpy(q->mem + pos, record, sizeof *record);
}

void ol_queue_compact(struct ol_queue *q)
{
    struct ol_queue_record record;
    uint32_t from = 0;
    uint32_t to = 0;

    if (q->count[OL_QUEUE_DEAD] == 0) {
        return;
    }
    for (uint32_t pos = 0; ol_queue_next(q, &pos, &record); from = pos) {
        if (record.state == OL_QUEUE_DEAD) {
            continue;
        }
        if (to != from) {
            memmove(q->mem + to, q->mem + from, pos - from);
        }
        to += pos - from;
    }
    q->len = to;
    q->count[OL_QUEUE_DEAD] = 0;
}

uint32_t ol_queue_pending(const struct ol_queue *q)
{
    return q->count[OL_QUEUE_WAITING] + q->count[OL_QUEUE_SUSPECT] +
           q->count[OL_QUEUE_POSTED];
}
