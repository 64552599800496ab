/* SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include "platform/store/ring_parts.h"

/* A page of the file that is not to be had any more, as the disk fails or somebody made the
 * file shorter, is told by SIGBUS to whoever touches it: a program that serves would end for
 * its log. A page of zeros takes its place, which holds no entries, and the ring it belongs
 * to is told to be lost. */

#define GUARDED_MAX 4

static struct guarded {
    uint8_t *volatile at; /* NULL: free */
    volatile sig_atomic_t lost;
} guarded[GUARDED_MAX];

static void on_bus(int signal_number, siginfo_t *info, void *context)
{
    (void)context;
    uint8_t *touched = info->si_addr;
    for (int i = 0; i < GUARDED_MAX; i++) {
        uint8_t *at = guarded[i].at;
        if (at == NULL || touched < at || touched >= at + OL_RING_FILE_MAX) {
            continue;
        }
        size_t page = (size_t)sysconf(_SC_PAGESIZE);
        uint8_t *begin = at + (size_t)(touched - at) / page * page;
        if (mmap(begin, page, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED) {
            guarded[i].lost = 1;
            return;
        }
    }
    /* Not ours: it is touched again, and ends the process as it would have. */
    (void)signal(signal_number, SIG_DFL);
}

void ol_ring_guard(struct ol_ring *r)
{
    const struct sigaction action = {.sa_sigaction = on_bus, .sa_flags = SA_SIGINFO};
    r->guard = OL_RING_NONE;
    for (uint32_t i = 0; i < GUARDED_MAX; i++) {
        if (guarded[i].at == NULL && sigaction(SIGBUS, &action, NULL) == 0) {
            guarded[i].lost = 0;
            guarded[i].at = (uint8_t *)r->head;
            r->guard = i;
            return;
        }
    }
}

void ol_ring_unguard(const struct ol_ring *r)
{
    if (r->guard != OL_RING_NONE) {
        guarded[r->guard].at = NULL;
    }
}

bool ol_ring_is_lost(const struct ol_ring *r)
{
    return r->guard != OL_RING_NONE && guarded[r->guard].lost != 0;
}
