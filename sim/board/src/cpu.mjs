// SPDX-License-Identifier: MIT
// A Cortex-M0+ core: ARMv6-M instructions, exceptions, WFI and HardFault as the architecture
// manual has them. It takes the place of rp2040js's core, whose flags, WFI and faults differ from
// silicon, and keeps the fields that rp2040js's peripherals use.
//
// Time is counted in cycles. Memory without wait states is assumed; a flash access costs what a
// RAM access costs, as with a warm XIP cache.

import { KIND } from './decode.mjs';

const EXC_NMI = 2;
const EXC_HARDFAULT = 3;
const EXC_SVCALL = 11;
const EXC_PENDSV = 14;
const EXC_SYSTICK = 15;
const EXC_IRQ0 = 16;
const PRIORITY_THREAD = 4;

const ENTRY_CYCLES = 15;
const RETURN_CYCLES = 12;

/** What the architecture answers with a HardFault. */
export class CpuFault extends Error {}

export class Cpu {
    /** bus: read8..write32 of everything that is not handled here; onBreak(n): BKPT. */
    constructor(bus) {
        this.bus = bus;
        this.r = new Int32Array(16);
        this.registers = new Uint32Array(this.r.buffer);
        this.cycles = 0;
        this.limit = 0;
        this.instructions = 0;
        this.nf = 0; // N is nf < 0
        this.zf = 1; // Z is zf === 0
        this.c = 0;
        this.v = 0;
        this.primask = 0;
        this.spsel = 0;
        this.bankedSP = 0;
        this.IPSR = 0;
        this.nested = [];
        this.VTOR = 0;
        this.SHPR2 = 0;
        this.SHPR3 = 0;
        this.lines = 0; // levels of the interrupt inputs
        this.pendingInterrupts = 0;
        this.enabledInterrupts = 0;
        this.interruptPriorities = [0xffffffff, 0, 0, 0];
        this.interruptNMIMask = 0;
        this.pendingNMI = false;
        this.pendingSVCall = false;
        this.pendingPendSV = false;
        this.pendingSystick = false;
        this.interruptsUpdated = false;
        this.waiting = false;
        this.event = false;
        this.takesFaults = false; // HardFault is taken; else it is thrown to the caller
        this.lastFault = '';
        this.onBreak = null; // (n) => true when handled
        this.coverage = null; // Uint8Array by half-word of flash
    }

    get PC() { return this.r[15] >>> 0; }
    set PC(v) { this.r[15] = v & ~1; }
    get SP() { return this.r[13] >>> 0; }
    set SP(v) { this.r[13] = v & ~3; }
    get LR() { return this.r[14] >>> 0; }
    set LR(v) { this.r[14] = v; }

    get apsr() {
        return (this.nf < 0 ? 0x80000000 : 0) | (this.zf === 0 ? 0x40000000 : 0) |
            (this.c << 29) | (this.v << 28);
    }

    set apsr(v) {
        this.nf = v & 0x80000000;
        this.zf = v & 0x40000000 ? 0 : 1;
        this.c = v >>> 29 & 1;
        this.v = v >>> 28 & 1;
    }

    reset() {} // rp2040js calls it from its constructor and when it loads a boot ROM

    // Interrupts

    setInterrupt(irq, level) {
        const bit = 1 << irq;
        if (!level) {
            this.lines &= ~bit;
        } else if (!(this.lines & bit)) {
            this.lines |= bit;
            this.pend(bit);
        }
    }

    pend(bits) {
        this.pendingInterrupts |= bits;
        this.interruptsUpdated = true;
        this.bus.stop();
    }

    /** NVIC_ICPR: what its line still asserts is pending again at once. */
    clearPending(bits) {
        this.pendingInterrupts = this.pendingInterrupts & ~bits | bits & this.lines & ~this.active;
    }

    get active() {
        let bits = 0;
        for (const n of this.nested) {
            bits |= n >= EXC_IRQ0 ? 1 << (n - EXC_IRQ0) : 0;
        }
        return bits;
    }

    priorityOf(exception) {
        switch (exception) {
        case 0: return PRIORITY_THREAD;
        case EXC_NMI: return -2;
        case EXC_HARDFAULT: return -1;
        case EXC_SVCALL: return this.SHPR2 >>> 30;
        case EXC_PENDSV: return this.SHPR3 >>> 22 & 3;
        case EXC_SYSTICK: return this.SHPR3 >>> 30;
        default: {
            const bit = 1 << (exception - EXC_IRQ0);
            return this.interruptPriorities.findIndex((mask) => mask & bit);
        }
        }
    }

