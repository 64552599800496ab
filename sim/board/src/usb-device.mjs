// SPDX-License-Identifier: MIT
// The RP2040's USB controller in device mode, by transactions: a host calls setup(), in(), out()
// and gets what a bus would carry. Buffers are handed over as the datasheet asks, or the test
// fails: fields first, AVAILABLE later; FULL for IN, not for OUT.

import { Peripheral } from './peripheral.mjs';
import { BoardFailure, hex } from './failure.mjs';

const MAIN_CTRL = 0x40, SOF_RD = 0x48, SIE_CTRL = 0x4c, SIE_STATUS = 0x50, BUFF_STATUS = 0x58;
const EP_ABORT = 0x60, EP_ABORT_DONE = 0x64, EP_STALL_ARM = 0x68, EP_STATUS = 0x70;
const USB_MUXING = 0x74, USB_PWR = 0x78, INTR = 0x8c, INTE = 0x90, INTF = 0x94, INTS = 0x98;
const PLAIN = [0x00, 0x44, 0x54, 0x5c, 0x6c, 0x7c, 0x80, 0x84];

const SIE_VBUS = 1 << 0, SIE_SUSPENDED = 1 << 4, SIE_RESUME = 1 << 11, SIE_CONNECTED = 1 << 16;
const SIE_SETUP = 1 << 17, SIE_TRANSACTION = 1 << 18, SIE_BUS_RESET = 1 << 19;
const SIE_SEQUENCE_ERROR = 1 << 31;
const SIE_CLEARED_BY_ONE = 0xff0f0810 | 0;
const PULLUP = 1 << 16, EP0_INT_1BUF = 1 << 29;
const INT_BUFF = 1 << 4, INT_SUSPEND = 1 << 14, INT_SOF = 1 << 17, INT_ABORT = 1 << 18, INT_STALL_NAK = 1 << 19;
const SIE_TO_INT = [[SIE_TRANSACTION, 3], [SIE_SEQUENCE_ERROR, 5], [SIE_VBUS, 11],
    [SIE_BUS_RESET, 12], [SIE_CONNECTED, 13], [SIE_RESUME, 15],
    [SIE_SETUP, 16]];

const FULL = 1 << 15, PID = 1 << 13, STALL = 1 << 11, AVAILABLE = 1 << 10, LENGTH = 0x3ff;
const EP_ENABLE = 1 << 31, EP_DOUBLE = 1 << 30, EP_INT_1BUF = 1 << 29, EP_TYPE = 3 << 26;
const EP_BULK = 2 << 26;
const IRQ_USB = 5;
const SUSPEND_NS = 3e6;
const RESUME_NS = 20e6;
const FRAME_NS = 1e6;
const FRAME_END_NS = 800e3; // RP2040-E15: a late IN transaction can hang the controller for good

export class UsbDevice extends Peripheral {
    /** link: attached(), detached(), armed(endpoint, isIn): what a host wants to know. */
    constructor(mcu, cycleNow) {
        super('USBCTRL');
        this.mcu = mcu;
        this.cycleNow = cycleNow;
        this.link = { attached() {}, detached() {}, armed() {} };
        this.dpram = new Uint8Array(4096);
        this.view = new DataView(this.dpram.buffer);
        this.isPlugged = false; // a powered host is on the cable
        this.suspendAlarm = mcu.clock.createAlarm(() => this.suspend());
        this.resumeAlarm = mcu.clock.createAlarm(() => this.resumed());
        this.sofAlarm = mcu.clock.createAlarm(() => this.startOfFrame());
        this.reset();
    }

    reset() {
        const wasVisible = this.isVisible;
        this.values = Object.fromEntries(PLAIN.map((o) => [o, 0]));
        Object.assign(this, { mainCtrl: 0, sieCtrl: 0, sieStatus: 0, buffStatus: 0, abort: 0,
            abortDone: 0, stallArm: 0, epStatus: 0, muxing: 0, power: 0, inte: 0, intf: 0,
            hasSof: false, sofReadIn: -1, isBusActive: false,
            isSuspended: false, suspendChanged: false });
        this.nextHalf = new Map();
        this.changedAt = new Map();
        this.suspendAlarm.cancel();
        this.resumeAlarm.cancel();
        this.sofAlarm.cancel();
        this.update();
        if (wasVisible) {
            this.link.detached();
        }
    }

