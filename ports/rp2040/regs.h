/* SPDX-License-Identifier: MIT */
#ifndef PORTS_RP2040_REGS_H
#define PORTS_RP2040_REGS_H

#include <stdint.h>

/* The RP2040 registers that this port uses, and no others. Names and offsets are those of the
 * RP2040 datasheet; what a bit does is said here in a few words. Every register can also be
 * written through two aliases that set or clear single bits in one bus access. */

#define RP_REG(address)   (*(volatile uint32_t *)(uintptr_t)(address))
#define RP_SET(address)   RP_REG((address) + 0x2000u)
#define RP_CLEAR(address) RP_REG((address) + 0x3000u)
/* A byte store: the bus repeats the byte in all four lanes of a peripheral's register. */
#define RP_REG8(address) (*(volatile uint8_t *)(uintptr_t)(address))

/* Memory. The flash appears at RP_XIP through a cache. */
#define RP_XIP      0x10000000u
#define RP_RAM      0x20000000u
#define RP_RAM_SIZE 0x00042000u

/* Boot ROM: half-word pointers to its table of functions and to the function that searches it. */
#define RP_ROM_TABLE  0x14u
#define RP_ROM_LOOKUP 0x18u

/* Serial interface of the flash (SSI). */
#define RP_SSI_CTRLR0  0x18000000u
#define RP_SSI_SSIENR  0x18000008u
#define RP_SSI_SR      0x18000028u
#define RP_SSI_DR0     0x18000060u
#define RP_SSI_BYTES   0x00070000u /* 8-bit frames, one lane, both ways */
#define RP_SSI_QUAD    0x00400000u /* four lanes */
#define RP_SSI_SR_TFNF 0x02u       /* room in the transmit FIFO */
#define RP_SSI_SR_RFNE 0x08u       /* something in the receive FIFO */

/* Resets: 1 holds a block in reset. */
#define RP_RESETS           0x4000c000u
#define RP_RESETS_DONE      0x4000c008u
#define RP_RESET_ADC        (1u << 0)
#define RP_RESET_BUSCTRL    (1u << 1)
#define RP_RESET_DMA        (1u << 2)
#define RP_RESET_IO_BANK0   (1u << 5)
#define RP_RESET_IO_QSPI    (1u << 6)
#define RP_RESET_PADS_BANK0 (1u << 8)
#define RP_RESET_PADS_QSPI  (1u << 9)
#define RP_RESET_PIO0       (1u << 10)
#define RP_RESET_PLL_SYS    (1u << 12)
#define RP_RESET_PLL_USB    (1u << 13)
#define RP_RESET_SPI0       (1u << 16)
#define RP_RESET_SYSCFG     (1u << 18)
#define RP_RESET_TIMER      (1u << 21)
#define RP_RESET_UART0      (1u << 22)
#define RP_RESET_USB        (1u << 24)
#define RP_RESET_ALL        0x01ffffffu

/* Power-on state machine: what a watchdog reset takes down. */
#define RP_PSM_WDSEL 0x40010008u
#define RP_PSM_ALL   0x0001ffffu
#define RP_PSM_ROSC  (1u << 0)
#define RP_PSM_XOSC  (1u << 1)

/* Clocks. */
#define RP_CLK_REF_CTRL     0x40008030u
#define RP_CLK_REF_DIV      0x40008034u
#define RP_CLK_REF_SELECTED 0x40008038u
#define RP_CLK_SYS_CTRL     0x4000803cu
#define RP_CLK_SYS_DIV      0x40008040u
#define RP_CLK_SYS_SELECTED 0x40008044u
#define RP_CLK_PERI_CTRL    0x40008048u
#define RP_CLK_USB_CTRL     0x40008054u
#define RP_CLK_USB_DIV      0x40008058u
#define RP_CLK_ADC_CTRL     0x40008060u
#define RP_CLK_ADC_DIV      0x40008064u
#define RP_CLK_REF_ROSC     0u
#define RP_CLK_REF_XOSC     2u
#define RP_CLK_SYS_REF      0u
#define RP_CLK_SYS_AUX      1u /* the auxiliary source; 0 there is PLL_SYS */
#define RP_CLK_ENABLE                                                                    \
    (1u << 11) /* auxiliary source 0: clk_sys, or PLL_USB for USB, ADC */
