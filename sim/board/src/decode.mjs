// SPDX-License-Identifier: MIT
// Which case of the Cpu's switch each 16-bit opcode is (ARMv6-M manual, A5.2). 0 is undefined.

const SHIFT_ADD_MOVE = [1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 5, 6, 7]; // op >> 9 & 15
const MISC = new Map([ // op >> 6, for 1011 xxxx
    [0x2c8, 54], [0x2c9, 55], [0x2ca, 56], [0x2cb, 57],
    [0x2e8, 60], [0x2e9, 61], [0x2eb, 62],
]);

function special(op) { // 0100 01xx
    switch (op >> 8 & 3) {
    case 0: return 28;
    case 1: return 29;
    case 2: return 30;
    default: return op & 7 ? 0 : op & 0x80 ? 32 : 31;
    }
}

function miscellaneous(op) { // 1011 xxxx
    if ((op & 0xff80) === 0xb000) {
        return 52;
    }
    if ((op & 0xff80) === 0xb080) {
        return 53;
    }
    if ((op & 0xfe00) === 0xb400) {
        return op & 0x1ff ? 58 : 0;
    }
    if ((op & 0xfe00) === 0xbc00) {
        return op & 0x1ff ? 59 : 0;
    }
    if (op === 0xb662 || op === 0xb672) {
        return 63;
    }
    if ((op & 0xff00) === 0xbe00) {
        return 64;
    }
    if ((op & 0xff0f) === 0xbf00) {
        return 65;
    }
    return MISC.get(op >> 6) ?? 0;
}

function kindOf(op) {
    switch (op >> 12) {
    case 0x0: case 0x1: return SHIFT_ADD_MOVE[op >> 9 & 15];
    case 0x2: case 0x3: return 8 + (op >> 11 & 3);
    case 0x4:
        if (op & 0x0800) {
            return 33;
        }
        return op & 0x0400 ? special(op) : 12 + (op >> 6 & 15);
    case 0x5: return 34 + (op >> 9 & 7);
    case 0x6: case 0x7: case 0x8: return 42 + (op - 0x6000 >> 11);
    case 0x9: return 48 + (op >> 11 & 1);
    case 0xa: return 50 + (op >> 11 & 1);
    case 0xb: return miscellaneous(op);
    case 0xc: return op & 0xff ? 66 + (op >> 11 & 1) : 0;
    case 0xd: return (op >> 8 & 15) < 14 ? 68 : (op >> 8 & 15) === 15 ? 69 : 0;
    case 0xe: return op & 0x0800 ? 0 : 70;
    default: return op & 0x0800 ? 0 : 71;
    }
}

export const KIND = Uint8Array.from({ length: 0x10000 }, (_, op) => kindOf(op));