    /** The pull-up is on and connected: a host sees a device. */
    get isVisible() {
        return (this.mainCtrl & 3) === 1 && (this.sieCtrl & PULLUP) !== 0 && (this.muxing & 1) === 1;
    }

    get address() { return this.values[0] & 0x7f; }

    get frame() { return Math.floor(this.mcu.clock.nanos / FRAME_NS); }

    get frameNs() { return this.mcu.clock.nanos % FRAME_NS; }

    get interrupts() {
        let bits = this.buffStatus ? INT_BUFF : 0;
        for (const [status, bit] of SIE_TO_INT) {
            bits |= this.sieStatus & status ? 1 << bit : 0;
        }
        return bits | (this.suspendChanged ? INT_SUSPEND : 0) | (this.hasSof ? INT_SOF : 0) | (this.epStatus ? INT_STALL_NAK : 0) |
            (this.abortDone ? INT_ABORT : 0);
    }

    update() {
        this.mcu.setInterrupt(IRQ_USB, (this.interrupts & this.inte | this.intf) !== 0);
    }

    // Registers

    read(offset) {
        switch (offset) {
        case MAIN_CTRL: return this.mainCtrl;
        case SOF_RD:
            this.hasSof = false;
            this.sofReadIn = this.frame;
            this.update();
            return this.frame & 0x7ff;
        case SIE_CTRL: return this.sieCtrl;
        case SIE_STATUS: return this.sieStatus | (this.isVisible ? 1 << 2 : 0);
        case BUFF_STATUS: return this.buffStatus;
        case EP_ABORT: return this.abort;
        case EP_ABORT_DONE: return this.abortDone;
        case EP_STALL_ARM: return this.stallArm;
        case EP_STATUS: return this.epStatus;
        case USB_MUXING: return this.muxing;
        case USB_PWR: return this.power;
        case INTR: return this.interrupts;
        case INTE: return this.inte;
        case INTF: return this.intf;
        case INTS: return this.interrupts & this.inte | this.intf;
        default:
            return this.values[offset] ?? (offset < 0x40 ? 0 : undefined);
        }
    }

    write(offset, value, raw) {
        const wasVisible = this.isVisible;
        switch (offset) {
        case MAIN_CTRL: this.setMode(value); break;
        case SIE_CTRL: this.sieCtrl = value & 0xffffeffe; break;
        case SIE_STATUS: this.clearStatus(raw & SIE_CLEARED_BY_ONE); break;
        case BUFF_STATUS: this.buffStatus &= ~raw; break;
        case EP_ABORT:
            this.abort = value;
            this.abortDone |= value;
            break;
        case EP_ABORT_DONE: this.abortDone &= ~raw; break;
        case EP_STALL_ARM: this.stallArm = value & 3; break;
        case EP_STATUS: this.epStatus &= ~raw; break;
        case USB_MUXING: this.muxing = value; break;
        case USB_PWR: this.setPower(value); break;
        case INTE: this.setInterrupts(value); break;
        case INTF: this.intf = value; break;
        default:
            if (this.values[offset] === undefined) {
                return offset < 0x40;
            }
            this.values[offset] = value;
        }
        this.update();
        this.visibilityChanged(wasVisible);
        return true;
    }

    clearStatus(bits) {
        this.sieStatus &= ~bits;
        this.suspendChanged &&= (bits & SIE_SUSPENDED) === 0;
    }

    setMode(value) {
        if (value & 2) {
            throw new BoardFailure('USB host mode is not modelled');
        }
        this.mainCtrl = value;
    }

    setPower(value) {
        this.power = value;
        const isOverridden = (value & 8) !== 0;
        const hasVbus = isOverridden ? (value & 4) !== 0 : this.isPlugged;
        this.sieStatus = hasVbus ? this.sieStatus | SIE_VBUS : this.sieStatus & ~SIE_VBUS;
    }

    /** The start of a frame is latched whether its interrupt is on or not. */
    setInterrupts(value) {
        this.inte = value & 0xfffff;
        if (this.inte & INT_SOF && this.isBusActive && !this.sofAlarm.scheduled) {
            this.hasSof ||= this.frame > this.sofReadIn;
            this.sofAlarm.schedule(FRAME_NS - this.frameNs);
        }
    }

