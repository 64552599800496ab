/* SPDX-License-Identifier: MIT */
#ifndef PORTS_POSIX_ENTROPY_H
#define PORTS_POSIX_ENTROPY_H

#include "onelink/link/entropy.h"

/* Random bytes from the kernel (getrandom). Never waits: OL_E_AGAIN early at boot, while
 * the kernel has not collected enough. */
struct ol_entropy ol_posix_entropy(void);

#endif