    /** The pending exception that comes first, 0: none. Also what ICSR.VECTPENDING shows. */
    get vectPending() {
        if (this.pendingNMI) {
            return EXC_NMI;
        }
        const ready = this.pendingInterrupts & this.enabledInterrupts;
        for (let priority = 0; priority < PRIORITY_THREAD; priority++) {
            if (this.pendingSVCall && this.SHPR2 >>> 30 === priority) {
                return EXC_SVCALL;
            }
            if (this.pendingPendSV && (this.SHPR3 >>> 22 & 3) === priority) {
                return EXC_PENDSV;
            }
            if (this.pendingSystick && this.SHPR3 >>> 30 === priority) {
                return EXC_SYSTICK;
            }
            const level = ready & this.interruptPriorities[priority];
            if (level) {
                return EXC_IRQ0 + 31 - Math.clz32(level & -level);
            }
        }
        return 0;
    }

    /** WFI ends on an exception that would preempt if PRIMASK were clear. */
    get wakes() {
        const next = this.vectPending;
        return this.event || next !== 0 && this.priorityOf(next) < this.priorityOf(this.IPSR);
    }

    takePending() {
        const next = this.vectPending;
        const now = this.primask && this.priorityOf(this.IPSR) > 0 ? 0 : this.priorityOf(this.IPSR);
        if (next === 0 || this.priorityOf(next) >= now) {
            this.interruptsUpdated = false;
            return;
        }
        if (next >= EXC_IRQ0) {
            this.pendingInterrupts &= ~(1 << (next - EXC_IRQ0));
        } else if (next === EXC_SYSTICK) {
            this.pendingSystick = false;
        } else if (next === EXC_PENDSV) {
            this.pendingPendSV = false;
        } else if (next === EXC_SVCALL) {
            this.pendingSVCall = false;
        } else {
            this.pendingNMI = false;
        }
        this.enter(next);
    }

    enter(exception) {
        const { r } = this;
        const isThread = this.nested.length === 0;
        const pad = r[13] & 4;
        const frame = r[13] - 0x20 & ~7;
        const words = [r[0], r[1], r[2], r[3], r[12], r[14], r[15],
            this.apsr | 1 << 24 | pad << 7 | this.IPSR];
        words.forEach((word, i) => this.bus.write32(frame + 4 * i, word));
        r[13] = frame;
        r[14] = isThread ? (this.spsel ? 0xfffffffd : 0xfffffff9) : 0xfffffff1;
        if (isThread) {
            this.selectStack(0);
        }
        this.nested.push(exception);
        this.IPSR = exception;
        this.event = true;
        const vector = this.bus.read32(this.VTOR + 4 * exception);
        if (!(vector & 1)) {
            throw new CpuFault(`vector ${exception} is no Thumb address`);
        }
        r[15] = vector & ~1;
        this.cycles += ENTRY_CYCLES;
    }

    leave(excReturn) {
        const { r } = this;
        const left = this.nested.pop();
        const kind = excReturn & 0xf;
        if (this.nested.length === 0 ? kind !== 9 && kind !== 13 : kind !== 1) {
            throw new CpuFault(`exception return ${(excReturn >>> 0).toString(16)}`);
        }
        if (left >= EXC_IRQ0) { // a level that is still there asks again
            this.pendingInterrupts |= this.lines & 1 << (left - EXC_IRQ0);
        }
        if (kind === 13) {
            this.selectStack(1);
        }
        const frame = r[13];
        const word = (i) => this.bus.read32(frame + 4 * i);
        [r[0], r[1], r[2], r[3], r[12], r[14]] = [0, 1, 2, 3, 4, 5].map(word);
        r[15] = word(6) & ~1;
        const psr = word(7);
        r[13] = frame + 0x20 + (psr >>> 7 & 4);
        this.apsr = psr;
        this.IPSR = psr & 0x3f;
        this.event = true;
        this.interruptsUpdated = true;
        this.cycles += RETURN_CYCLES;
    }

