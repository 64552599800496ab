// SPDX-License-Identifier: MIT
// Results and flags of the data-processing instructions against a model written from the
// pseudocode of the ARMv6-M manual (AddWithCarry, Shift_C) with integers of any size.

import assert from 'node:assert/strict';
import test from 'node:test';
import { Random } from '../src/random.mjs';
import { CODE, OP, SEED, bench, step } from './bench.mjs';

const CASES = 100000;
const WORD = 1n << 32n;

const unsigned = (x) => BigInt(x >>> 0);
const signed = (x) => BigInt.asIntN(32, x);

function addWithCarry(x, y, carry) {
    const sum = x + y + carry;
    const result = sum % WORD;
    return { result, c: sum >= WORD ? 1 : 0,
        v: signed(x) + signed(y) + carry !== signed(result) ? 1 : 0 };
}

const invert = (x) => WORD - 1n - x;

function shift(type, x, n, c) {
    if (n === 0n) {
        return { result: x, c };
    }
    switch (type) {
    case 'lsl': return { result: x << n & WORD - 1n, c: Number(x << n >> 32n & 1n) };
    case 'lsr': return { result: x >> n, c: Number(x >> n - 1n & 1n) };
    case 'asr': {
        const s = signed(x);
        return { result: BigInt.asUintN(32, s >> n), c: Number(s >> n - 1n & 1n) };
    }
    default: {
        const m = n % 32n;
        const result = (x >> m | x << 32n - m) & WORD - 1n;
        return { result, c: Number(result >> 31n) };
    }
    }
}

/** Each: opcode from random bits, and what it does: (d, m, n, flags, bits) => { result, c, v }. */
const add = (x, y, c = 0n) => addWithCarry(x, y, c);
const sub = (x, y) => addWithCarry(x, invert(y), 1n);
const logic = (result) => ({ result });
const registerShift = (type) => (d, m, n, f) => shift(type, d, m & 0xffn, f.c);
const immediateShift = (type) => (d, m, n, f, imm) =>
    shift(type, m, imm === 0n && type !== 'lsl' ? 32n : imm, f.c);
const TWO_REGISTER = [
    (d, m) => logic(d & m), (d, m) => logic(d ^ m), registerShift('lsl'), registerShift('lsr'),
    registerShift('asr'), (d, m, n, f) => add(d, m, BigInt(f.c)),
    (d, m, n, f) => add(d, invert(m), BigInt(f.c)), registerShift('ror'),
    (d, m) => ({ ...logic(d & m), isTest: true }), (d, m) => sub(0n, m),
    (d, m) => ({ ...sub(d, m), isTest: true }), (d, m) => ({ ...add(d, m), isTest: true }),
    (d, m) => logic(d | m), (d, m) => logic(d * m % WORD), (d, m) => logic(d & invert(m)),
    (d, m) => logic(invert(m))];

function pick(random) {
    const [rd, rm, rn] = [random.below(8), random.below(8), random.below(8)];
    const kind = random.below(30);
    if (kind < 16) {
        return { op: 0x4000 | kind << 6 | rm << 3 | rd, rd, rm, rn: 0, run: TWO_REGISTER[kind] };
    }
    if (kind < 22) {
        const type = ['lsl', 'lsr', 'asr'][kind % 3];
        const imm = random.below(32);
        return { op: kind % 3 << 11 | imm << 6 | rm << 3 | rd, rd, rm, rn: 0, imm,
            run: immediateShift(type) };
    }
    if (kind < 24) {
        return { op: 0x1800 | kind % 2 << 9 | rn << 6 | rm << 3 | rd, rd, rm, rn,
            run: kind % 2 ? (d, m, n) => sub(m, n) : (d, m, n) => add(m, n) };
    }
    if (kind < 26) {
        const imm = random.below(8);
        return { op: 0x1c00 | kind % 2 << 9 | imm << 6 | rm << 3 | rd, rd, rm, rn: 0, imm,
            run: kind % 2 ? (d, m, n, f, i) => sub(m, i) : (d, m, n, f, i) => add(m, i) };
    }
    const imm = random.below(256);
    const run = [(d, m, n, f, i) => logic(i), (d, m, n, f, i) => ({ ...sub(d, i), isTest: true }),
        (d, m, n, f, i) => add(d, i), (d, m, n, f, i) => sub(d, i)][kind - 26];
    return { op: 0x2000 | kind - 26 << 11 | rd << 8 | imm, rd, rm: 0, rn: 0, imm, run };
}

/** Values near the edges come often. */
function value(random) {
    const edges = [0, 1, 31, 32, 33, 0x7fffffff, 0x80000000, 0xffffffff, 0xff, 0x100];
    return random.below(3) === 0 ? edges[random.below(edges.length)] : random.next();
}

test(`data processing, ${CASES} cases, OL_SEED=${SEED}`, () => {
    const random = new Random(SEED);
    const board = bench([OP.NOP]);
    const { cpu, bus } = board;
    for (let i = 0; i < CASES; i++) {
        const { op, rd, rm, rn, imm = 0, run } = pick(random);
        for (let n = 0; n < 8; n++) {
            cpu.r[n] = value(random);
        }
        cpu.apsr = random.next();
        const before = { c: cpu.c, v: cpu.v };
        const [d, m, n] = [rd, rm, rn].map((x) => unsigned(cpu.r[x]));
        const want = run(d, m, n, before, BigInt(imm));
        bus.sram16[(CODE & 0xfffff) / 2] = op;
        cpu.PC = CODE;
        step(board);
        const what = `case ${i}: ${op.toString(16)} d=${d} m=${m} n=${n} c=${before.c}`;
        assert.equal(unsigned(cpu.r[rd]), want.isTest ? d : want.result, what);
        assert.deepEqual({ n: cpu.nf < 0 ? 1 : 0, z: cpu.zf === 0 ? 1 : 0, c: cpu.c, v: cpu.v },
            { n: Number(want.result >> 31n), z: want.result === 0n ? 1 : 0,
                c: want.c ?? before.c, v: want.v ?? before.v }, what);
    }
});