#define RP_CLK_DIV_1 (1u << 8)

#define RP_XOSC_CTRL    0x40024000u
#define RP_XOSC_STATUS  0x40024004u
#define RP_XOSC_STARTUP 0x4002400cu
#define RP_XOSC_1_15MHZ 0x00000aa0u
#define RP_XOSC_ENABLE  0x00fab000u
#define RP_XOSC_DISABLE 0x00d1e000u
#define RP_XOSC_STABLE  (1u << 31)

#define RP_PLL_SYS        0x40028000u
#define RP_PLL_USB        0x4002c000u
#define RP_PLL_CS(pll)    ((pll) + 0x0u)
#define RP_PLL_PWR(pll)   ((pll) + 0x4u)
#define RP_PLL_FBDIV(pll) ((pll) + 0x8u)
#define RP_PLL_PRIM(pll)  ((pll) + 0xcu)
#define RP_PLL_LOCK       (1u << 31)
#define RP_PLL_PD         (1u << 0) /* power down: all of it */
#define RP_PLL_POSTDIVPD  (1u << 3)
#define RP_PLL_VCOPD      (1u << 5)

#define RP_ROSC_RANDOMBIT 0x4006001cu

/* Watchdog. The counter falls by two each tick (erratum RP2040-E1). The scratch registers keep
 * their content over every reset but power-on; 4 to 7 belong to the boot ROM. */
#define RP_WATCHDOG_CTRL       0x40058000u
#define RP_WATCHDOG_LOAD       0x40058004u
#define RP_WATCHDOG_REASON     0x40058008u
#define RP_WATCHDOG_SCRATCH(n) (0x4005800cu + 4u * (n))
#define RP_WATCHDOG_TICK       0x4005802cu
#define RP_WATCHDOG_TRIGGER    (1u << 31)
#define RP_WATCHDOG_ENABLE     (1u << 30)
#define RP_WATCHDOG_LOAD_MAX   0x00ffffffu
#define RP_WATCHDOG_TICK_ON    (1u << 9)

/* Timer: 64 bits of microseconds, four alarms that compare the low 32. */
#define RP_TIMER_ALARM(n) (0x40054010u + 4u * (n))
#define RP_TIMER_ARMED    0x40054020u
#define RP_TIMER_RAWH     0x40054024u
#define RP_TIMER_RAWL     0x40054028u
#define RP_TIMER_INTR     0x40054034u
#define RP_TIMER_INTE     0x40054038u

/* Pins. */
#define RP_IO_CTRL(pin)      (0x40014004u + 8u * (pin))
#define RP_IO_INTR(pin)      (0x400140f0u + 4u * ((pin) / 8u))
#define RP_IO_INTE(pin)      (0x40014100u + 4u * ((pin) / 8u))
#define RP_IO_INTS(pin)      (0x40014120u + 4u * ((pin) / 8u))
#define RP_IO_LEVEL_LOW(pin) (1u << (4u * ((pin) % 8u)))
#define RP_FUNC_SPI          1u
#define RP_FUNC_UART         2u
#define RP_FUNC_SIO          5u
#define RP_FUNC_PIO0         6u
#define RP_FUNC_NONE         31u
#define RP_IO_QSPI_SS_CTRL   0x4001800cu
#define RP_IO_OUTOVER        (3u << 8)
#define RP_IO_OUTOVER_LOW    (2u << 8)
#define RP_IO_OUTOVER_HIGH   (3u << 8)

#define RP_PADS(pin)     (0x4001c004u + 4u * (pin))
#define RP_PAD_FAST      (1u << 0) /* slew rate */
#define RP_PAD_SCHMITT   (1u << 1)
#define RP_PAD_PULL_DOWN (1u << 2)
#define RP_PAD_PULL_UP   (1u << 3)
#define RP_PAD_4MA       (1u << 4)
#define RP_PAD_12MA      (3u << 4)
#define RP_PAD_INPUT     (1u << 6)
#define RP_PAD_OFF       (1u << 7) /* output disabled */

