// SPDX-License-Identifier: MIT
// Where the chip and the rest are connected. `spi` is null where only PIO can reach the chip.

export const BOARDS = {
    w55rp20_evb_pico: {
        sck: 21, mosi: 23, miso: 22, cs: 20, reset: 25, interrupt: 24, spi: null,
        led: 19, vbus: 18,
    },
    w5500_evb_pico: {
        sck: 18, mosi: 19, miso: 16, cs: 17, reset: 20, interrupt: 21, spi: 0,
        led: 25, vbus: 24,
    },
};
