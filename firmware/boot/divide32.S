/* SPDX-License-Identifier: MIT */
/* Unsigned division of 32 bits by the RP2040's divider (datasheet section 2.3.1.5), in place of the
 * compiler library's, which takes 276 bytes and some hundred cycles. Both names of the ARM run-time
 * ABI: the quotient is in r0, the remainder in r1. An interrupt handler may divide, too, so none
 * comes in between. By 0 it is 0xffffffff, remainder the dividend. */
    .syntax unified
    .cpu cortex-m0plus
    .thumb

    .equ DIVIDER, 0xd0000060 /* SIO: dividend, divisor; 0x10 on: quotient, remainder */

    .section .text.divide32, "ax"
    .global __aeabi_uidiv
    .global __aeabi_uidivmod
    .type __aeabi_uidiv, %function
    .type __aeabi_uidivmod, %function
    .thumb_func
__aeabi_uidiv:
    .thumb_func
__aeabi_uidivmod:
    ldr r2, =DIVIDER
    mrs r3, primask
    cpsid i
    str r0, [r2, #0]
    str r1, [r2, #4]
    b 1f /* the result is there after 8 cycles, two for each of these */
1:  b 1f
1:  b 1f
1:  b 1f
1:  ldr r1, [r2, #0x14]
    ldr r0, [r2, #0x10]
    msr primask, r3
    bx lr
    .ltorg
