/* SPDX-License-Identifier: MIT */
#ifndef FIRMWARE_BOARD_MACHINE_H
#define FIRMWARE_BOARD_MACHINE_H

#include "firmware/app/machine.h"

/* Brings up the board that this image was built for (board.h) and returns what the application
 * needs of it. Once, at the beginning of main(); the watchdog runs from then on. User pins that
 * are read before they were written are inputs with pull-up. */
const struct app_machine *board_machine_init(void);

#endif
