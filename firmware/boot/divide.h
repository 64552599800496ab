/* SPDX-License-Identifier: MIT */
#ifndef FIRMWARE_BOOT_DIVIDE_H
#define FIRMWARE_BOOT_DIVIDE_H

#include <stdint.h>

/* Division of 64 bits by subtraction, in place of the compiler library's, which takes 500 bytes
 * of flash and is not faster for the divisors that are used here. Under the name by which the
 * compiler's run-time ABI helpers call it, with a divisor that is not 0. */
uint64_t __udivmoddi4(uint64_t dividend, uint64_t divisor, uint64_t *remainder);

#endif
