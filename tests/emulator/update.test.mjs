// SPDX-License-Identifier: MIT
// The shipped file is dragged onto the drive of a board as it came, and later onto one that has
// its settings: `bootsel` on the console gives the drive, the settings stay.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';
import { boot } from '../../sim/board/index.mjs';
import { BOARDS, image, reports, start } from './device.mjs';

const isDrive = (rig) => rig.board.state === 'bootsel';

function toDrive(rig) {
    rig.typeUart('bootsel\r');
    assert.ok(rig.advance(3000, () => isDrive(rig)), 'no drive');
}

for (const board of BOARDS) {
    const uf2 = fs.readFileSync(image(board));

    test(`${board}: as it came`, () => {
        const rig = boot(uf2, { board });
        rig.board.flash.fill(0xff);
        rig.powerCycle();
        assert.ok(isDrive(rig));
        rig.board.drop(uf2);
        rig.expectUart(/not configured/, 3000);
        rig.openUsb();
        rig.expectUsb(/> /, 3000);
    });

    test(`${board}: an update keeps the settings`, () => {
        const rig = start(board);
        reports(rig, 1, 30000);
        const name = /hardware address ([0-9a-f:]+)/;
        rig.typeUart('status\r');
        const [, before] = rig.expectUart(name, 2000);
        for (let i = 0; i < 2; i++) {
            toDrive(rig);
            rig.board.drop(uf2);
            reports(rig, 2, 30000);
        }
        rig.typeUart('status\r');
        const [, after] = rig.expectUart(name, 2000);
        assert.equal(after, before);
    });
}
