/* SPDX-License-Identifier: MIT */
#ifndef FIRMWARE_TESTS_SAY_H
#define FIRMWARE_TESTS_SAY_H

#include <stdint.h>

#include "firmware/app/machine.h"

/* What the test images print on UART0, for a script to read. These wait for room. */

/* The machine whose console it is; first of all. */
void say_on(const struct app_machine *machine);
/* A text as it is. */
void say(const char *text);
/* " name=value", decimal. */
void say_number(const char *name, uint32_t value);

#endif
