/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_STORE_CRC32_H
#define ONELINK_STORE_CRC32_H

#include <stddef.h>
#include <stdint.h>

/* CRC-32 of IEEE 802.3 (reflected, polynomial 04C11DB7). crc is 0 at first, else what an
 * earlier call gave, so that data can come in pieces. */
uint32_t ol_crc32(uint32_t crc, const void *data, size_t len);

#endif
