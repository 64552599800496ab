// SPDX-License-Identifier: MIT
// UF2 files as the boot ROM takes them.

import assert from 'node:assert/strict';
import test from 'node:test';
import { writeUf2 } from '../src/uf2.mjs';

function uf2(blocks, change = () => {}) {
    const bytes = Buffer.alloc(512 * blocks);
    for (let i = 0; i < blocks; i++) {
        const block = bytes.subarray(512 * i, 512 * i + 512);
        [0x0a324655, 0x9e5d5157, 0x2000, 0x10000000 + 256 * i, 256, i, blocks, 0xe48bff56]
            .forEach((word, k) => block.writeUInt32LE(word >>> 0, 4 * k));
        block.fill(i + 1, 32, 288);
        block.writeUInt32LE(0x0ab16f30, 508);
        change(block, i);
    }
    return bytes;
}

test('pages go where they say, their sectors are erased, the rest stays', () => {
    const flash = new Uint8Array(0x4000);
    writeUf2(uf2(3), flash);
    assert.deepEqual([...flash.subarray(0, 768)], [1, 2, 3].flatMap((x) => Array(256).fill(x)));
    assert.ok(flash.subarray(768, 4096).every((x) => x === 0xff));
    assert.ok(flash.subarray(4096).every((x) => x === 0));
});

test('a sector that is not whole makes the ROM erase what it wrote (RP2040-E14)', () => {
    const flash = new Uint8Array(0x4000);
    // One page of sector 0, then sectors 1 and 2 whole.
    writeUf2(uf2(33, (block, i) => i > 0 &&
        block.writeUInt32LE(0x10000f00 + 256 * i, 12)), flash);
    assert.equal(flash[0], 1);
    assert.ok(flash.subarray(0x1000, 0x1f00).every((x) => x === 0xff)); // written, then erased
    assert.equal(flash[0x1f00], 17);
});

const WRONG = [
    ['magic 0', 0, 1, /magic/], ['magic 1', 4, 1, /magic/], ['magic 2', 508, 1, /magic/],
    ['no family', 8, 0, /family/], ['not main flash', 8, 0x2001, /family/],
    ['another family', 28, 0xe48bff59, /family/], ['payload', 16, 476, /page/],
    ['address', 12, 0x10000080, /page/], ['outside', 12, 0x10004000, /outside/],
    ['below', 12, 0x0ffffff00 & 0xffffff00, /outside/], ['count', 24, 9, /block/],
    ['number', 20, 2, /block/],
];

for (const [name, at, value, message] of WRONG) {
    test(`refused: ${name}`, () => {
        const bytes = uf2(2, (block, i) => i === 1 && block.writeUInt32LE(value >>> 0, at));
        assert.throws(() => writeUf2(bytes, new Uint8Array(0x4000)), message);
    });
}

test('refused: a block twice, a file cut off, nothing', () => {
    const twice = uf2(2, (block) => block.writeUInt32LE(0, 20));
    assert.throws(() => writeUf2(twice, new Uint8Array(0x4000)), /twice/);
    assert.throws(() => writeUf2(uf2(2).subarray(0, 700), new Uint8Array(0x4000)), /no UF2/);
    assert.throws(() => writeUf2(Buffer.alloc(0), new Uint8Array(0x4000)), /no UF2/);
});
