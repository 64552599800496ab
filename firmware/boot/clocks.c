/* SPDX-License-Identifier: MIT */
#include "firmware/boot/clocks.h"

#include "ports/rp2040/regs.h"

#define XOSC_HZ  12000000u
#define XOSC_MHZ (XOSC_HZ / 1000000u)

/* The tick that the watchdog counts is made from clk_ref, at first the ring oscillator at
 * anything between 2 and 12 MHz (6.5 as a rule). Twelve cycles of it and two counts a tick: 500 ms
 * as a rule, at most 1.6 s. */
#define GUARD_COUNTS (500u * 2u * 6500u / XOSC_MHZ)

#define SECOND_COUNTS 2000000u

static void wait_for(uint32_t address, uint32_t bits)
{
    /* The watchdog is the deadline. */
    while ((RP_REG(address) & bits) != bits) {
    }
}

static void watchdog_start(uint32_t counts)
{
    RP_REG(RP_PSM_WDSEL) = RP_PSM_ALL & ~(RP_PSM_ROSC | RP_PSM_XOSC);
    RP_REG(RP_WATCHDOG_TICK) = RP_WATCHDOG_TICK_ON | XOSC_MHZ;
    RP_REG(RP_WATCHDOG_LOAD) = counts;
    RP_SET(RP_WATCHDOG_CTRL) = RP_WATCHDOG_ENABLE;
}

/* Back to the ring oscillator, whatever ran before, so that the PLLs can be touched. */
static void use_ring_oscillator(void)
{
    RP_CLEAR(RP_CLK_SYS_CTRL) = RP_CLK_SYS_AUX;
    wait_for(RP_CLK_SYS_SELECTED, 1u << RP_CLK_SYS_REF);
    RP_CLEAR(RP_CLK_REF_CTRL) = 3u;
    wait_for(RP_CLK_REF_SELECTED, 1u << RP_CLK_REF_ROSC);
}

static void reset_blocks(uint32_t keep)
{
    RP_SET(RP_RESETS) = RP_RESET_ALL & ~keep;
}

static void release(uint32_t blocks)
{
    RP_CLEAR(RP_RESETS) = blocks;
    wait_for(RP_RESETS_DONE, blocks);
}

static void xosc_start(void)
{
    /* No reset by the watchdog stops it: one that hangs in its start would hang in the next. */
    if ((RP_REG(RP_XOSC_STATUS) & RP_XOSC_STABLE) == 0) {
        RP_REG(RP_XOSC_CTRL) = RP_XOSC_1_15MHZ | RP_XOSC_DISABLE;
    }
    RP_REG(RP_XOSC_STARTUP) = BOOT_XOSC_STARTUP;
    RP_REG(RP_XOSC_CTRL) = RP_XOSC_1_15MHZ | RP_XOSC_ENABLE;
    wait_for(RP_XOSC_STATUS, RP_XOSC_STABLE);
    RP_REG(RP_CLK_REF_DIV) = RP_CLK_DIV_1;
    RP_SET(RP_CLK_REF_CTRL) = RP_CLK_REF_XOSC;
    wait_for(RP_CLK_REF_SELECTED, 1u << RP_CLK_REF_XOSC);
}

static void pll_start(uint32_t pll, uint32_t feedback, uint32_t div1, uint32_t div2)
{
    RP_REG(RP_PLL_CS(pll)) = 1; /* reference divider */
    RP_REG(RP_PLL_FBDIV(pll)) = feedback;
    RP_CLEAR(RP_PLL_PWR(pll)) = RP_PLL_PD | RP_PLL_VCOPD;
    wait_for(RP_PLL_CS(pll), RP_PLL_LOCK);
    RP_REG(RP_PLL_PRIM(pll)) = div1 << 16 | div2 << 12;
    RP_CLEAR(RP_PLL_PWR(pll)) = RP_PLL_POSTDIVPD;
}

static void clocks_switch(void)
{
    RP_REG(RP_CLK_SYS_DIV) = RP_CLK_DIV_1;
    RP_REG(RP_CLK_SYS_CTRL) = RP_CLK_SYS_REF; /* auxiliary source: PLL_SYS */
    RP_SET(RP_CLK_SYS_CTRL) = RP_CLK_SYS_AUX;
    wait_for(RP_CLK_SYS_SELECTED, 1u << RP_CLK_SYS_AUX);
    RP_REG(RP_CLK_PERI_CTRL) = RP_CLK_ENABLE;
    RP_REG(RP_CLK_USB_DIV) = RP_CLK_DIV_1;
    RP_REG(RP_CLK_USB_CTRL) = RP_CLK_ENABLE;
    RP_REG(RP_CLK_ADC_DIV) = RP_CLK_DIV_1;
    RP_REG(RP_CLK_ADC_CTRL) = RP_CLK_ENABLE;
}

void boot_clocks_start(uint32_t sys_hz)
{
    watchdog_start(GUARD_COUNTS);
    use_ring_oscillator();
    reset_blocks(RP_RESET_IO_QSPI | RP_RESET_PADS_QSPI | RP_RESET_SYSCFG);
    xosc_start();
    RP_REG(RP_WATCHDOG_LOAD) = SECOND_COUNTS; /* a tick is a microsecond from here on */

    release(RP_RESET_PLL_SYS | RP_RESET_PLL_USB);
    /* 1500 MHz / 6 / 2 = 125 MHz; 1596 MHz / 6 / 2 = 133 MHz. */
    pll_start(RP_PLL_SYS, sys_hz == 133000000u ? 133u : 125u, 6, 2);
    pll_start(RP_PLL_USB, 100, 5, 5); /* 1200 MHz / 25 */
    clocks_switch();

    release(RP_RESET_ADC | RP_RESET_BUSCTRL | RP_RESET_DMA | RP_RESET_IO_BANK0 |
            RP_RESET_PADS_BANK0 | RP_RESET_PIO0 | RP_RESET_SPI0 | RP_RESET_TIMER |
            RP_RESET_UART0 | RP_RESET_USB);
    RP_REG(RP_WATCHDOG_LOAD) = SECOND_COUNTS;
}
