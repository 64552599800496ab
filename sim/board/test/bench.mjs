// SPDX-License-Identifier: MIT
// A board whose program is a few half-words in RAM, for tests of one part.

import { Board } from '../src/board.mjs';

export const CODE = 0x20001000;
export const VECTORS = 0x20000000;
export const HANDLER = 0x20000800;
export const STACK = 0x20010000;
export const SEED = Number(process.env.OL_SEED ?? 1);

/** Instructions that tests use, by name. */
export const OP = {
    WFI: 0xbf30, NOP: 0xbf00, CPSID: 0xb672, CPSIE: 0xb662, BX_LR: 0x4770, LOOP: 0xe7fe,
    ADDS_R5_1: 0x3501,
};

/** halfwords at CODE, handler at HANDLER for every exception; registers by number. */
export function bench(halfwords, { handler = [OP.ADDS_R5_1, OP.BX_LR], registers = {}, ...options } = {}) {
    const board = new Board({ board: 'w55rp20_evb_pico', chip: false, usb: false, ...options });
    board.buildMachine(null, 0);
    const { sram16, sram32 } = board.bus;
    halfwords.forEach((op, i) => {
        sram16[(CODE & 0xfffff) / 2 + i] = op;
    });
    handler.forEach((op, i) => {
        sram16[(HANDLER & 0xfffff) / 2 + i] = op;
    });
    sram32[0] = STACK;
    for (let i = 1; i < 48; i++) {
        sram32[i] = HANDLER | 1;
    }
    const { cpu } = board;
    cpu.VTOR = VECTORS;
    cpu.PC = CODE;
    cpu.SP = STACK;
    cpu.r[5] = 0;
    for (const [n, value] of Object.entries(registers)) {
        cpu.r[n] = value;
    }
    return board;
}

/** Everything out of reset and clocked at 125 MHz, as firmware leaves it. */
export function clocked(board) {
    const { mcu } = board;
    mcu.peripherals[0x40024].startup = 47;
    mcu.peripherals[0x40024].writeUint32(0, 0xfabaa0);
    board.clock.advanceTo(board.clock.nanos + 2e6);
    for (const [pll, feedback, div1, div2] of [[mcu.pllSys, 125, 6, 2], [mcu.pllUsb, 100, 5, 5]]) {
        pll.writeUint32(8, feedback);
        pll.writeUint32(0xc, div1 << 16 | div2 << 12);
        pll.writeUint32(4, 0);
    }
    board.clock.advanceTo(board.clock.nanos + 1e6);
    const { clocks } = mcu;
    clocks.writeUint32(0x30, 2);
    clocks.writeUint32(0x3c, 1);
    clocks.writeUint32(0x48, 1 << 11);
    clocks.writeUint32(0x54, 1 << 11);
    clocks.writeUint32(0x60, 1 << 11);
    board.resetControl.writeUint32Atomic(0, 0, 0);
    board.watchdog.writeUint32Atomic(0x2c, 1 << 9 | 12, 0);
    board.rebase();
    return board;
}

/** Executes n instructions. */
export function step(board, n = 1) {
    const { cpu } = board;
    for (const end = cpu.instructions + n; cpu.instructions < end && !cpu.waiting;) {
        cpu.run(cpu.cycles + 1);
    }
}
