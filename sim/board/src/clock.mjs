// SPDX-License-Identifier: MIT
// Emulated time in nanoseconds with alarms, in the shape that rp2040js's peripherals expect.
// Alarms of peripherals go with a reset; those of the world outside (chip, network, USB host)
// are created with createWorldAlarm and stay.

class Alarm {
    constructor(clock, callback, isWorld) {
        this.clock = clock;
        this.callback = callback;
        this.isWorld = isWorld;
        this.nanos = 0;
        this.scheduled = false;
        this.next = null;
    }

    schedule(delta) {
        this.scheduleAt(this.clock.nanosCounter + delta);
    }

    scheduleAt(nanos) {
        this.cancel();
        this.nanos = nanos;
        this.scheduled = true;
        this.clock.insert(this);
    }

    cancel() {
        if (this.scheduled) {
            this.scheduled = false;
            this.clock.remove(this);
        }
    }
}

export class Clock {
    constructor() {
        this.nanosCounter = 0;
        this.nextAlarm = null;
        this.changed = () => {}; // the first alarm is another one now
    }

    get nanos() { return this.nanosCounter; }
    get micros() { return this.nanosCounter / 1000; }

    createAlarm(callback) {
        return new Alarm(this, callback, false);
    }

    createWorldAlarm(callback) {
        return new Alarm(this, callback, true);
    }

    insert(alarm) {
        let before = null;
        let at = this.nextAlarm;
        while (at !== null && at.nanos <= alarm.nanos) {
            before = at;
            at = at.next;
        }
        alarm.next = at;
        if (before === null) {
            this.nextAlarm = alarm;
            this.changed();
        } else {
            before.next = alarm;
        }
    }

    remove(alarm) {
        let before = null;
        let at = this.nextAlarm;
        while (at !== null && at !== alarm) {
            before = at;
            at = at.next;
        }
        if (at === null) {
            return;
        }
        if (before === null) {
            this.nextAlarm = at.next;
        } else {
            before.next = at.next;
        }
    }

    /** Runs what is due until `nanos`, in order, and goes there. */
    advanceTo(nanos) {
        while (this.nextAlarm !== null && this.nextAlarm.nanos <= nanos) {
            const alarm = this.nextAlarm;
            this.nextAlarm = alarm.next;
            alarm.scheduled = false;
            if (alarm.nanos > this.nanosCounter) {
                this.nanosCounter = alarm.nanos;
            }
            alarm.callback();
        }
        if (nanos > this.nanosCounter) {
            this.nanosCounter = nanos;
        }
    }

    /** A reset: only the world's alarms stay. */
    dropPeripheralAlarms() {
        const kept = [];
        for (let at = this.nextAlarm; at !== null; at = at.next) {
            if (at.isWorld) {
                kept.push(at);
            } else {
                at.scheduled = false;
            }
        }
        this.nextAlarm = null;
        kept.forEach((alarm) => this.insert(alarm));
    }
}
