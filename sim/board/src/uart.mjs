// SPDX-License-Identifier: MIT
// The PL011: 32-byte FIFOs, bytes that take their time on the wire, BUSY, interrupt levels, DMA
// requests.

import { Peripheral } from './peripheral.mjs';

const DR = 0x00, RSR = 0x04, FR = 0x18, IBRD = 0x24, FBRD = 0x28, LCR_H = 0x2c, CR = 0x30;
const IFLS = 0x34, IMSC = 0x38, RIS = 0x3c, MIS = 0x40, ICR = 0x44, DMACR = 0x48;
const RX = 1 << 4, TX = 1 << 5, RT = 1 << 6, OE = 1 << 10;
const IDENTITY = { 0xfe0: 0x11, 0xfe4: 0x10, 0xfe8: 0x34, 0xfec: 0, 0xff0: 0x0d, 0xff4: 0xf0,
    0xff8: 0x05, 0xffc: 0xb1 };
const LEVELS = [4, 8, 16, 24, 28]; // bytes, of 32, by IFLS
const OVERRUN = 1 << 11;

export class Uart extends Peripheral {
    /** dreq: { tx, rx } numbers; onByte(byte): a byte has left on the TX line. */
    constructor(mcu, name, irq, dreq) {
        super(name);
        this.mcu = mcu;
        this.irq = irq;
        this.dreq = dreq;
        this.onByte = () => {};
        this.txAlarm = mcu.clock.createAlarm(() => this.sent());
        this.rxAlarm = mcu.clock.createAlarm(() => this.silent());
        this.reset();
    }

    reset() {
        this.rx = [];
        this.tx = [];
        this.shifting = -1;
        this.values = { [IBRD]: 0, [FBRD]: 0, [LCR_H]: 0, [CR]: 0x300, [IFLS]: 0x12,
            [IMSC]: 0, [DMACR]: 0 };
        this.raw = 0;
        this.txAlarm.cancel();
        this.rxAlarm.cancel();
        this.update();
    }

    get depth() { return this.values[LCR_H] & 0x10 ? 32 : 1; }

    /** Of one character with its start and stop bits. */
    get byteNs() {
        const divisor = this.values[IBRD] + this.values[FBRD] / 64;
        const bits = 7 + (this.values[LCR_H] >> 5 & 3) + (this.values[LCR_H] & 2 ? 1 : 0) +
            (this.values[LCR_H] & 8 ? 1 : 0);
        return bits * 16 * divisor * 1e9 / this.mcu.clkPeri;
    }

    get baudRate() {
        return this.mcu.clkPeri / (16 * (this.values[IBRD] + this.values[FBRD] / 64));
    }

    get canReceive() { return (this.values[CR] & 0x201) === 0x201 && this.values[IBRD] > 0; }
    get canSend() { return (this.values[CR] & 0x101) === 0x101 && this.values[IBRD] > 0; }

    /** A byte has come in on the RX line. */
    receive(byte) {
        if (!this.canReceive) {
            return;
        }
        if (this.rx.length >= this.depth) {
            this.raw |= OE;
            this.rx[this.rx.length - 1] |= OVERRUN;
        } else {
            this.rx.push(byte);
        }
        this.rxAlarm.schedule(this.byteNs * 3.2); // 32 bit times without another one
        this.update();
    }

    silent() {
        if (this.rx.length > 0) {
            this.raw |= RT;
            this.update();
        }
    }

    startSending() {
        if (this.shifting < 0 && this.tx.length > 0 && this.canSend) {
            this.shifting = this.tx.shift();
            this.txAlarm.schedule(this.byteNs);
        }
    }

    sent() {
        const byte = this.shifting;
        this.shifting = -1;
        this.startSending();
        this.update();
        this.onByte(byte);
    }

    update() {
        const { values } = this;
        const rxLevel = this.depth === 1 ? 1 : LEVELS[values[IFLS] >> 3 & 7] ?? 28;
        const txLevel = this.depth === 1 ? 0 : LEVELS[values[IFLS] & 7] ?? 28;
        this.raw = this.rx.length >= rxLevel ? this.raw | RX : this.raw & ~RX;
        this.raw = this.tx.length <= txLevel ? this.raw | TX : this.raw & ~TX;
        if (this.rx.length === 0) {
            this.raw &= ~RT;
        }
        this.mcu.setInterrupt(this.irq, (this.raw & values[IMSC]) !== 0);
        this.request(this.dreq.tx, values[DMACR] & 2 && this.tx.length < this.depth);
        this.request(this.dreq.rx, values[DMACR] & 1 && this.rx.length > 0);
    }

    request(channel, isOn) {
        if (isOn) {
            this.mcu.dma.setDREQ(channel);
        } else {
            this.mcu.dma.clearDREQ(channel);
        }
    }

    get flags() {
        const isBusy = this.shifting >= 0 || this.tx.length > 0;
        return (isBusy ? 1 << 3 : 0) | (this.rx.length === 0 ? 1 << 4 : 0) |
            (this.tx.length >= this.depth ? 1 << 5 : 0) |
            (this.rx.length >= this.depth ? 1 << 6 : 0) | (this.tx.length === 0 ? 1 << 7 : 0);
    }

    read(offset) {
        switch (offset) {
        case DR: {
            const byte = this.rx.shift() ?? 0;
            this.update();
            return byte;
        }
        case RSR: return 0;
        case FR: return this.flags;
        case RIS: return this.raw;
        case MIS: return this.raw & this.values[IMSC];
        default: return this.values[offset] ?? IDENTITY[offset];
        }
    }

    write(offset, value, raw) {
        switch (offset) {
        case DR:
            if (this.tx.length < this.depth) {
                this.tx.push(value & 0xff);
            }
            this.startSending();
            break;
        case RSR:
            break;
        case ICR:
            this.raw &= ~raw;
            break;
        default:
            if (this.values[offset] === undefined) {
                return false;
            }
            this.values[offset] = value & 0xffff;
            this.startSending();
        }
        this.update();
        return true;
    }
}
