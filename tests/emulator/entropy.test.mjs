// SPDX-License-Identifier: MIT
// Numbers that nobody can guess: what a board draws first differs from board to board and from
// start to start, whatever the start was.

import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';
import { BUILD, boot } from '../../sim/board/index.mjs';
import { BOARDS } from './device.mjs';

const SEEDS = [1, 2, 3, 4, 5];

function draw(rig) {
    const [, status, bytes] = rig.expectUart(/entropy status=(\d+) bytes=([0-9a-f]{32})/, 20000);
    assert.equal(status, '0');
    rig.expectUart(/ready/, 5000);
    return bytes;
}

for (const board of BOARDS) {
    test(`${board}: each start draws other numbers`, () => {
        const drawn = SEEDS.flatMap((seed) => {
            const rig = boot(path.join(BUILD, `firmware/port-test-${board}.uf2`), { board, seed });
            const list = [draw(rig)];
            rig.powerCycle();
            list.push(draw(rig));
            for (const order of ['r', 'c']) { // starts anew as asked, and after a crash
                rig.typeUart(order);
                list.push(draw(rig));
            }
            return list;
        });
        assert.equal(new Set(drawn).size, drawn.length, drawn.join('\n'));
        const bits = drawn.join('').match(/../g).map((byte) => parseInt(byte, 16))
            .reduce((n, byte) => n + byte.toString(2).replaceAll('0', '').length, 0);
        const all = 8 * 16 * drawn.length;
        assert.ok(Math.abs(bits / all - 0.5) < 0.06, `${bits} of ${all} bits are set`);
    });
}