    selectStack(spsel) {
        if (this.spsel !== spsel) {
            const sp = this.r[13];
            this.r[13] = this.bankedSP;
            this.bankedSP = sp;
            this.spsel = spsel;
        }
    }

    /** HardFault. The return address is that of the instruction at fault. */
    hardFault(fault) {
        this.lastFault = fault.message;
        if (this.nested.includes(EXC_HARDFAULT) || this.nested.includes(EXC_NMI)) {
            throw new Error(`lockup: ${fault.message}`);
        }
        this.enter(EXC_HARDFAULT);
    }

    /** Executes until `cycles` reaches the limit, sleep, or until the bus asks for attention. */
    run(limit) {
        this.limit = limit;
        while (this.cycles < this.limit && !this.waiting) {
            try {
                this.execute();
            } catch (fault) {
                if (!(fault instanceof CpuFault) || !this.takesFaults) {
                    throw fault;
                }
                this.hardFault(fault);
            }
        }
    }

    // Instructions

    execute() {
        const { r, bus } = this;
        const { flash16, sram16 } = bus;
        while (this.cycles < this.limit) {
            if (this.interruptsUpdated) {
                this.takePending();
            }
            const pc = r[15];
            let op;
            if (pc >>> 24 === 0x10) {
                if (bus.xipOff || pc >= bus.flashEnd) {
                    bus.badFetch(pc);
                }
                op = flash16[(pc & 0xffffff) >>> 1];
                if (this.coverage !== null) {
                    this.coverage[(pc & 0xffffff) >>> 1] = 1;
                }
            } else if ((pc - 0x20000000 >>> 0) < 0x42000) {
                op = sram16[(pc & 0xfffff) >>> 1];
            } else {
                op = bus.fetchRom(pc);
            }
            let next = pc + 2 | 0;
            this.cycles += 1;
            this.instructions += 1;
            switch (KIND[op]) {
            case 1: { // LSLS Rd, Rm, #imm5
                const n = op >> 6 & 31;
                const x = r[op >> 3 & 7];
                if (n !== 0) {
                    this.c = x >>> 32 - n & 1;
                }
                this.nf = this.zf = r[op & 7] = x << n;
                break;
            }
            case 2: { // LSRS Rd, Rm, #imm5
                const n = op >> 6 & 31;
                const x = r[op >> 3 & 7];
                this.c = x >>> (n - 1 & 31) & 1;
                this.nf = this.zf = r[op & 7] = n === 0 ? 0 : x >>> n;
                break;
            }
            case 3: { // ASRS Rd, Rm, #imm5
                const n = op >> 6 & 31;
                const x = r[op >> 3 & 7];
                this.c = x >>> (n - 1 & 31) & 1;
                this.nf = this.zf = r[op & 7] = x >> (n === 0 ? 31 : n);
                break;
            }
            case 4: // ADDS Rd, Rn, Rm
                r[op & 7] = this.add(r[op >> 3 & 7], r[op >> 6 & 7], 0);
                break;
            case 5: // SUBS Rd, Rn, Rm
                r[op & 7] = this.add(r[op >> 3 & 7], ~r[op >> 6 & 7], 1);
                break;
            case 6: // ADDS Rd, Rn, #imm3
                r[op & 7] = this.add(r[op >> 3 & 7], op >> 6 & 7, 0);
                break;
            case 7: // SUBS Rd, Rn, #imm3
                r[op & 7] = this.add(r[op >> 3 & 7], ~(op >> 6 & 7), 1);
                break;
            case 8: // MOVS Rd, #imm8
                this.nf = this.zf = r[op >> 8 & 7] = op & 0xff;
                break;
            case 9: // CMP Rn, #imm8
                this.add(r[op >> 8 & 7], ~(op & 0xff), 1);
                break;
            case 10: // ADDS Rdn, #imm8
                r[op >> 8 & 7] = this.add(r[op >> 8 & 7], op & 0xff, 0);
                break;
            case 11: // SUBS Rdn, #imm8
                r[op >> 8 & 7] = this.add(r[op >> 8 & 7], ~(op & 0xff), 1);
                break;
            case 12: // ANDS
                this.nf = this.zf = r[op & 7] &= r[op >> 3 & 7];
                break;
            case 13: // EORS
                this.nf = this.zf = r[op & 7] ^= r[op >> 3 & 7];
                break;
            case 14: // LSLS Rdn, Rm
                this.nf = this.zf = r[op & 7] = this.lsl(r[op & 7], r[op >> 3 & 7] & 0xff);
                break;
            case 15: // LSRS Rdn, Rm
                this.nf = this.zf = r[op & 7] = this.lsr(r[op & 7], r[op >> 3 & 7] & 0xff);
                break;
            case 16: // ASRS Rdn, Rm
                this.nf = this.zf = r[op & 7] = this.asr(r[op & 7], r[op >> 3 & 7] & 0xff);
                break;
            case 17: // ADCS
                r[op & 7] = this.add(r[op & 7], r[op >> 3 & 7], this.c);
                break;
            case 18: // SBCS
                r[op & 7] = this.add(r[op & 7], ~r[op >> 3 & 7], this.c);
                break;
            case 19: // RORS
                this.nf = this.zf = r[op & 7] = this.ror(r[op & 7], r[op >> 3 & 7] & 0xff);
                break;
            case 20: // TST
                this.nf = this.zf = r[op & 7] & r[op >> 3 & 7];
                break;
            case 21: // RSBS Rd, Rn, #0
                r[op & 7] = this.add(~r[op >> 3 & 7], 0, 1);
                break;
            case 22: // CMP Rn, Rm
                this.add(r[op & 7], ~r[op >> 3 & 7], 1);
                break;
            case 23: // CMN
                this.add(r[op & 7], r[op >> 3 & 7], 0);
                break;
            case 24: // ORRS
                this.nf = this.zf = r[op & 7] |= r[op >> 3 & 7];
                break;
            case 25: // MULS
                this.nf = this.zf = r[op & 7] = Math.imul(r[op & 7], r[op >> 3 & 7]);
                break;
            case 26: // BICS
                this.nf = this.zf = r[op & 7] &= ~r[op >> 3 & 7];
                break;
            case 27: // MVNS
                this.nf = this.zf = r[op & 7] = ~r[op >> 3 & 7];
                break;
            case 28: { // ADD Rdn, Rm (high registers)
                const d = op >> 4 & 8 | op & 7;
                const m = op >> 3 & 15;
                const sum = (d === 15 ? pc + 4 : r[d]) + (m === 15 ? pc + 4 : r[m]) | 0;
                if (d === 15) {
                    next = sum & ~1;
                    this.cycles += 1;
                } else {
                    r[d] = d === 13 ? sum & ~3 : sum;
                }
                break;
            }
            case 29: { // CMP Rn, Rm (high registers)
                const m = op >> 3 & 15;
                this.add(r[op >> 4 & 8 | op & 7], ~(m === 15 ? pc + 4 : r[m]), 1);
                break;
            }
            case 30: { // MOV Rd, Rm (high registers)
                const d = op >> 4 & 8 | op & 7;
                const m = op >> 3 & 15;
                const x = m === 15 ? pc + 4 : r[m];
                if (d === 15) {
                    next = x & ~1;
                    this.cycles += 1;
                } else {
                    r[d] = d === 13 ? x & ~3 : x;
                }
                break;
            }
            case 31: // BX Rm
                this.cycles += 1;
                next = this.branchExchange(r[op >> 3 & 15]);
                break;
            case 32: { // BLX Rm
                const target = r[op >> 3 & 15];
                this.cycles += 1;
                r[14] = pc + 2 | 1;
                if (!(target & 1)) {
                    throw new CpuFault(`BLX to ARM state at ${hex(target)}`);
                }
                next = target & ~1;
                break;
            }
            case 33: // LDR Rt, [PC, #imm8]
                r[op >> 8 & 7] = bus.read32((pc + 4 & ~3) + ((op & 0xff) << 2));
                break;
            case 34: // STR Rt, [Rn, Rm]
                bus.write32(r[op >> 3 & 7] + r[op >> 6 & 7] | 0, r[op & 7]);
                break;
            case 35: // STRH Rt, [Rn, Rm]
                bus.write16(r[op >> 3 & 7] + r[op >> 6 & 7] | 0, r[op & 7] & 0xffff);
                break;
            case 36: // STRB Rt, [Rn, Rm]
                bus.write8(r[op >> 3 & 7] + r[op >> 6 & 7] | 0, r[op & 7] & 0xff);
                break;
            case 37: // LDRSB Rt, [Rn, Rm]
                r[op & 7] = bus.read8(r[op >> 3 & 7] + r[op >> 6 & 7] | 0) << 24 >> 24;
                break;
            case 38: // LDR Rt, [Rn, Rm]
                r[op & 7] = bus.read32(r[op >> 3 & 7] + r[op >> 6 & 7] | 0);
                break;
            case 39: // LDRH Rt, [Rn, Rm]
                r[op & 7] = bus.read16(r[op >> 3 & 7] + r[op >> 6 & 7] | 0);
                break;
            case 40: // LDRB Rt, [Rn, Rm]
                r[op & 7] = bus.read8(r[op >> 3 & 7] + r[op >> 6 & 7] | 0);
                break;
            case 41: // LDRSH Rt, [Rn, Rm]
                r[op & 7] = bus.read16(r[op >> 3 & 7] + r[op >> 6 & 7] | 0) << 16 >> 16;
                break;
            case 42: // STR Rt, [Rn, #imm5]
                bus.write32(r[op >> 3 & 7] + (op >> 4 & 0x7c) | 0, r[op & 7]);
                break;
            case 43: // LDR Rt, [Rn, #imm5]
                r[op & 7] = bus.read32(r[op >> 3 & 7] + (op >> 4 & 0x7c) | 0);
                break;
            case 44: // STRB Rt, [Rn, #imm5]
                bus.write8(r[op >> 3 & 7] + (op >> 6 & 31) | 0, r[op & 7] & 0xff);
                break;
            case 45: // LDRB Rt, [Rn, #imm5]
                r[op & 7] = bus.read8(r[op >> 3 & 7] + (op >> 6 & 31) | 0);
                break;
            case 46: // STRH Rt, [Rn, #imm5]
                bus.write16(r[op >> 3 & 7] + (op >> 5 & 0x3e) | 0, r[op & 7] & 0xffff);
                break;
            case 47: // LDRH Rt, [Rn, #imm5]
                r[op & 7] = bus.read16(r[op >> 3 & 7] + (op >> 5 & 0x3e) | 0);
                break;
            case 48: // STR Rt, [SP, #imm8]
                bus.write32(r[13] + ((op & 0xff) << 2) | 0, r[op >> 8 & 7]);
                break;
            case 49: // LDR Rt, [SP, #imm8]
                r[op >> 8 & 7] = bus.read32(r[13] + ((op & 0xff) << 2) | 0);
                break;
            case 50: // ADR Rd, label
                r[op >> 8 & 7] = (pc + 4 & ~3) + ((op & 0xff) << 2);
                break;
            case 51: // ADD Rd, SP, #imm8
                r[op >> 8 & 7] = r[13] + ((op & 0xff) << 2);
                break;
            case 52: // ADD SP, #imm7
                r[13] += (op & 0x7f) << 2;
                break;
            case 53: // SUB SP, #imm7
                r[13] -= (op & 0x7f) << 2;
                break;
            case 54: // SXTH
                r[op & 7] = r[op >> 3 & 7] << 16 >> 16;
                break;
            case 55: // SXTB
                r[op & 7] = r[op >> 3 & 7] << 24 >> 24;
                break;
            case 56: // UXTH
                r[op & 7] = r[op >> 3 & 7] & 0xffff;
                break;
            case 57: // UXTB
                r[op & 7] = r[op >> 3 & 7] & 0xff;
                break;
            case 58: // PUSH
                this.push(op & 0xff, op >> 8 & 1);
                break;
            case 59: // POP
                next = this.pop(op & 0xff, op >> 8 & 1, next);
                break;
            case 60: { // REV
                const x = r[op >> 3 & 7];
                r[op & 7] = x << 24 | (x & 0xff00) << 8 | x >>> 8 & 0xff00 | x >>> 24;
                break;
            }
            case 61: { // REV16
                const x = r[op >> 3 & 7];
                r[op & 7] = (x & 0x00ff00ff) << 8 | x >>> 8 & 0x00ff00ff;
                break;
            }
            case 62: { // REVSH
                const x = r[op >> 3 & 7];
                r[op & 7] = (x & 0xff) << 24 >> 16 | x >>> 8 & 0xff;
                break;
            }
            case 63: // CPSIE i, CPSID i
                this.primask = op >> 4 & 1;
                this.interruptsUpdated = true;
                break;
            case 64: // BKPT
                if (this.onBreak === null || !this.onBreak(op & 0xff, pc)) {
                    throw new CpuFault(`BKPT ${op & 0xff} without a debugger`);
                }
                if (r[15] !== pc) {
                    return;
                }
                break;
            case 65: // NOP, YIELD, WFE, WFI, SEV
                r[15] = next;
                if (this.hint(op >> 4 & 15)) {
                    return;
                }
                break;
            case 66: // STM Rn!
                this.storeMultiple(op >> 8 & 7, op & 0xff);
                break;
            case 67: // LDM Rn(!)
                this.loadMultiple(op >> 8 & 7, op & 0xff);
                break;
            case 68: // B<cond>
                if (this.holds(op >> 8 & 15)) {
                    next = pc + 4 + (op << 24 >> 23) | 0;
                    this.cycles += 1;
                }
                break;
            case 69: // SVC
                r[15] = next;
                this.superviseCall();
                return;
            case 70: // B
                next = pc + 4 + (op << 21 >> 20) | 0;
                this.cycles += 1;
                if (next === pc) {
                    this.spin();
                }
                break;
            case 71: // BL, MSR, MRS, barriers
                next = this.wide(op, bus.read16Code(pc + 2), pc);
                break;
            default:
                throw new CpuFault(`undefined instruction ${op.toString(16)}`);
            }
            r[15] = next;
        }
    }

