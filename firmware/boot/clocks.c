/* SPDX-License-Identifier: MIT */
#include "firmware/boot/clocks.h"

#define SECOND_COUNTS 2000000u

static void wait_for(uint32_t address, uint32_t bits)
{
    /* The watchdog is the deadline. */
    while ((RP_REG(address) & bits) != bits) {
    }
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

static void xosc_use(void)
{
    boot_xosc_start();
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
    boot_watchdog_start(BOOT_GUARD_COUNTS);
    use_ring_oscillator();
    reset_blocks(RP_RESET_IO_QSPI | RP_RESET_PADS_QSPI | RP_RESET_SYSCFG);
    xosc_use();
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
