// SPDX-License-Identifier: MIT
// The 64-bit microsecond timer with four alarms. An alarm matches the low word only: one set in
// the past fires when the word comes round, after 71 minutes, as on silicon.

import { Peripheral } from './peripheral.mjs';

const TIMEHR = 0x08, TIMELR = 0x0c, ALARM0 = 0x10, ALARM3 = 0x1c, ARMED = 0x20;
const TIMERAWH = 0x24, TIMERAWL = 0x28, DBGPAUSE = 0x2c, PAUSE = 0x30;
const INTR = 0x34, INTE = 0x38, INTF = 0x3c, INTS = 0x40;
const WORD = 2 ** 32;

export class Timer extends Peripheral {
    constructor(mcu) {
        super('TIMER');
        this.mcu = mcu;
        this.alarms = [0, 1, 2, 3].map((i) => mcu.clock.createAlarm(() => this.fire(i)));
        this.reset();
    }

    reset() {
        this.startNs = this.mcu.clock.nanos;
        this.targets = [0, 0, 0, 0];
        this.armed = 0;
        this.latchedHigh = 0;
        this.dbgPause = 7;
        this.raw = 0;
        this.enabled = 0;
        this.forced = 0;
        this.alarms.forEach((alarm) => alarm.cancel());
        this.update();
    }

    get micros() {
        return Math.floor((this.mcu.clock.nanos - this.startNs) / 1000 + 1e-6);
    }

    fire(i) {
        this.armed &= ~(1 << i);
        this.raw |= 1 << i;
        this.update();
    }

    update() {
        const status = this.raw & this.enabled | this.forced;
        for (let i = 0; i < 4; i++) {
            this.mcu.setInterrupt(i, (status >> i & 1) !== 0);
        }
    }

    arm(i, target) {
        const now = this.micros;
        const wait = (target - now % WORD + WORD) % WORD || WORD;
        this.targets[i] = target;
        this.armed |= 1 << i;
        this.alarms[i].scheduleAt(this.startNs + (now + wait) * 1000);
    }

    read(offset) {
        switch (offset) {
        case TIMEHR: return this.latchedHigh;
        case TIMELR:
            this.latchedHigh = Math.floor(this.micros / WORD);
            return this.micros % WORD;
        case TIMERAWH: return Math.floor(this.micros / WORD);
        case TIMERAWL: return this.micros % WORD;
        case ARMED: return this.armed;
        case DBGPAUSE: return this.dbgPause;
        case PAUSE: return 0;
        case INTR: return this.raw;
        case INTE: return this.enabled;
        case INTF: return this.forced;
        case INTS: return this.raw & this.enabled | this.forced;
        default:
            return offset >= ALARM0 && offset <= ALARM3 ? this.targets[offset - ALARM0 >> 2] :
                undefined;
        }
    }

    write(offset, value, raw) {
        if (offset >= ALARM0 && offset <= ALARM3) {
            this.arm(offset - ALARM0 >> 2, value);
            return true;
        }
        switch (offset) {
        case ARMED:
            this.alarms.forEach((alarm, i) => raw >> i & 1 && alarm.cancel());
            this.armed &= ~raw;
            break;
        case DBGPAUSE: this.dbgPause = value; break;
        case INTR: this.raw &= ~raw; break;
        case INTE: this.enabled = value & 15; break;
        case INTF: this.forced = value & 15; break;
        default: return false;
        }
        this.update();
        return true;
    }
}
