// SPDX-License-Identifier: MIT
// UF2 files, taken as the RP2040's boot ROM takes them.

import { BoardFailure, hex } from './failure.mjs';

const MAGIC0 = 0x0a324655;
const MAGIC1 = 0x9e5d5157;
const MAGIC2 = 0x0ab16f30;
const FLAG_NOT_MAIN_FLASH = 1;
const FLAG_FAMILY = 0x2000;
const FAMILY_RP2040 = 0xe48bff56;
const XIP = 0x10000000;
const SECTOR = 4096;
const PAGE = 256;

function parseBlock(view, at) {
    const word = (i) => view.getUint32(at + 4 * i, true);
    return {
        isUf2: word(0) === MAGIC0 && word(1) === MAGIC1 && word(127) === MAGIC2,
        flags: word(2), address: word(3), size: word(4), number: word(5), count: word(6),
        family: word(7),
        data: new Uint8Array(view.buffer, view.byteOffset + at + 32, 256),
    };
}

function refusal(block, count, flashSize) {
    if (!block.isUf2) {
        return 'the magic numbers are wrong';
    }
    if (block.flags & FLAG_NOT_MAIN_FLASH || !(block.flags & FLAG_FAMILY) ||
        block.family !== FAMILY_RP2040) {
        return `family ${hex(block.family)} is not the RP2040's`;
    }
    if (block.size !== 256 || block.address & 0xff) {
        return 'a payload is not one 256-byte page';
    }
    if (block.address < XIP || block.address + 256 > XIP + flashSize) {
        return `address ${hex(block.address)} is outside the flash`;
    }
    if (block.count !== count || block.number >= count) {
        return `block ${block.number} of ${block.count} in a file of ${count}`;
    }
    return null;
}

/**
 * Writes a UF2 file into flash. The boot ROM erases the sector of a block whenever the block's
 * number, not its address, begins another sixteen (erratum RP2040-E14).
 */
export function writeUf2(bytes, flash) {
    if (bytes.length === 0 || bytes.length % 512 !== 0) {
        throw new BoardFailure(`no UF2 file: ${bytes.length} bytes are not blocks of 512`);
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const count = bytes.length / 512;
    const seen = new Set();
    const erased = new Set();
    for (let i = 0; i < count; i++) {
        const block = parseBlock(view, i * 512);
        const reason = refusal(block, count, flash.length);
        if (reason !== null) {
            throw new BoardFailure(`UF2 block ${i}: ${reason}`);
        }
        const offset = block.address - XIP;
        const sector = offset - offset % SECTOR;
        const group = block.number * PAGE / SECTOR | 0;
        if (!erased.has(group)) {
            erased.add(group);
            flash.fill(0xff, sector, sector + SECTOR);
        }
        for (let k = 0; k < PAGE; k++) {
            flash[offset + k] &= block.data[k]; // programming only clears bits
        }
        seen.add(block.number);
    }
    if (seen.size !== count) {
        throw new BoardFailure('UF2: a block is there twice and another is not');
    }
}