    /** A branch to itself does nothing else until the limit: all its turns at once. */
    spin() {
        const turns = Math.max(0, Math.ceil((this.limit - this.cycles) / 2));
        this.cycles += turns * 2;
        this.instructions += turns;
    }

    add(a, b, carry) {
        const sum = a + b + carry | 0;
        this.c = (a >>> 0) + (b >>> 0) + carry > 0xffffffff ? 1 : 0;
        this.v = ((a ^ sum) & (b ^ sum)) >>> 31;
        this.nf = this.zf = sum;
        return sum;
    }

    lsl(x, n) {
        if (n === 0) {
            return x;
        }
        this.c = n > 32 ? 0 : x >>> 32 - n & 1;
        return n >= 32 ? 0 : x << n;
    }

    lsr(x, n) {
        if (n === 0) {
            return x;
        }
        this.c = n > 32 ? 0 : x >>> n - 1 & 1;
        return n >= 32 ? 0 : x >>> n | 0;
    }

    asr(x, n) {
        if (n === 0) {
            return x;
        }
        const shift = n >= 32 ? 32 : n;
        this.c = x >> (shift - 1) & 1;
        return shift === 32 ? x >> 31 : x >> shift;
    }

    ror(x, n) {
        if (n === 0) {
            return x;
        }
        const m = n & 31;
        const turned = m === 0 ? x : x >>> m | x << 32 - m;
        this.c = turned >>> 31;
        return turned | 0;
    }