    visibilityChanged(wasVisible) {
        if (this.isVisible === wasVisible) {
            return;
        }
        if (this.isVisible) {
            this.suspendAlarm.schedule(SUSPEND_NS); // the pull-up makes an idle bus
            if (this.isPlugged) {
                this.link.attached();
            }
        } else {
            this.stopBus();
            this.link.detached();
        }
    }

    // Memory

    readDpram(offset) {
        return this.view.getUint32(offset, true);
    }

    writeDpram(offset, value, size) {
        if (size !== 4) {
            if (offset >= 0x80 && offset < 0x100) {
                throw new BoardFailure(`USB: ${size}-byte write to a buffer control register`);
            }
            if (size === 2) {
                this.view.setUint16(offset, value, true);
            } else {
                this.dpram[offset] = value;
            }
            return;
        }
        const before = this.view.getUint32(offset, true);
        this.view.setUint32(offset, value, true);
        if (offset >= 0x80 && offset < 0x100) {
            this.bufferControlWritten(offset, before, value);
        }
    }

    bufferControlWritten(offset, before, value) {
        const armed = (value & ~before) & (AVAILABLE | AVAILABLE << 16);
        const others = ~(AVAILABLE | AVAILABLE << 16);
        if ((before ^ value) & others) {
            this.changedAt.set(offset, this.cycleNow());
            if (armed) {
                throw new BoardFailure(`USB: AVAILABLE set together with the buffer's other fields at ${hex(offset, 2)}`);
            }
        }
        if (!armed) {
            return;
        }
        const apart = this.cycleNow() - (this.changedAt.get(offset) ?? -Infinity);
        if (apart < this.mcu.clkSys / 48e6) {
            throw new BoardFailure('USB: AVAILABLE set less than one USB clock after the other fields');
        }
        const isIn = (offset & 4) === 0;
        const isFull = (value & (armed & AVAILABLE ? FULL : FULL << 16)) !== 0;
        if (isIn !== isFull) {
            throw new BoardFailure(`USB: ${isIn ? 'IN buffer made available empty' : 'OUT buffer made available full'}`);
        }
        this.checkFrame(offset - 0x80);
        this.link.armed(offset - 0x80 >> 3, isIn);
    }

    checkFrame(offset) {
        const isIn = (offset & 4) === 0;
        const isBulk = (this.view.getUint32(offset, true) & EP_TYPE) === EP_BULK;
        if (offset >= 8 && isIn && isBulk && this.isBusActive && this.frameNs >= FRAME_END_NS) {
            throw new BoardFailure(
                'USB: bulk IN buffer made available in the last 200 us of a frame (RP2040-E15)');
        }
    }

    /** Registers of one direction of an endpoint, its buffer that is next, or null: not there. */
    endpoint(n, isIn) {
        const side = isIn ? 0 : 4;
        const controlAt = 0x80 + 8 * n + side;
        const control = n === 0 ? EP_ENABLE : this.view.getUint32(8 * n + side, true);
        if (!(control & EP_ENABLE)) {
            return null;
        }
        const isDouble = n !== 0 && (control & EP_DOUBLE) !== 0;
        const half = isDouble ? this.nextHalf.get(controlAt) ?? 0 : 0;
        return {
            controlAt, isDouble, half,
            buffer: this.view.getUint16(controlAt + 2 * half, true),
            address: (n === 0 ? 0x100 : control & 0xffc0) + 64 * half,
            statusBit: 1 << (2 * n + (isIn ? 0 : 1)),
            tells: n === 0 ? (this.sieCtrl & EP0_INT_1BUF) !== 0 : (control & EP_INT_1BUF) !== 0,
        };
    }

    finish(endpoint, buffer) {
        this.view.setUint16(endpoint.controlAt + 2 * endpoint.half, buffer, true);
        if (endpoint.isDouble) {
            this.nextHalf.set(endpoint.controlAt, 1 - endpoint.half);
        }
        this.sieStatus |= SIE_TRANSACTION;
        if (endpoint.tells) {
            this.buffStatus |= endpoint.statusBit;
        }
        this.update();
    }

