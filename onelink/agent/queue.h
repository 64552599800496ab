/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_AGENT_QUEUE_H
#define ONELINK_AGENT_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "onelink/base/buf.h"
#include "onelink/base/status.h"
#include "onelink/base/str.h"

/* Samples that wait to be delivered, in the order in which they were taken, packed into memory
 * of the caller: a header of OL_QUEUE_RECORD_LEN bytes and the value as JSON text each. Bounded:
 * what does not fit is refused, nothing that was accepted is ever pushed out by something newer.
 * The newest delivered value of a property stays as long as there is room, so that the device
 * can be asked for it; such a record counts as free memory.
 *
 * Positions are byte offsets. They hold until ol_queue_compact or ol_queue_append_begin. */

#define OL_QUEUE_RECORD_LEN 16

enum ol_queue_state {
    OL_QUEUE_WAITING, /* to be posted */
    OL_QUEUE_SUSPECT, /* to be posted: was in a post that was refused as a whole */
    OL_QUEUE_POSTED,  /* in the post record.post, which is not answered yet */
    OL_QUEUE_HELD, /* value of a command that the application has not answered: record.post */
    OL_QUEUE_LAST, /* delivered; kept as the newest value of its property */
    OL_QUEUE_DEAD  /* goes with the next ol_queue_compact */
};

/* What record.time_ms means. */
enum ol_queue_time {
    OL_QUEUE_TIME_UNIX, /* Unix time */
    OL_QUEUE_TIME_MONO, /* monotonic time: the date was not known yet */
    OL_QUEUE_TIME_NONE  /* was sent without a time, and so goes out again without one */
};

struct ol_queue_record {
    int64_t time_ms;
    uint16_t property;  /* index in the model */
    uint16_t value_len; /* bytes of JSON text */
    uint8_t state;      /* enum ol_queue_state */
    uint8_t time_kind;  /* enum ol_queue_time */
    uint8_t post;       /* which post or command */
    uint8_t live;       /* taken since the last login */
};

struct ol_queue {
    uint8_t *mem;
    uint32_t cap;
    uint32_t len;
    uint32_t count[OL_QUEUE_DEAD + 1]; /* records by state */
};

/* Empties the queue over mem[cap], which lives as long as the queue. */
void ol_queue_init(struct ol_queue *q, void *mem, size_t cap);

/* Begins a record: *value is a writer over all the room that is left for the value. OL_OK, or
 * OL_E_NOSPC when not even a header fits: ol_queue_compact may help. */
OL_MUST int32_t ol_queue_append_begin(struct ol_queue *q, struct ol_writer *value);

/* Ends what append_begin began, and sets record->value_len to what value has. OL_OK, or
 * OL_E_NOSPC when the value did not fit (or is above 65,535 bytes); the queue is then as before.
 */
OL_MUST int32_t ol_queue_append_commit(struct ol_queue *q, struct ol_queue_record *record,
                                       const struct ol_writer *value);

/* The record at *pos into *out, and *pos moved behind it; false at the end. Begin with 0. */
bool ol_queue_next(const struct ol_queue *q, uint32_t *pos, struct ol_queue_record *out);

/* The value of the record that begins at pos. Lives as positions do. */
struct ol_str ol_queue_value(const struct ol_queue *q, uint32_t pos);

/* Writes the header of the record that begins at pos back; property and value_len are as they
 * were. */
void ol_queue_set(struct ol_queue *q, uint32_t pos, const struct ol_queue_record *record);

/* Removes the dead records. */
void ol_queue_compact(struct ol_queue *q);

/* Samples that are accepted and not delivered yet (WAITING, SUSPECT, POSTED). */
uint32_t ol_queue_pending(const struct ol_queue *q);

#endif
