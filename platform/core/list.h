/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_CORE_LIST_H
#define PLATFORM_CORE_LIST_H

#include <stdbool.h>
#include <stddef.h>

/* Doubly linked intrusive list. A link that is all zero is in no list; a list is a link
 * whose ends point at itself when it is empty. */
struct ol_link {
    struct ol_link *prev;
    struct ol_link *next;
};

static inline void ol_list_init(struct ol_link *list)
{
    list->prev = list;
    list->next = list;
}

static inline bool ol_list_is_empty(const struct ol_link *list)
{
    return list->next == list;
}

static inline bool ol_link_is_listed(const struct ol_link *link)
{
    return link->next != NULL;
}

/* Puts link at the end of list; no effect when it is in a list already. */
static inline void ol_list_add(struct ol_link *list, struct ol_link *link)
{
    if (link->next != NULL) {
        return;
    }
    link->prev = list->prev;
    link->next = list;
    list->prev->next = link;
    list->prev = link;
}

/* Takes link out of its list; no effect when it is in none. */
static inline void ol_list_remove(struct ol_link *link)
{
    if (link->next == NULL) {
        return;
    }
    link->prev->next = link->next;
    link->next->prev = link->prev;
    link->prev = NULL;
    link->next = NULL;
}

/* The struct that holds link as its member. */
#define OL_LIST_ENTRY(link, type, member)                                                \
    ((type *)(void *)((char *)(link)-offsetof(type, member)))

#endif