    holds(cond) {
        let is;
        switch (cond >> 1) {
        case 0: is = this.zf === 0; break;
        case 1: is = this.c !== 0; break;
        case 2: is = this.nf < 0; break;
        case 3: is = this.v !== 0; break;
        case 4: is = this.c !== 0 && this.zf !== 0; break;
        case 5: is = this.nf < 0 === (this.v !== 0); break;
        default: is = this.zf !== 0 && this.nf < 0 === (this.v !== 0); break;
        }
        return cond & 1 ? !is : is;
    }

    branchExchange(target) {
        if (target >>> 28 === 0xf && this.nested.length > 0) {
            this.leave(target);
            return this.r[15];
        }
        if (!(target & 1)) {
            throw new CpuFault(`branch to ARM state at ${hex(target)}`);
        }
        return target & ~1;
    }

    push(list, withLR) {
        const { r, bus } = this;
        let count = withLR;
        for (let bits = list; bits; bits &= bits - 1) {
            count++;
        }
        let address = r[13] - 4 * count | 0;
        const top = address;
        for (let i = 0; i < 8; i++) {
            if (list >> i & 1) {
                bus.write32(address, r[i]);
                address += 4;
            }
        }
        if (withLR) {
            bus.write32(address, r[14]);
        }
        r[13] = top;
    }

