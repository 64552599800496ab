// SPDX-License-Identifier: MIT
// Small blocks that rp2040js lacks or simplifies: oscillators, voltage, power-on state machine,
// XIP control, the flash pins, and the private peripherals of the processor.

import { BoardFailure, hex } from './failure.mjs';
import { Registers } from './peripheral.mjs';

export function rosc(random) {
    return new Registers('ROSC', { 0x00: 0xaa0, 0x04: 0, 0x08: 0, 0x10: 0, 0x14: 8, 0x20: 0 },
        { 0x18: 0x80001000, 0x1c: () => random.below(2) });
}

export function vreg(wasPowerOn) {
    return new Registers('VREG_AND_CHIP_RESET', { 0x00: 0xb1, 0x04: 0x91 },
        { 0x08: wasPowerOn ? 1 << 8 : 0 });
}

export const PSM_WDSEL = 0x08;
export const PSM_PROC0 = 1 << 15;
export function psm() {
    return new Registers('PSM', { 0x00: 0, 0x04: 0, [PSM_WDSEL]: 0 }, { 0x0c: 0x1ffff });
}

export function xipCtrl() {
    return new Registers('XIP_CTRL', { 0x00: 3, 0x0c: 0, 0x10: 0, 0x14: 0, 0x18: 0 },
        { 0x04: 1, 0x08: 2, 0x1c: 0 });
}

/** changed(): a CTRL register was written. */
export function ioQspi(changed) {
    const plain = {};
    for (let pin = 0; pin < 6; pin++) {
        plain[8 * pin + 4] = 0x1f;
    }
    for (let at = 0x30; at <= 0x54; at += 4) {
        plain[at] = 0;
    }
    const block = new Registers('IO_QSPI', plain,
        { 0x00: 0, 0x08: 0, 0x10: 0, 0x18: 0, 0x20: 0, 0x28: 0 });
    const write = block.write.bind(block);
    block.write = (offset, value) => {
        const isThere = write(offset, value);
        changed();
        return isThere;
    };
    return block;
}

const ICPR = 0x280, CPUID = 0xd00, VTOR = 0xd08, AIRCR = 0xd0c, SCR = 0xd10, CCR = 0xd14;
const SHCSR = 0xd24, MPU_TYPE = 0xd90;
const MPU_LAST = 0xda0;

/** The private peripheral bus: rp2040js's NVIC and SysTick, and what it lacks. */
export class Ppb {
    /** onReset(): AIRCR.SYSRESETREQ. */
    constructor(inner, cpu, onReset) {
        this.inner = inner;
        this.cpu = cpu;
        this.onReset = onReset;
        this.scr = 0;
        this.mpu = new Map();
    }

    read(offset) {
        switch (offset) {
        case CPUID: return 0x410cc601;
        case AIRCR: return 0xfa050000;
        case SCR: return this.scr;
        case CCR: return 0x208;
        case SHCSR: return 0;
        case MPU_TYPE: return 0x800;
        default:
            if (offset > MPU_TYPE && offset <= MPU_LAST) {
                return this.mpu.get(offset) ?? 0;
            }
            return this.inner.readUint32(offset);
        }
    }

    write(offset, value) {
        switch (offset) {
        case ICPR:
            this.cpu.clearPending(value);
            return;
        case VTOR:
            if (value & 0xff) {
                throw new BoardFailure(`VTOR ${hex(value)} is not on 256 bytes`);
            }
            this.cpu.VTOR = value;
            return;
        case AIRCR:
            if (value >>> 16 === 0x05fa && value & 4) {
                this.onReset();
            }
            return;
        case SCR:
            if (value & 2) {
                throw new BoardFailure('SLEEPONEXIT is not modelled');
            }
            this.scr = value;
            return;
        default:
            if (offset > MPU_TYPE && offset <= MPU_LAST) {
                this.mpu.set(offset, value); // regions are kept, not enforced
                return;
            }
            this.inner.writeUint32(offset, value);
        }
    }
}
