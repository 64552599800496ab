// SPDX-License-Identifier: MIT
// A copy that was interrupted over an image of the same length (another version, a changed text): the
// board started half of the new image with half of the old one, whose last word stood where the new
// one's has to be. Now that word is the image's own. Found by reading.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';
import { boot } from '../../../sim/board/index.mjs';
import { BOARDS, image } from '../../emulator/device.mjs';

const SECTOR = 0x1000;
const IMAGE = 0x10000, VERSION = 48, END = 12, MARK = 80; // places in the image's header

/** What lies in the flash of an image of the same length: of another version, with another mark. */
function another(flash, end) {
    const other = Buffer.from(flash);
    other.write('9', IMAGE + VERSION);
    for (const place of [end, IMAGE + MARK]) {
        other.writeInt32LE(~flash.readInt32LE(place), place);
    }
    return other;
}

for (const board of BOARDS) {
    const uf2 = fs.readFileSync(image(board));

    test(`${board}: half of another image of the same length`, () => {
        const rig = boot(uf2, { board, usb: false });
        const { flash } = rig.board;
        const end = Buffer.from(flash.buffer).readUInt32LE(IMAGE + END) & 0xffffff;
        const other = another(Buffer.from(flash), end);
        const half = IMAGE + SECTOR * Math.floor((end - IMAGE) / SECTOR / 2);
        flash.set(other.subarray(0, half));
        rig.powerCycle();
        assert.ok(rig.advance(3000, () => rig.board.state === 'bootsel'), 'half an image was started');
        flash.set(other.subarray(half), half);
        rig.powerCycle();
        rig.expectUart(/Type help/, 3000);
    });
}
