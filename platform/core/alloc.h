/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_CORE_ALLOC_H
#define PLATFORM_CORE_ALLOC_H

#include <stddef.h>

/* Where the access node takes memory from; its owner gives it. Only partial packets,
 * unsent output, subscriptions and open calls live there: an idle connection holds at
 * most the text of its subscriptions. */
struct ol_alloc {
    void *ctx;

    /* Gives new_len bytes that begin with the first min(old_len, new_len) bytes of ptr,
     * and frees ptr; ptr is NULL exactly when old_len is 0. new_len 0 frees ptr and gives
     * NULL. NULL otherwise means "no memory": ptr is then untouched. */
    void *(*resize)(void *ctx, void *ptr, size_t old_len, size_t new_len);
};

#endif
