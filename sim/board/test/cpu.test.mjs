// SPDX-License-Identifier: MIT
// Loads, stores, branches, exceptions, WFI and faults of the processor.

import assert from 'node:assert/strict';
import test from 'node:test';
import { CODE, HANDLER, OP, STACK, bench, step } from './bench.mjs';

const IRQ = 26; // no peripheral drives it

function withInterrupt(code, options) {
    const board = bench(code, options);
    board.cpu.enabledInterrupts = 1 << IRQ;
    return board;
}

test('WFI with PRIMASK set wakes on a pending interrupt without taking it', () => {
    const board = withInterrupt([OP.CPSID, OP.WFI, 0x002e, OP.CPSIE, OP.NOP]); // movs r6, r5
    step(board, 2);
    assert.equal(board.cpu.waiting, true);
    board.cpu.setInterrupt(IRQ, true);
    board.cpu.setInterrupt(IRQ, false);
    assert.equal(board.cpu.wakes, true);
    board.cpu.waiting = false;
    step(board, 1);
    assert.equal(board.cpu.IPSR, 0);
    assert.equal(board.cpu.r[6], 0);
    step(board, 2); // cpsie, then the handler's first instruction
    assert.equal(board.cpu.r[5], 1);
});

test('WFI with an interrupt pending does not sleep', () => {
    const board = withInterrupt([OP.CPSID, OP.WFI, OP.NOP]);
    step(board, 1);
    board.cpu.setInterrupt(IRQ, true);
    step(board, 1);
    assert.equal(board.cpu.waiting, false);
});

test('WFI ignores a pending interrupt that is not enabled', () => {
    const board = bench([OP.WFI, OP.NOP]);
    board.cpu.setInterrupt(IRQ, true);
    step(board, 1);
    assert.equal(board.cpu.waiting, true);
    assert.equal(board.cpu.wakes, false);
});

test('an interrupt level that stays asks again, a pulse is taken once', () => {
    const board = withInterrupt([OP.LOOP]);
    board.cpu.setInterrupt(IRQ, true);
    board.cpu.setInterrupt(IRQ, false);
    step(board, 20);
    assert.equal(board.cpu.r[5], 1);
    board.cpu.setInterrupt(IRQ, true);
    step(board, 20);
    assert.ok(board.cpu.r[5] > 3);
});

test('a branch to itself takes two cycles a turn, up to the limit', () => {
    const { cpu } = bench([OP.LOOP]);
    const [cycles, instructions] = [cpu.cycles, cpu.instructions];
    cpu.run(cycles + 1001);
    assert.equal(cpu.cycles - cycles, 1002);
    assert.equal(cpu.instructions - instructions, 501);
    assert.equal(cpu.PC >>> 0, CODE);
});

test('NVIC_ICPR clears a pulse, not a level', () => {
    const { cpu } = withInterrupt([OP.LOOP]);
    cpu.setInterrupt(IRQ, true);
    cpu.clearPending(1 << IRQ);
    assert.notEqual(cpu.pendingInterrupts & 1 << IRQ, 0);
    cpu.setInterrupt(IRQ, false);
    cpu.clearPending(1 << IRQ);
    assert.equal(cpu.pendingInterrupts & 1 << IRQ, 0);
});

test('the lower priority waits, equal ones go by number', () => {
    const board = bench([OP.LOOP], { handler: [OP.LOOP] });
    const { cpu } = board;
    cpu.enabledInterrupts = 7;
    cpu.interruptPriorities = [4, 0xfffffff8 | 0, 3, 0];
    cpu.setInterrupt(1, true);
    step(board, 2);
    assert.equal(cpu.IPSR, 17);
    cpu.setInterrupt(0, true); // same priority: no preemption
    step(board, 2);
    assert.equal(cpu.IPSR, 17);
    cpu.setInterrupt(2, true); // higher
    step(board, 2);
    assert.equal(cpu.IPSR, 18);
    assert.deepEqual(cpu.nested, [17, 18]);
});

test('exception entry and return keep registers, flags and an odd stack', () => {
    const board = withInterrupt([0x0000, OP.LOOP], { handler: [0x2000, 0x2100, 0x1a52, OP.BX_LR] });
    const { cpu } = board;
    cpu.SP = STACK - 4;
    cpu.apsr = 0x90000000;
    [0, 1, 2, 3, 12, 14].forEach((n) => { cpu.r[n] = n * 0x01010101; });
    cpu.setInterrupt(IRQ, true);
    cpu.setInterrupt(IRQ, false);
    step(board, 1);
    assert.equal(cpu.SP, STACK - 4 - 4 - 0x20); // on 8 bytes
    step(board, 4);
    assert.equal(cpu.SP, STACK - 4);
    assert.equal(cpu.IPSR, 0);
    [1, 2, 3, 12, 14].forEach((n) => assert.equal(cpu.r[n], n * 0x01010101));
});

