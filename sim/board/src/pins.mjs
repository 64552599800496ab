// SPDX-License-Identifier: MIT
// The GPIO pads: what a pin outputs, what drives it from outside, what its input reads. Takes the
// place of the input half of rp2040js's pins: edges only when a level changes, driven outputs and
// pulls seen by the input, all inputs kept as one word.

import { BoardFailure } from './failure.mjs';

const EDGE_HIGH = 8, EDGE_LOW = 4, LEVEL_HIGH = 2, LEVEL_LOW = 1;
const PAD_RESET = 0x56;
const WAIT_PIN = 1;

export class Pins {
    constructor(mcu) {
        this.mcu = mcu;
        this.word = 0;
        this.external = new Array(30).fill(null); // true, false, or null: nothing drives it
        this.outputs = new Array(30).fill(null);
        this.watchers = Array.from({ length: 30 }, () => []);
        mcu.gpio.forEach((pin, i) => {
            pin.padValue = PAD_RESET;
            pin.irqStatus = LEVEL_LOW;
            pin.checkForUpdates = () => this.update(i);
            pin.setInputValue = (level) => this.drive(i, level);
            pin.refreshInput = () => this.settle(i);
        });
        Object.defineProperty(mcu, 'gpioValues', { get: () => this.word });
    }

    /** watcher(level): the pin's output became true, false or null (not driven). */
    watch(pin, watcher) {
        this.watchers[pin].push(watcher);
    }

    output(pin) {
        return this.outputs[pin];
    }

    /** What is connected to the pin drives it to this level; null lets go. */
    drive(pin, level) {
        if (this.external[pin] !== level) {
            this.external[pin] = level;
            this.settle(pin);
        }
    }

    update(i) {
        const pin = this.mcu.gpio[i];
        const output = pin.outputEnable && !pin.outputDisable ? pin.outputValue : null;
        if (output !== this.outputs[i]) {
            this.outputs[i] = output;
            for (const watcher of this.watchers[i]) {
                watcher(output);
            }
        }
        this.settle(i);
    }

    settle(i) {
        const pin = this.mcu.gpio[i];
        const driven = this.external[i];
        const output = this.outputs[i];
        if (driven !== null && output !== null && driven !== output) {
            throw new BoardFailure(`GPIO ${i}: firmware and what is connected drive against each other`);
        }
        pin.rawInputValue = driven ?? output ?? pin.pullupEnabled;
        const level = pin.inputValue;
        const bit = 1 << i;
        if (level === ((this.word & bit) !== 0)) {
            return;
        }
        this.word ^= bit;
        pin.irqStatus = pin.irqStatus & ~(LEVEL_HIGH | LEVEL_LOW) |
            (level ? EDGE_HIGH | LEVEL_HIGH : EDGE_LOW | LEVEL_LOW);
        if (pin.irqEnableMask) {
            this.mcu.updateIOInterrupt();
        }
        this.wakePio(i);
    }

    wakePio(i) {
        for (const pio of this.mcu.pio) {
            for (const machine of pio.machines) {
                if (machine.waiting && machine.waitType === WAIT_PIN && machine.waitIndex === i) {
                    machine.checkWait();
                }
            }
        }
    }
}
