// SPDX-License-Identifier: MIT
// The chip calls while the program is about to sleep: at each cycle of the way there. It must be
// awake at once, not at the end of the sleep.

import assert from 'node:assert/strict';
import test from 'node:test';
import { boot } from '../../sim/board/index.mjs';
import { BOARDS, image } from './device.mjs';

const CYCLE_NS = 8;
const BEFORE = 1500; // cycles before the sleep, which hold the last look at the pin
const AT_ONCE_NS = 1e6; // the next look at the chip without a call is 200 ms later

/** An idle board without a cable, which looks at the chip five times a second. */
class Idle {
    constructor(board) {
        this.rig = boot(image(board), { board, usb: false, seed: 1 });
        this.rig.cable(false);
        this.rig.advance(8000);
        const { board: machine } = this.rig;
        this.machine = machine;
        this.pin = machine.wiring.interrupt;
        this.afterNs = null; // after a transfer, when to act
        this.startNs = Infinity; // of the first transfer after that
        machine.pins.watch(machine.wiring.cs, (level) => this.select(level));
        this.alarm = machine.clock.createWorldAlarm(() => this.act());
    }

    select(level) {
        const { clock } = this.machine;
        if (level && this.afterNs !== null) {
            this.alarm.scheduleAt(clock.nanos + this.afterNs);
        } else if (level === false && this.startNs === Infinity && this.actedNs !== undefined) {
            this.startNs = clock.nanos;
        }
    }

    /** Runs over one look at the chip, and calls act that many cycles after its end. */
    once(cycles, act) {
        this.afterNs = cycles * CYCLE_NS;
        this.actedNs = undefined;
        this.act = () => {
            this.afterNs = null;
            this.actedNs = this.machine.clock.nanos;
            this.startNs = Infinity;
            act();
        };
        this.rig.advance(250);
        assert.ok(this.actedNs !== undefined, 'no look at the chip');
    }

    /** Cycles from the end of a look at the chip to the sleep. */
    cyclesToSleep() {
        let low = 0, high = 100000;
        while (high - low > 1) {
            const middle = low + high >> 1;
            let isAsleep = false;
            this.once(middle, () => { isAsleep = this.machine.cpu.waiting; });
            [low, high] = isAsleep ? [low, middle] : [middle, high];
        }
        return high;
    }

    /** Nanoseconds from a call of the chip, that many cycles after a look, to the next look. */
    answerTo(cycles) {
        this.once(cycles, () => this.machine.pins.drive(this.pin, false)); // the model lets go
        return this.startNs - this.actedNs;
    }
}

for (const board of BOARDS) {
    test(`${board}: a call at each cycle before the sleep`, (t) => {
        const idle = new Idle(board);
        const asleep = idle.cyclesToSleep();
        t.diagnostic(`asleep ${asleep} cycles after a look at the chip`);
        for (let cycles = Math.max(0, asleep - BEFORE); cycles < asleep + 10; cycles++) {
            const ns = idle.answerTo(cycles);
            assert.ok(ns < AT_ONCE_NS, `called ${asleep - cycles} cycles before the sleep: ${ns} ns`);
        }
    });
}

for (const board of BOARDS) {
    test(`${board}: an interrupt pin that hangs low`, (t) => {
        const rig = boot(image(board), { board, usb: false, chip: false });
        rig.advance(1000);
        rig.board.pins.drive(rig.board.wiring.interrupt, false);
        rig.advance(9000);
        const before = rig.cycles();
        rig.advance(20000);
        const { awakeShare } = rig.cycles(before);
        t.diagnostic(`awake ${(100 * awakeShare).toFixed(2)} %`);
        assert.ok(awakeShare < 0.05);
        assert.ok(rig.uart.text.match(/no network chip answers/g).length >= 5);
    });
}
