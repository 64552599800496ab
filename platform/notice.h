/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_NOTICE_H
#define PLATFORM_NOTICE_H

#include <stdbool.h>
#include <stdint.h>

#include "onelink/base/buf.h"
#include "onelink/base/time.h"

struct event;
struct event_base;

/* Lines for the person who runs the platform: "2026-01-31 12:34:56 " in local time, then
 * what happened. At most OL_NOTICE_RATE a second, and never one that would have to wait
 * for the reader; what is left out is counted and told. */

#define OL_NOTICE_RATE 20   /* lines a second */
#define OL_NOTICE_CAP  2304 /* bytes of a line without its time */
#define OL_NOTICE_SEEN 512  /* things that are remembered as told */

/* Something that was told, and when. */
struct ol_notice_seen {
    uint64_t hash; /* 0: none */
    ol_ms at;
};

/* Memory of the owner; the fields are the notice's. */
struct ol_notice {
    int fd;
    struct event *timer; /* tells what was left out when a second is over */
    ol_ms second_at;     /* when the running second began */
    uint32_t lines;      /* in it */
    uint64_t left_out;
    struct ol_notice_seen seen[OL_NOTICE_SEEN];
};

/* Writes to fd, which stays the caller's. OL_OK, OL_E_NOSPC: no memory. */
OL_MUST int32_t ol_notice_open(struct ol_notice *n, struct event_base *base, int fd);

/* Tells what is left out; call it before the base is freed. Harmless on a zeroed one. */
void ol_notice_close(struct ol_notice *n);

/* Counts a line. false: it is one too many, do not write it. */
bool ol_notice_take(struct ol_notice *n, ol_ms now);

/* The same was told less than again_ms ago (OL_NEVER: whenever); hash stands for it. The
 * memory is small: a thing may be forgotten for another and told twice. */
bool ol_notice_is_seen(const struct ol_notice *n, uint64_t hash, ol_ms again_ms,
                       ol_ms now);
void ol_notice_see(struct ol_notice *n, uint64_t hash, ol_ms now);

/* Writes a line that was taken: the time, what stands in w, a newline. */
void ol_notice_write(struct ol_notice *n, const struct ol_writer *w);

/* Appends at most max bytes of a text that a stranger wrote, as printable ASCII: every
 * other byte as \xNN, a backslash doubled, "..." where it is cut. */
void ol_notice_text(struct ol_writer *w, struct ol_str text, size_t max);

/* The same for a name or a topic; one with a '=' is not shown, as it may be a key or a
 * token in the wrong place. */
void ol_notice_name(struct ol_writer *w, struct ol_str text, size_t max);

/* A hash of bytes, to be continued: begin with OL_NOTICE_HASH. Never 0. */
#define OL_NOTICE_HASH UINT64_C(0xCBF29CE484222325)
uint64_t ol_notice_hash(uint64_t hash, const void *data, size_t len);

#endif
