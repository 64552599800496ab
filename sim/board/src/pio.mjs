// SPDX-License-Identifier: MIT
// Runs rp2040js's PIO state machines in processor time: each enabled machine has its next
// instruction due at a cycle, by its clock divider and the instruction's delay. A machine that
// stalls costs nothing until something wakes it.

import { BoardFailure } from './failure.mjs';

const CTRL = 0x00, SM0_CLKDIV = 0xc8, SM3_PINCTRL = 0x124;
const SM_STRIDE = 0x18;
const SHIFTCTRL = 0x08, INSTR = 0x10;
const FJOIN_RX = 1 << 31, FJOIN_TX = 1 << 30;
const OSR_EMPTY = 32;

export class PioScheduler {
    constructor(mcu, cycleNow) {
        this.mcu = mcu;
        this.cycleNow = cycleNow;
        this.active = [];
        this.cycle = 0; // of the instruction under way
        this.beforeStep = () => {}; // (pio, cycle): what has reached the pins until then
        for (const pio of mcu.pio) {
            this.patch(pio);
        }
    }

    patch(pio) {
        pio.run = () => {};
        const write = pio.writeUint32.bind(pio);
        pio.writeUint32 = (offset, value) => {
            write(offset, value);
            if (offset === CTRL) {
                this.controlChanged(pio);
            } else if (offset >= SM0_CLKDIV && offset <= SM3_PINCTRL) {
                const at = (offset - SM0_CLKDIV) % SM_STRIDE;
                const machine = pio.machines[(offset - SM0_CLKDIV) / SM_STRIDE | 0];
                if (at === SHIFTCTRL) {
                    joinFifos(machine);
                } else if (at === INSTR) {
                    pio.checkChangedPins();
                }
            }
        };
        pio.checkChangedPins = () => this.notifyPins(pio);
        for (const machine of pio.machines) {
            machine.outputShiftCount = OSR_EMPTY;
            machine.isOn = false;
            machine.isParked = false;
            machine.nextAt = 0;
            machine.clkDivRestart = () => {
                machine.nextAt = this.cycleNow();
            };
            const restart = machine.restart.bind(machine);
            machine.restart = () => {
                restart();
                machine.isParked = false;
            };
        }
    }

    notifyPins(pio) {
        let changed = pio.oldPinDirections ^ pio.pinDirections | pio.oldPinValues ^ pio.pinValues;
        pio.oldPinDirections = pio.pinDirections;
        pio.oldPinValues = pio.pinValues;
        while (changed !== 0) {
            const pin = 31 - Math.clz32(changed);
            changed &= ~(1 << pin);
            this.mcu.gpio[pin].checkForUpdates();
        }
    }

    controlChanged(pio) {
        for (const machine of pio.machines) {
            if (machine.enabled && !machine.isOn) {
                machine.nextAt = this.cycleNow() + 1;
                machine.isParked = false;
            }
            machine.isOn = machine.enabled;
        }
        this.active = this.mcu.pio.flatMap((p) => p.machines).filter((m) => m.isOn);
    }

    /** The cycle at which a machine has something to do; Infinity: none has. */
    nextDue() {
        let due = Infinity;
        for (const machine of this.active) {
            if (machine.isParked && !machine.waiting) {
                this.unpark(machine);
            }
            if (!machine.isParked && machine.nextAt < due) {
                due = machine.nextAt;
            }
        }
        return due;
    }

    unpark(machine) {
        machine.isParked = false;
        const delay = machine.cycles - machine.parkedCycles; // of the instruction that stalled
        machine.nextAt = Math.max(machine.nextAt, this.cycleNow()) + divider(machine) * (1 + delay);
    }

    runUntil(cycle) {
        for (const machine of this.active) {
            if (machine.isParked && !machine.waiting) {
                this.unpark(machine);
            }
            while (!machine.isParked && machine.nextAt <= cycle) {
                this.step(machine);
            }
        }
    }

    step(machine) {
        const before = machine.cycles;
        this.cycle = machine.nextAt;
        this.beforeStep(machine.pio, this.cycle);
        machine.step();
        machine.pio.checkChangedPins();
        if (machine.waiting) {
            machine.isParked = true;
            machine.parkedCycles = machine.cycles;
            return;
        }
        machine.nextAt += divider(machine) * Math.max(1, machine.cycles - before);
    }
}

function divider(machine) {
    return (machine.clockDivInt || 65536) + machine.clockDivFrac / 256;
}

/** SHIFTCTRL.FJOIN: one FIFO of eight words instead of two of four. */
function joinFifos(machine) {
    const join = machine.shiftCtrl;
    if (join & FJOIN_RX && join & FJOIN_TX) {
        throw new BoardFailure('PIO: both FIFOs joined');
    }
    const txSize = join & FJOIN_TX ? 8 : join & FJOIN_RX ? 0 : 4;
    const rxSize = join & FJOIN_RX ? 8 : join & FJOIN_TX ? 0 : 4;
    if (machine.txFIFO.size !== txSize || machine.rxFIFO.size !== rxSize) {
        const Fifo = machine.txFIFO.constructor;
        machine.txFIFO = new Fifo(txSize);
        machine.rxFIFO = new Fifo(rxSize);
        machine.updateDMATx();
        machine.updateDMARx();
    }
}