#define RP_SIO_IN        0xd0000004u
#define RP_SIO_OUT_SET   0xd0000014u
#define RP_SIO_OUT_CLEAR 0xd0000018u
#define RP_SIO_OE_SET    0xd0000024u
#define RP_SIO_OE_CLEAR  0xd0000028u

/* UART0, an ARM PL011. */
#define RP_UART_DR           0x40034000u
#define RP_UART_FR           0x40034018u
#define RP_UART_IBRD         0x40034024u
#define RP_UART_FBRD         0x40034028u
#define RP_UART_LCR          0x4003402cu
#define RP_UART_CR           0x40034030u
#define RP_UART_IMSC         0x40034038u
#define RP_UART_ICR          0x40034044u
#define RP_UART_FR_BUSY      (1u << 3)
#define RP_UART_FR_RXFE      (1u << 4)
#define RP_UART_FR_TXFF      (1u << 5)
#define RP_UART_DR_BAD       0xf00u /* framing, parity, break, overrun */
#define RP_UART_LCR_8N1_FIFO 0x70u
#define RP_UART_CR_ON        0x301u /* enable, transmit, receive */
#define RP_UART_RX           (1u << 4)
#define RP_UART_TX           (1u << 5)
#define RP_UART_RX_IDLE      (1u << 6) /* bytes below the level that lie for 32 bit times */

/* SPI0, an ARM PL022. */
#define RP_SPI_CR0            0x4003c000u
#define RP_SPI_CR1            0x4003c004u
#define RP_SPI_DR             0x4003c008u
#define RP_SPI_SR             0x4003c00cu
#define RP_SPI_CPSR           0x4003c010u
#define RP_SPI_DMACR          0x4003c024u
#define RP_SPI_CR0_8BIT_MODE3 0xc7u
#define RP_SPI_CR0_SCR(scr)   ((scr) << 8)
#define RP_SPI_CR1_ON         (1u << 1)
#define RP_SPI_SR_RNE         (1u << 2)
#define RP_SPI_SR_BSY         (1u << 4)
#define RP_SPI_DMA_ON         3u

/* PIO0, state machine 0. */
#define RP_PIO_CTRL      0x50200000u
#define RP_PIO_FSTAT     0x50200004u
#define RP_PIO_EMPTY     (1u << 24 | 1u << 8) /* both FIFOs of state machine 0 */
#define RP_PIO_TXF       0x50200010u
#define RP_PIO_RXF       0x50200020u
#define RP_PIO_BYPASS    0x50200038u
#define RP_PIO_MEM(n)    (0x50200048u + 4u * (n))
#define RP_PIO_CLKDIV    0x502000c8u
#define RP_PIO_EXECCTRL  0x502000ccu
#define RP_PIO_SHIFTCTRL 0x502000d0u
#define RP_PIO_INSTR     0x502000d8u
#define RP_PIO_PINCTRL   0x502000dcu
#define RP_PIO_ENABLE    (1u << 0)
#define RP_PIO_RESTART   (1u << 4)
#define RP_PIO_JOIN_RX   (1u << 31)

/* DMA. TRANS_COUNT_TRIG and CTRL start a channel, AL1_CTRL does not. */
#define RP_DMA_READ(ch)       (0x50000000u + 0x40u * (ch))
#define RP_DMA_WRITE(ch)      (0x50000004u + 0x40u * (ch))
#define RP_DMA_COUNT(ch)      (0x50000008u + 0x40u * (ch))
#define RP_DMA_CTRL(ch)       (0x5000000cu + 0x40u * (ch))
#define RP_DMA_AL1_CTRL(ch)   (0x50000010u + 0x40u * (ch))
#define RP_DMA_COUNT_TRIG(ch) (0x5000001cu + 0x40u * (ch))
#define RP_DMA_INTE0          0x50000404u
#define RP_DMA_INTS0          0x5000040cu
#define RP_DMA_ABORT          0x50000444u
#define RP_DMA_EN             (1u << 0)
#define RP_DMA_INCR_READ      (1u << 4)
#define RP_DMA_INCR_WRITE     (1u << 5)
#define RP_DMA_CHAIN(ch)      ((ch) << 11)
#define RP_DMA_TREQ(n)        ((n) << 15)
#define RP_DMA_QUIET          (1u << 21)
#define RP_DMA_BUSY           (1u << 24)
#define RP_DREQ_PIO0_TX0      0u
#define RP_DREQ_PIO0_RX0      4u
#define RP_DREQ_SPI0_TX       16u
#define RP_DREQ_SPI0_RX       17u

