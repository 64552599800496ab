// SPDX-License-Identifier: MIT
// The reset controller. Everything that the boot ROM leaves in reset is in reset, and what runs
// from a clock of its own comes out only when that clock runs.

import { Peripheral } from './peripheral.mjs';

const RESET = 0x0, WDSEL = 0x4, RESET_DONE = 0x8;
const ALL = 0x01ffffff;
const BIT = { ADC: 0, BUSCTRL: 1, DMA: 2, I2C0: 3, I2C1: 4, IO_BANK0: 5, IO_QSPI: 6, JTAG: 7,
    PADS_BANK0: 8, PADS_QSPI: 9, PIO0: 10, PIO1: 11, PLL_SYS: 12, PLL_USB: 13, PWM: 14, RTC: 15,
    SPI0: 16, SPI1: 17, SYSCFG: 18, SYSINFO: 19, TBMAN: 20, TIMER: 21, UART0: 22, UART1: 23,
    USBCTRL: 24 };
const RELEASED_BY_ROM = ['BUSCTRL', 'IO_QSPI', 'JTAG', 'PADS_QSPI', 'SYSCFG', 'SYSINFO', 'TBMAN'];
const CLK_ENABLE = 1 << 11;
const NEEDS = { ADC: 'adcCtrl', RTC: 'rtcCtrl', USBCTRL: 'usbCtrl', SPI0: 'periCtrl',
    SPI1: 'periCtrl', UART0: 'periCtrl', UART1: 'periCtrl' };

/** Which bit holds the peripheral at an address (>> 14 << 2) in reset. */
export const RESET_BIT = new Map([[0x40000, BIT.SYSINFO], [0x40004, BIT.SYSCFG],
    [0x40014, BIT.IO_BANK0], [0x40018, BIT.IO_QSPI], [0x4001c, BIT.PADS_BANK0],
    [0x40020, BIT.PADS_QSPI], [0x40028, BIT.PLL_SYS], [0x4002c, BIT.PLL_USB],
    [0x40030, BIT.BUSCTRL], [0x40034, BIT.UART0], [0x40038, BIT.UART1], [0x4003c, BIT.SPI0],
    [0x40040, BIT.SPI1], [0x40044, BIT.I2C0], [0x40048, BIT.I2C1], [0x4004c, BIT.ADC],
    [0x40050, BIT.PWM], [0x40054, BIT.TIMER], [0x4005c, BIT.RTC], [0x4006c, BIT.TBMAN],
    [0x50000, BIT.DMA], [0x50110, BIT.USBCTRL], [0x50200, BIT.PIO0], [0x50300, BIT.PIO1]]);

export class Resets extends Peripheral {
    constructor(mcu) {
        super('RESETS');
        this.mcu = mcu;
        this.held = ALL;
        this.wdsel = 0;
        for (const name of RELEASED_BY_ROM) {
            this.held &= ~(1 << BIT[name]);
        }
        this.blocks = new Map(); // bit => peripheral with reset()
    }

    get done() {
        let done = ~this.held & ALL;
        for (const [name, clock] of Object.entries(NEEDS)) {
            if (!(this.mcu.clocks[clock] & CLK_ENABLE)) {
                done &= ~(1 << BIT[name]);
            }
        }
        return done;
    }

    isReady(bit) {
        return (this.done >> bit & 1) !== 0;
    }

    read(offset) {
        return { [RESET]: this.held, [WDSEL]: this.wdsel, [RESET_DONE]: this.done }[offset];
    }

    write(offset, value) {
        if (offset === WDSEL) {
            this.wdsel = value & ALL;
            return true;
        }
        if (offset !== RESET) {
            return false;
        }
        const entering = value & ~this.held;
        this.held = value & ALL;
        for (const [bit, block] of this.blocks) {
            if (entering >> bit & 1) {
                block.reset();
            }
        }
        return true;
    }
}
