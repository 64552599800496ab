// SPDX-License-Identifier: MIT
// The watchdog: counts down by two each microsecond (RP2040-E1), scratch registers that outlive
// its reset, and the tick that the timer needs.

import { Peripheral } from './peripheral.mjs';
import { BoardFailure } from './failure.mjs';

const CTRL = 0x00, LOAD = 0x04, REASON = 0x08, SCRATCH0 = 0x0c, SCRATCH7 = 0x28, TICK = 0x2c;
const TRIGGER = 1 << 31, ENABLE = 1 << 30, TIME = 0xffffff;
const TICK_ENABLE = 1 << 9, TICK_RUNNING = 1 << 10;
export const REASON_TIMER = 1;
export const REASON_FORCE = 2;

export class Watchdog extends Peripheral {
    /** onReset(reason): it fired. */
    constructor(mcu, onReset) {
        super('WATCHDOG');
        this.mcu = mcu;
        this.onReset = onReset;
        this.alarm = mcu.clock.createAlarm(() => this.bite(REASON_TIMER));
        this.scratch = new Uint32Array(8);
        this.reason = 0;
        this.control = 0x07000000;
        this.left = 0;
        this.sinceNs = 0;
        this.countNs = Infinity;
        this.tick = TICK_ENABLE;
        this.isTickSet = false;
    }

    get isEnabled() { return (this.control & ENABLE) !== 0; }

    /** clk_ref has changed: what is left counts on at the new rate. */
    retime() {
        this.restart(this.count);
    }

    /** One tick a microsecond: the divider is that of the clock it divides. */
    get hasTick() {
        const mhz = this.mcu.clocks.refFreq / 1e6;
        return this.isTickSet && (this.tick & TICK_ENABLE) !== 0 && (this.tick & 0x1ff) === mhz;
    }

    /** Infinity: it does not tick. */
    get tickNs() {
        const isOn = (this.tick & TICK_ENABLE) !== 0 && (this.tick & 0x1ff) > 0;
        return isOn ? (this.tick & 0x1ff) * 1e9 / this.mcu.clocks.refFreq : Infinity;
    }

    get count() {
        const gone = (this.mcu.clock.nanos - this.sinceNs) / this.countNs;
        return this.isEnabled ? Math.max(0, Math.ceil(this.left - gone)) : this.left;
    }

    restart(count) {
        this.left = count;
        this.sinceNs = this.mcu.clock.nanos;
        this.countNs = this.tickNs / 2;
        if (this.isEnabled && this.countNs < Infinity) {
            this.alarm.schedule(count * this.countNs);
        } else {
            this.alarm.cancel();
        }
    }

    bite(reason) {
        this.alarm.cancel();
        this.control &= ~ENABLE;
        this.onReset(reason);
    }

    read(offset) {
        switch (offset) {
        case CTRL: return this.control | this.count;
        case REASON: return this.reason;
        case TICK: return this.tick | (this.tick & TICK_ENABLE ? TICK_RUNNING : 0);
        case LOAD: return 0;
        default:
            return offset >= SCRATCH0 && offset <= SCRATCH7 ? this.scratch[offset - SCRATCH0 >> 2] :
                undefined;
        }
    }

    write(offset, value) {
        switch (offset) {
        case CTRL: {
            const count = this.count;
            this.control = value & 0x47000000;
            if (this.isEnabled && this.tickNs === Infinity) {
                throw new BoardFailure('WATCHDOG enabled without its tick');
            }
            this.restart(count);
            if (value & TRIGGER) {
                this.bite(REASON_FORCE);
            }
            break;
        }
        case LOAD:
            this.restart(value & TIME);
            break;
        case TICK:
            this.setTick(value);
            break;
        default:
            if (offset < SCRATCH0 || offset > SCRATCH7) {
                return false;
            }
            this.scratch[offset - SCRATCH0 >> 2] = value;
        }
        return true;
    }

    setTick(value) {
        const { count } = this;
        this.tick = value & 0x3ff;
        this.isTickSet = true;
        this.restart(count);
    }
}
