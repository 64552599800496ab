/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_WATCH_H
#define PLATFORM_WATCH_H

#include "platform/access/access.h"
#include "platform/notice.h"

/* Chooses from what the access node logs the lines for the person who runs the platform:
 * who comes and goes, and whatever was refused, closed or not delivered, with the reason.
 * Nothing of a device's payload is shown but the identifier that a refusal names. */

#define OL_WATCH_TOPIC_CAP 160

/* Memory of the owner; the fields are the watch's. */
struct ol_watch {
    struct ol_notice notice;
    const struct ol_access *access;
    uint32_t set_timeout_s;
    bool enforced; /* --limits enforce */
    /* The topic that the connection handled now is being closed for. */
    char topic[OL_WATCH_TOPIC_CAP];
    size_t topic_len;
};

/* A line of the message log. */
void ol_watch_log(struct ol_watch *w, const struct ol_msglog *line, ol_ms now);

/* An event for the applications. */
void ol_watch_event(struct ol_watch *w, const struct ol_node_event *ev, ol_ms now);

#endif
