/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_INTERRUPT_H
#define TOOLS_INTERRUPT_H

#include <poll.h>

/* A program that is told to end (SIGINT, SIGTERM, SIGHUP) and has something to put in order first:
 * the first such signal is noted, a second of its kind ends the program at once. */

/* From now on; a signal that is ignored stays so. Once in a program. */
void cli_interrupt_watch(void);

/* The signal that came; 0: none. */
int cli_interrupt_get(void);

/* poll() of up to four, which a noted signal ends, also one of before: 0 then. A negative
 * timeout_ms waits for ever. */
int cli_interrupt_poll(const struct pollfd *fds, nfds_t count, int timeout_ms);

#endif