/* ADC. */
#define RP_ADC_CS       0x4004c000u
#define RP_ADC_RESULT   0x4004c004u
#define RP_ADC_ON       (1u << 0)
#define RP_ADC_TEMP_ON  (1u << 1)
#define RP_ADC_START    (1u << 2)
#define RP_ADC_READY    (1u << 8)
#define RP_ADC_ERROR    (1u << 9)
#define RP_ADC_INPUT(n) ((n) << 12)

/* USB device controller: 4 KB of its own memory, and registers. */
#define RP_USB_RAM              0x50100000u
#define RP_USB_RAM_SIZE         4096u
#define RP_USB_EP_CTRL(n, out)  (0x50100000u + 8u * (n) + 4u * (out))
#define RP_USB_BUF_CTRL(n, out) (0x50100080u + 8u * (n) + 4u * (out))
#define RP_USB_ADDR             0x50110000u
#define RP_USB_MAIN_CTRL        0x50110040u
#define RP_USB_SOF_RD           0x50110048u
#define RP_USB_SIE_CTRL         0x5011004cu
#define RP_USB_SIE_STATUS       0x50110050u
#define RP_USB_BUFF_STATUS      0x50110058u
#define RP_USB_STALL_ARM        0x50110068u
#define RP_USB_MUXING           0x50110074u
#define RP_USB_PWR              0x50110078u
#define RP_USB_INTE             0x50110090u
#define RP_USB_INTS             0x50110098u
#define RP_USB_EP_ENABLE        (1u << 31)
#define RP_USB_EP_INT           (1u << 29) /* an interrupt for each buffer */
#define RP_USB_EP_TYPE(t)       ((t) << 26)
#define RP_USB_BUF_FULL         (1u << 15)
#define RP_USB_BUF_DATA1        (1u << 13)
#define RP_USB_BUF_STALL        (1u << 11)
#define RP_USB_BUF_AVAIL        (1u << 10)
#define RP_USB_BUF_LEN          0x3ffu
#define RP_USB_CTRL_ON          (1u << 0)
#define RP_USB_SIE_EP0_INT      (1u << 29)
#define RP_USB_SIE_PULL_UP      (1u << 16)
#define RP_USB_ST_SETUP         (1u << 17)
#define RP_USB_ST_BUS_RESET     (1u << 19)
#define RP_USB_ST_RESUME        (1u << 11)
#define RP_USB_ST_SUSPENDED     (1u << 4)
#define RP_USB_INT_BUFF         (1u << 4)
#define RP_USB_INT_RESET        (1u << 12)
#define RP_USB_INT_SUSPEND      (1u << 14)
#define RP_USB_INT_RESUME       (1u << 15)
#define RP_USB_INT_SETUP        (1u << 16)
#define RP_USB_INT_FRAME        (1u << 17) /* a frame began; until SOF_RD is read */
#define RP_USB_MUX_PHY          ((1u << 0) | (1u << 3)) /* to the PHY, with soft connect */
#define RP_USB_PWR_VBUS         ((1u << 2) | (1u << 3)) /* override: VBUS is there */

/* Cortex-M0+. */
#define RP_SYST_CSR  0xe000e010u
#define RP_SYST_RVR  0xe000e014u
#define RP_SYST_CVR  0xe000e018u
#define RP_SYST_ON   5u /* count at clk_sys, no interrupt */
#define RP_NVIC_ISER 0xe000e100u
#define RP_NVIC_ICPR 0xe000e280u
#define RP_SCB_VTOR  0xe000ed08u

#define RP_IRQ_TIMER0 0u
#define RP_IRQ_TIMER1 1u
#define RP_IRQ_USB    5u
#define RP_IRQ_DMA0   11u
#define RP_IRQ_IO     13u
#define RP_IRQ_UART0  20u
#define RP_IRQ_COUNT  26u

#endif
