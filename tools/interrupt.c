/* SPDX-License-Identifier: MIT */
#include "tools/interrupt.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define FDS_MAX 4

static volatile sig_atomic_t noted;
/* Readable from the signal on, so that no poll() misses one that comes right before it. */
static volatile sig_atomic_t wakes = -1;

static void on_signal(int signal)
{
    const uint64_t one = 1;
    int saved = errno;
    noted = signal;
    (void)!write(wakes, &one, sizeof(one));
    errno = saved;
}

void cli_interrupt_watch(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction act = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND}, old;
    wakes = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN) {
            sigaction(signals[i], &act, NULL);
        }
    }
}

int cli_interrupt_get(void)
{
    return noted;
}

int cli_interrupt_poll(const struct pollfd *fds, nfds_t count, int timeout_ms)
{
    struct pollfd all[FDS_MAX + 1];
    if (count > FDS_MAX) {
        errno = EINVAL;
        return -1;
    }
    for (nfds_t i = 0; i < count; i++) {
        all[i] = fds[i];
    }
    all[count] = (struct pollfd){.fd = wakes, .events = POLLIN};
    int ready = noted ? 0 : poll(all, count + 1, timeout_ms);
    return noted ? 0 : ready;
}
