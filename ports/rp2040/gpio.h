/* SPDX-License-Identifier: MIT */
#ifndef PORTS_RP2040_GPIO_H
#define PORTS_RP2040_GPIO_H

#include <stdbool.h>
#include <stdint.h>

#include "ports/rp2040/regs.h"

#define OL_RP_PIN_COUNT 30u

/* Pins 0..29. `pad` is a sum of RP_PAD_*, `function` one of RP_FUNC_*. */
static inline void ol_rp_pin_setup(unsigned pin, uint32_t pad, uint32_t function)
{
    RP_REG(RP_PADS(pin)) = pad;
    RP_REG(RP_IO_CTRL(pin)) = function;
}

static inline void ol_rp_pin_set(unsigned pin, int level)
{
    RP_REG(level ? RP_SIO_OUT_SET : RP_SIO_OUT_CLEAR) = 1u << pin;
}

static inline bool ol_rp_pin_get(unsigned pin)
{
    return (RP_REG(RP_SIO_IN) >> pin & 1u) != 0;
}

/* A pin that the program drives, at this level from the start. */
static inline void ol_rp_pin_output(unsigned pin, int level)
{
    ol_rp_pin_set(pin, level);
    RP_REG(RP_SIO_OE_SET) = 1u << pin;
    ol_rp_pin_setup(pin, RP_PAD_INPUT | RP_PAD_SCHMITT | RP_PAD_4MA, RP_FUNC_SIO);
}

/* A pin that the program reads. pull: RP_PAD_PULL_UP, RP_PAD_PULL_DOWN or 0. */
static inline void ol_rp_pin_input(unsigned pin, uint32_t pull)
{
    RP_REG(RP_SIO_OE_CLEAR) = 1u << pin;
    ol_rp_pin_setup(pin, RP_PAD_INPUT | RP_PAD_SCHMITT | RP_PAD_4MA | pull, RP_FUNC_SIO);
}

#endif
