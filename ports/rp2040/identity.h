/* SPDX-License-Identifier: MIT */
#ifndef PORTS_RP2040_IDENTITY_H
#define PORTS_RP2040_IDENTITY_H

#include <stdint.h>

#include "onelink/link/entropy.h"
#include "onelink/link/flash.h"

/* Eight bytes that no other board has and that stay: the flash chip's own number. Where that
 * chip has none, a random number that is made once and kept in `store` (one erase block); should
 * that not take it, the next start makes another one. ol_rp_flash_init was called. OL_OK;
 * OL_E_IO: no number and no randomness either, id is all zero. */
OL_MUST int32_t ol_rp_identity(uint8_t id[8], const struct ol_flash *store,
                               const struct ol_entropy *entropy);

#endif