    pop(list, withPC, next) {
        const { r, bus } = this;
        let address = r[13];
        for (let i = 0; i < 8; i++) {
            if (list >> i & 1) {
                r[i] = bus.read32(address);
                address += 4;
            }
        }
        if (!withPC) {
            r[13] = address;
            return next;
        }
        const target = bus.read32(address);
        r[13] = address + 4;
        this.cycles += 2;
        return this.branchExchange(target);
    }

    storeMultiple(n, list) {
        const { r, bus } = this;
        let address = r[n];
        for (let i = 0; i < 8; i++) {
            if (list >> i & 1) {
                bus.write32(address, r[i]);
                address += 4;
            }
        }
        r[n] = address;
    }

    loadMultiple(n, list) {
        const { r, bus } = this;
        let address = r[n];
        for (let i = 0; i < 8; i++) {
            if (list >> i & 1) {
                r[i] = bus.read32(address);
                address += 4;
            }
        }
        if (!(list >> n & 1)) {
            r[n] = address;
        }
    }

    /** True when the core sleeps now. */
    hint(n) {
        switch (n) {
        case 0: case 1: // NOP, YIELD
            return false;
        case 2: // WFE
            if (this.event) {
                this.event = false;
                return false;
            }
            break;
        case 3: // WFI
            this.event = false;
            break;
        case 4: // SEV
            this.event = true;
            return false;
        default:
            throw new CpuFault(`undefined hint ${n}`);
        }
        this.cycles += 1;
        this.waiting = !this.wakes;
        return this.waiting;
    }

