/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_CORE_LOG_WORDS_H
#define PLATFORM_CORE_LOG_WORDS_H

#include "platform/core/store.h"

/* What a line of the message log says in words, for people and programs; static storage. A value
 * of no enumerator is "unknown". */
const char *ol_log_direction_str(enum ol_msglog_direction direction);
const char *ol_log_verdict_str(enum ol_msglog_verdict verdict);
const char *ol_log_packet_str(uint8_t packet); /* "": none */

/* Which direction or verdict the word is; -1: none. */
int ol_log_direction_find(struct ol_str word);
int ol_log_verdict_find(struct ol_str word);

#endif
