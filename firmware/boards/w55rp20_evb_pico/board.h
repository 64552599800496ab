/* SPDX-License-Identifier: MIT */
#ifndef BOARD_H
#define BOARD_H

/* WIZnet W55RP20-EVB-Pico: RP2040 and a W5500 core in one package, wired inside on pins that
 * the RP2040's SPI blocks cannot drive in this order, so a PIO program is the bus master. Also
 * meant for the W55RP20-EVB-MKR, which has the same links inside. Never run on either. */

#define BOARD_NAME    "w55rp20_evb_pico"
#define BOARD_PRODUCT "W55RP20-EVB-Pico"

#define BOARD_BUS_IS_PIO 1
#define BOARD_PIN_CS     20
#define BOARD_PIN_SCK    21
#define BOARD_PIN_MISO   22
#define BOARD_PIN_MOSI   23
#define BOARD_PIN_INT    24
#define BOARD_PIN_RESET  25
#define BOARD_PIN_LED    19

/* Where other boards have their LED: lit as well while this image finds itself on one of them.
 * Here it is the chip's reset. */
#define BOARD_PIN_LED_ELSEWHERE 25

/* The chip guarantees 33.3 MHz; this is a quarter of the system clock, and PIO takes a bit a whole
 * period after the chip began to show it. */
#define BOARD_BUS_HZ 31250000
#define BOARD_SYS_HZ 125000000

/* Not for the user: UART 0 and 1, power mode 16, bonded out nowhere 17, the chip 20-25. */
#define BOARD_RESERVED_PINS 0x03f30003u

/* The chip freezes at some power-ons without (firmware/boot/reset.c). */
#define BOARD_COLD_BOOT_GUARD 1

#endif