    isStalled(n, isIn, buffer) {
        return (buffer & STALL) !== 0 && (n !== 0 || (this.stallArm >> (isIn ? 0 : 1) & 1) !== 0);
    }

    // The bus, as a host sees it. `address` that is not ours, or a device that is not there: null,
    // nobody answers.

    answersTo(address) {
        return this.isVisible && this.address === address;
    }

    setup(address, packet) {
        if (!this.answersTo(address)) {
            return null;
        }
        this.dpram.set(packet, 0);
        this.stallArm = 0;
        this.sieStatus |= SIE_SETUP;
        this.update();
        return 'ack';
    }

    /** { data, pid }, 'nak', 'stall' or null. */
    in(address, n) {
        const endpoint = this.answersTo(address) ? this.endpoint(n, true) : null;
        if (endpoint === null) {
            return null;
        }
        if (this.isStalled(n, true, endpoint.buffer)) {
            return 'stall';
        }
        if (!(endpoint.buffer & AVAILABLE)) {
            return 'nak';
        }
        const length = endpoint.buffer & LENGTH;
        const data = this.dpram.slice(endpoint.address, endpoint.address + length);
        this.finish(endpoint, endpoint.buffer & ~(AVAILABLE | FULL));
        return { data, pid: endpoint.buffer & PID ? 1 : 0 };
    }

    /** 'ack', 'nak', 'stall' or null. */
    out(address, n, pid, data) {
        const endpoint = this.answersTo(address) ? this.endpoint(n, false) : null;
        if (endpoint === null) {
            return null;
        }
        if (this.isStalled(n, false, endpoint.buffer)) {
            return 'stall';
        }
        if (!(endpoint.buffer & AVAILABLE)) {
            return 'nak';
        }
        if ((endpoint.buffer & PID ? 1 : 0) !== pid) {
            this.sieStatus |= SIE_SEQUENCE_ERROR;
            this.update();
            return 'ack';
        }
        if (data.length > (endpoint.buffer & LENGTH)) {
            throw new BoardFailure(`USB: ${data.length} bytes into an OUT buffer of ${endpoint.buffer & LENGTH}`);
        }
        this.dpram.set(data, endpoint.address);
        this.finish(endpoint, endpoint.buffer & ~(AVAILABLE | LENGTH) | FULL | data.length);
        return 'ack';
    }

    busReset() {
        this.suspendAlarm.cancel();
        this.setSuspended(false);
        this.sieStatus |= SIE_BUS_RESET | SIE_CONNECTED;
        this.nextHalf.clear();
        this.isBusActive = true;
        this.setInterrupts(this.inte);
        this.update();
    }

    /** Frames come no more: the cable is out, the host sleeps, or the pull-up went. */
    stopBus() {
        this.isBusActive = false;
        this.sofAlarm.cancel();
        this.suspendAlarm.schedule(SUSPEND_NS);
    }

    suspend() {
        if (!this.isBusActive && this.isVisible) {
            this.setSuspended(true);
            this.update();
        }
    }

    /** The host wakes up: it drives the bus for 20 ms, then frames come again. */
    resume() {
        this.isBusActive = true;
        this.suspendAlarm.cancel();
        this.sieStatus |= SIE_RESUME;
        this.update();
        this.resumeAlarm.schedule(RESUME_NS);
    }

    resumed() {
        this.setSuspended(!this.isBusActive);
        this.setInterrupts(this.inte);
        this.update();
    }

    /** The interrupt tells of both changes; the status bit says which. */
    setSuspended(isSuspended) {
        this.suspendChanged ||= this.isSuspended !== isSuspended;
        this.isSuspended = isSuspended;
        this.sieStatus = isSuspended ? this.sieStatus | SIE_SUSPENDED :
            this.sieStatus & ~SIE_SUSPENDED;
    }

    startOfFrame() {
        if (this.inte & INT_SOF && this.isBusActive) {
            this.hasSof = true;
            this.update();
            this.sofAlarm.schedule(FRAME_NS - this.frameNs);
        }
    }

    plug(isIn) {
        this.isPlugged = isIn;
        this.setPower(this.power);
        this.update();
        if (!isIn) {
            this.stopBus();
        }
    }
}
