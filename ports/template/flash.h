/* SPDX-License-Identifier: MIT */
#ifndef PORTS_TEMPLATE_FLASH_H
#define PORTS_TEMPLATE_FLASH_H

#include "onelink/link/flash.h"

/* The region that holds settings and offline store. See onelink/link/flash.h. */
struct ol_flash my_flash(void);

#endif
