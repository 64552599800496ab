/* SPDX-License-Identifier: MIT */
/* The second stage: the boot ROM copies these 256 bytes to the top of RAM and runs them. They
 * make the flash readable as memory, and go to the loader. The image runs the same bytes again
 * from a copy in RAM to get that back after it erased or programmed the flash; told apart by
 * LR, which is 0 when the boot ROM enters.
 *
 * For the W25Q16 class of flash on all supported boards: fast read quad I/O (EBh) with
 * continuous read mode, at half the system clock. Quad needs the QE bit of status register 2;
 * it is set at a start if it is not. Where it cannot be set, the flash is not of that class (or its
 * status register is locked), and plain serial read (03h) at a quarter of the clock is used,
 * which every flash knows. The image's copy does not try again: the register wears out. Position independent, no RAM but a few words of stack, no endless wait
 * for the flash. At most 252 bytes; the tool that makes the UF2 file adds the CRC. */

    .syntax unified
    .cpu cortex-m0plus
    .thumb

    .equ SSI, 0x18000000
    .equ CTRLR0, 0x00
    .equ CTRLR1, 0x04
    .equ SSIENR, 0x08
    .equ BAUDR, 0x14
    .equ RXFLR, 0x24
    .equ SR, 0x28
    .equ DR0, 0x60
    .equ RX_SAMPLE_DLY, 0xf0
    .equ SPI_CTRLR0, 0xf4
    .equ PADS_QSPI, 0x40020000

    .equ CTRLR0_BYTES, 7 << 16                    /* 8-bit frames, one lane, both ways */
    .equ CTRLR0_SERIAL, (31 << 16) | (3 << 8)     /* 32-bit frames, command then data in */
    .equ CTRLR0_QUAD, CTRLR0_SERIAL | (2 << 21)
    /* EBh on one lane, then 24 bits of address and 8 of mode on four, 4 wait cycles */
    .equ QUAD_FIRST, (4 << 11) | (2 << 8) | (8 << 2) | 1
    /* no command any more, the mode byte A0h keeps it so */
    .equ QUAD_NEXT, (0xa0 << 24) | (4 << 11) | (8 << 2) | 2
    .equ SERIAL_READ, (0x03 << 24) | (2 << 8) | (6 << 2)

    .section .boot2, "ax"
    .global boot2
    .thumb_func
boot2:
    push {r4, r5, lr}
    movs r4, #SSI >> 27
    lsls r4, #27

    /* clock pad: 8 mA, fast slew; data pads without Schmitt trigger, which is slow */
    ldr r0, =PADS_QSPI
    movs r1, #0x21
    str r1, [r0, #4]
    ldr r1, [r0, #8]
    movs r2, #2
    bics r1, r2
    str r1, [r0, #8]
    str r1, [r0, #12]
    str r1, [r0, #16]
    str r1, [r0, #20]

    movs r3, #2
    movs r1, #CTRLR0_BYTES >> 16
    lsls r1, #16
    bl configure                  /* SPI_CTRLR0 means nothing to it */

    bl is_quad
    bcs quad
    adds r5, r0, #2               /* what it holds, and QE */
    ldr r0, [sp, #8]              /* LR */
    cmp r0, #0
    bne serial
    movs r0, #0x06                /* write enable */
    bl send1
    movs r0, #0x31                /* write status register 2; the W25Q16RV takes QE by no other */
    str r0, [r4, #DR0]
    mov r0, r5
    bl send1
    movs r5, #1                   /* 131072 rounds: 15 ms is the slowest, this is more */
    lsls r5, #17
busy:
    movs r0, #0x05                /* status register 1, bit 0: still writing */
    bl send2
    lsrs r0, r0, #1
    bcc written
    subs r5, #1
    bne busy
written:
    bl is_quad
    bcs quad

serial:
    movs r3, #4                   /* plain serial read */
    ldr r1, =CTRLR0_SERIAL
    ldr r2, =SERIAL_READ
    b last

quad:
    movs r3, #2
    ldr r1, =CTRLR0_QUAD
    ldr r2, =QUAD_FIRST
    bl configure
    movs r0, #0xeb                /* one read to enter the mode: address 0, mode A0h */
    str r0, [r4, #DR0]
    movs r0, #0xa0
    bl send1
    ldr r1, =CTRLR0_QUAD
    ldr r2, =QUAD_NEXT
last:
    bl configure

    pop {r4, r5}
    pop {r0}
    cmp r0, #0
    bne back
    ldr r0, =0x10000100           /* the loader's stack and entry */
    ldr r1, =0xe000ed08
    str r0, [r1]
    ldr r1, [r0]
    msr msp, r1
    ldr r0, [r0, #4]
back:
    bx r0

/* r1: CTRLR0, r2: SPI_CTRLR0, r3: clock divider. */
configure:
    movs r0, #0
    str r0, [r4, #SSIENR]
    str r3, [r4, #BAUDR]
    str r1, [r4, #CTRLR0]
    str r0, [r4, #CTRLR1]
    movs r1, #SPI_CTRLR0
    str r2, [r4, r1]
    movs r0, #1
    movs r1, #RX_SAMPLE_DLY
    str r0, [r4, r1]
    str r0, [r4, #SSIENR]
    bx lr

/* C set: the QE bit is set. r0: the register. */
is_quad:
    movs r0, #0x35                /* status register 2 */
    mov r5, lr
    bl send2
    lsrs r2, r0, #2
    bx r5

/* Sends r0 and a byte more, gives the last byte that came. */
send2:
    str r0, [r4, #DR0]
/* Sends r0; waits until the bus is quiet; gives the last byte that came. */
send1:
    str r0, [r4, #DR0]
1:  ldr r1, [r4, #SR]
    lsrs r2, r1, #1               /* bit 0: busy */
    bcs 1b
    lsrs r2, r1, #3               /* bit 2: transmit FIFO empty */
    bcc 1b
    movs r0, #0
2:  ldr r2, [r4, #RXFLR]
    cmp r2, #0
    beq 3f
    ldr r0, [r4, #DR0]
    b 2b
3:  bx lr
    .ltorg
