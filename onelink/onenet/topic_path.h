/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_ONENET_TOPIC_PATH_H
#define ONELINK_ONENET_TOPIC_PATH_H

#include "onelink/onenet/topic.h"

/* Inside of the layer. Appends "$sys/{pid}/{device}/". */
void ol_onenet_topic_head_encode(struct ol_writer *w, struct ol_str pid,
                                 struct ol_str device);

/* Appends what stands behind "$sys/{pid}/{device}/". kind is
 * not UNKNOWN; identifier is used where the kind has one, and not checked. */
void ol_onenet_topic_path_encode(struct ol_writer *w, enum ol_onenet_topic_kind kind,
                                 struct ol_str identifier);

/* The kind of what stands behind "$sys/{pid}/{device}/", or UNKNOWN. *identifier is set
 * where the kind has one, and then points into path. */
enum ol_onenet_topic_kind ol_onenet_topic_path_decode(struct ol_str path,
                                                      struct ol_str *identifier);

/* The longest path without its identifier. */
#define OL_ONENET_TOPIC_PATH_MAX 48

#endif