    superviseCall() {
        if (this.primask || this.priorityOf(EXC_SVCALL) >= this.priorityOf(this.IPSR)) {
            throw new CpuFault('SVC that cannot be taken');
        }
        this.enter(EXC_SVCALL);
    }

    /** 32-bit instructions; returns the next address. */
    wide(op, op2, pc) {
        this.cycles += 2;
        if ((op & 0xf800) === 0xf000 && (op2 & 0xd000) === 0xd000) { // BL
            const s = op >> 10 & 1;
            const i1 = 1 - (s ^ op2 >> 13 & 1);
            const i2 = 1 - (s ^ op2 >> 11 & 1);
            const offset = -s << 24 | i1 << 23 | i2 << 22 | (op & 0x3ff) << 12 | (op2 & 0x7ff) << 1;
            this.r[14] = pc + 4 | 1;
            return pc + 4 + offset | 0;
        }
        if ((op & 0xfff0) === 0xf380 && (op2 & 0xff00) === 0x8800) {
            this.moveToSpecial(op2 & 0xff, this.r[op & 15]);
        } else if (op === 0xf3ef && (op2 & 0xf000) === 0x8000) {
            this.r[op2 >> 8 & 15] = this.special(op2 & 0xff);
        } else if (op !== 0xf3bf || (op2 & 0xffc0) !== 0x8f40 || (op2 & 0x30) === 0x30) {
            throw new CpuFault(`undefined instruction ${op.toString(16)} ${op2.toString(16)}`);
        }
        return pc + 4 | 0;
    }

    special(n) {
        switch (n) {
        case 0: return this.apsr;
        case 1: return this.apsr | this.IPSR;
        case 2: return this.apsr;
        case 3: return this.apsr | this.IPSR;
        case 5: case 7: return this.IPSR;
        case 6: return 0;
        case 8: return this.spsel ? this.bankedSP : this.r[13];
        case 9: return this.spsel ? this.r[13] : this.bankedSP;
        case 16: return this.primask;
        case 20: return this.spsel << 1;
        default: throw new CpuFault(`MRS of register ${n}`);
        }
    }

    moveToSpecial(n, value) {
        switch (n) {
        case 0: case 1: case 2: case 3:
            this.apsr = value;
            break;
        case 5: case 6: case 7:
            break;
        case 8: case 9:
            if (this.spsel === n - 8) {
                this.r[13] = value & ~3;
            } else {
                this.bankedSP = value & ~3;
            }
            break;
        case 16:
            this.primask = value & 1;
            this.interruptsUpdated = true;
            break;
        case 20:
            if (value & 1) {
                throw new Error('unprivileged mode is not modelled');
            }
            if (this.nested.length === 0) {
                this.selectStack(value >> 1 & 1);
            }
            break;
        default:
            throw new CpuFault(`MSR of register ${n}`);
        }
    }
}

function hex(x) {
    return (x >>> 0).toString(16);
}