test('BL reaches both ways and BX returns', () => {
    const board = bench([0xf000, 0xf801, OP.LOOP, 0x2101, OP.BX_LR]); // bl +2; b .; movs r1, 1; bx lr
    step(board, 4);
    assert.equal(board.cpu.r[1], 1);
    assert.equal(board.cpu.PC, CODE + 4);
    const back = bench([0xf7ff, 0xfffc]); // bl CODE-4
    step(back, 1);
    assert.equal(back.cpu.PC, CODE - 4);
});

test('conditional branches', () => {
    const taken = (cond, apsr) => {
        const board = bench([0xd001 | cond << 8, OP.LOOP, OP.LOOP, OP.LOOP]);
        board.cpu.apsr = apsr;
        step(board, 1);
        return board.cpu.PC === CODE + 6;
    };
    const [n, z, c, v] = [0x80000000, 0x40000000, 0x20000000, 0x10000000];
    const cases = [[0, z], [2, c], [4, n], [6, v], [8, c], [10, 0], [10, n | v], [12, 0]];
    for (const [cond, apsr] of cases) {
        assert.equal(taken(cond, apsr), true, `${cond} with ${apsr.toString(16)}`);
        assert.equal(taken(cond + 1, apsr), false, `${cond + 1} with ${apsr.toString(16)}`);
    }
    assert.equal(taken(8, c | z), false);
    assert.equal(taken(12, z), false);
    assert.equal(taken(10, n), false);
});

test('LDM and STM write back, but not over a loaded base', () => {
    const board = bench([0xc006, 0xca03, 0xc903], // stm r0!, {r1,r2}; ldm r2!, {r0,r1}; ldm r1, {r0,r1}
        { registers: { 0: STACK - 64, 1: 11, 2: STACK - 64 } });
    step(board, 2);
    assert.deepEqual([...board.cpu.r.subarray(0, 3)], [11, STACK - 64, STACK - 56]);
    step(board, 1);
    assert.deepEqual([...board.cpu.r.subarray(0, 2)], [11, STACK - 64]);
});

test('signed loads extend', () => {
    const board = bench([0x5608, 0x5e0a], { registers: { 0: 0, 1: STACK - 8 } }); // ldrsb, ldrsh
    board.bus.write32(STACK - 8, 0x0000fffe);
    step(board, 1);
    assert.equal(board.cpu.r[0], -2);
});

const FAULTS = [
    ['unaligned word', [0x6808], { 1: STACK - 2 }, /unaligned read of 4/],
    ['unaligned half-word', [0x8808], { 1: STACK - 1 }, /unaligned read of 2/],
    ['unaligned store', [0x6008], { 1: STACK - 2 }, /unaligned write/],
    ['nothing there', [0x6808], { 1: 0x30000000 }, /nothing is there/],
    ['undefined instruction', [0xde00], {}, /undefined instruction/],
    ['undefined 32-bit instruction', [0xf7f0, 0xa000], {}, /undefined instruction/],
    ['ARM state', [0x4708], { 1: STACK }, /ARM state/],
    ['no code there', [0x4708], { 1: 0x40000001 }, /execution from/],
    ['BKPT', [0xbe00], {}, /BKPT/],
    ['SVC with interrupts off', [OP.CPSID, 0xdf00], {}, /SVC/],
];

for (const [name, code, registers, message] of FAULTS) {
    test(`${name}: fails the test, or is a HardFault as on silicon`, () => {
        const strict = bench(code, { registers });
        assert.throws(() => step(strict, 3), message);
        const faulting = bench(code, { registers, takesFaults: true, handler: [OP.LOOP] });
        step(faulting, 3);
        assert.equal(faulting.cpu.IPSR, 3);
        assert.equal(faulting.cpu.PC, HANDLER);
        assert.match(faulting.cpu.lastFault, message);
    });
}

test('a fault in the HardFault handler locks the processor up', () => {
    const board = bench([0xde00], { takesFaults: true, handler: [0xde00] });
    assert.throws(() => step(board, 5), /lockup/);
});

test('two stacks and CONTROL', () => {
    const board = bench([0xf380, 0x8809, 0x2102, 0xf381, 0x8814, 0xb401], // msr psp, r0; control=2; push
        { registers: { 0: STACK - 0x100 } });
    step(board, 4);
    assert.equal(board.cpu.SP, STACK - 0x104);
    assert.equal(board.cpu.special(8) >>> 0, STACK);
});
