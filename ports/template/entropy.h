/* SPDX-License-Identifier: MIT */
#ifndef PORTS_TEMPLATE_ENTROPY_H
#define PORTS_TEMPLATE_ENTROPY_H

#include "onelink/link/entropy.h"

/* Unpredictable bytes. See onelink/link/entropy.h. */
struct ol_entropy my_entropy(void);

#endif
