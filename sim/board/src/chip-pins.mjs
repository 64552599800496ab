// SPDX-License-Identifier: MIT
// The wires between the RP2040's pins and the chip: chip select, a clocked bit at a time (mode 0),
// reset and interrupt. Hardware SPI comes by whole bytes.

export class ChipPins {
    /** chip: select(level), resetPin(level), peek(), exchange(byte), interruptLevel(). */
    constructor(pins, wiring, chip) {
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
        this.pins.drive(this.wiring.miso, (this.out >> 7 - this.bits & 1) !== 0);
    }

    /** A byte of hardware SPI. */
    exchange(byte) {
        return this.isSelected ? this.chip.exchange(byte) : 0xff;
    }

    showInterrupt() {
        this.pins.drive(this.wiring.interrupt, this.chip.interruptLevel() !== 0);
    }
}
