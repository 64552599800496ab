/* SPDX-License-Identifier: MIT */
#ifndef BOARD_H
#define BOARD_H

/* WIZnet W5500-EVB-Pico: RP2040 and a W5500 on SPI0. Never run on one. */

#define BOARD_NAME    "w5500_evb_pico"
#define BOARD_PRODUCT "W5500-EVB-Pico"

#define BOARD_BUS_IS_PIO 0
#define BOARD_PIN_CS     17
#define BOARD_PIN_SCK    18
#define BOARD_PIN_MISO   16
#define BOARD_PIN_MOSI   19
#define BOARD_PIN_INT    21
#define BOARD_PIN_RESET  20
#define BOARD_PIN_LED    25

/* Where other boards have their LED: lit as well while this image finds itself on one of them.
 * Here it is MOSI. */
#define BOARD_PIN_LED_ELSEWHERE 19

/* SPI0 takes a bit half a period after the chip began to show it, which has to get through both
 * pads meanwhile. At the next faster clock, 31.25 MHz, that is 16 ns: known to work on a desk, and
 * known to give each bit one late where it is 13 ns. Here it is 24 ns. `set spi_hz` asks for more. */
#define BOARD_BUS_HZ 21000000 /* which is 20.8 MHz */
#define BOARD_SYS_HZ 125000000

/* Not for the user: UART 0 and 1, the chip 16-21, power mode 23. */
#define BOARD_RESERVED_PINS 0x00bf0003u

#define BOARD_COLD_BOOT_GUARD 0

#endif
