// SPDX-License-Identifier: MIT
// The wires between the RP2040's pins and the chip: chip select, a clocked bit at a time (mode 0),
// reset and interrupt. Hardware SPI comes by whole bytes.

/* From SCK's fall until its bit can be sampled: chip and both pads. On the W55RP20 it is known to
 * be more than 16 and at most 24 ns. */
const ROUND_TRIP_NS = 24;
const SYNCHRONISER_CYCLES = 2;

export class ChipPins {
    /** chip: select(level), resetPin(level), peek(), exchange(byte), interruptLevel().
     *  pio: the scheduler, in whose cycles a bit is late. */
    constructor(pins, wiring, chip, pio) {
        this.pio = pio;
        this.late = null; // { level, at }: what MISO is about to show, and in which cycle
        pio.beforeStep = (block, cycle) => this.arrive(block, cycle);
        this.pins = pins;
        this.wiring = wiring;
        this.chip = chip;
        this.isSelected = false;
        this.bits = 0;
        this.shift = 0;
        this.out = 0xff;
        pins.watch(wiring.cs, (level) => this.select(level ?? true));
        pins.watch(wiring.reset, (level) => this.chip.resetPin(level ?? true));
        pins.watch(wiring.sck, (level) => this.clock(level === true));
        chip.resetPin(true);
        this.select(true);
        this.showInterrupt();
    }

    select(level) {
        if (this.isSelected === !level) {
            return;
        }
        this.isSelected = !level;
        this.late = null;
        this.chip.select(level);
        this.bits = 0;
        if (this.isSelected) {
            this.out = this.chip.peek();
            this.pins.drive(this.wiring.miso, (this.out & 0x80) !== 0);
        } else {
            this.pins.drive(this.wiring.miso, null);
        }
        this.showInterrupt();
    }

    /** Rising: the chip takes a bit. Falling: it shows the next one. */
    clock(isHigh) {
        if (!this.isSelected) {
            return;
        }
        if (isHigh) {
            this.shift = this.shift << 1 & 0xff | (this.pins.output(this.wiring.mosi) ? 1 : 0);
            if (++this.bits === 8) {
                this.chip.exchange(this.shift);
                this.bits = 0;
                this.out = this.chip.peek();
            }
            return;
        }
        const cycles = Math.ceil(ROUND_TRIP_NS * this.pins.mcu.clkSys / 1e9);
        this.late = { level: (this.out >> 7 - this.bits & 1) !== 0, at: this.pio.cycle + cycles };
    }

    arrive(block, cycle) {
        if (this.late === null) {
            return;
        }
        const isDirect = (block.inputSyncBypass >> this.wiring.miso & 1) !== 0;
        if (cycle >= this.late.at + (isDirect ? 0 : SYNCHRONISER_CYCLES)) {
            this.pins.drive(this.wiring.miso, this.late.level);
            this.late = null;
        }
    }

    /** A byte of hardware SPI. */
    exchange(byte) {
        return this.isSelected ? this.chip.exchange(byte) : 0xff;
    }

    showInterrupt() {
        this.pins.drive(this.wiring.interrupt, this.chip.interruptLevel() !== 0);
    }
}
