// SPDX-License-Identifier: MIT
// An image on the other board said so on both consoles, but the LED that a person looks at stayed
// dark (or lit): the image let the pin of its own board's LED blink, which is no LED there. Found
// by booting each shipped image on the other emulated board.

import assert from 'node:assert/strict';
import test from 'node:test';
import { boot } from '../../../sim/board/index.mjs';
import { BOARDS, checkConsole, image } from '../../emulator/device.mjs';

const RUN_MS = 22000;
const VISIBLE_MS = 40; // a shorter flash is hardly seen
const NO_CHIP = /([\d.]+) no network chip answers/g;
const WRONG = /this image is for the board (\w+)/;

for (const board of BOARDS) {
    const other = BOARDS.find((name) => name !== board);
    test(`image of ${other} on ${board}: told on both consoles each 5 s, and it blinks`, () => {
        const rig = boot(image(other), { board, seed: 1 });
        rig.openUsb();
        rig.advance(RUN_MS);
        for (const { name, text } of [rig.uart, rig.usb]) {
            assert.equal(WRONG.exec(text)?.[1], other, name);
            const times = [...text.matchAll(NO_CHIP)].map((m) => Number(m[1]));
            assert.ok(times.length >= 4, `${name}: told ${times.length} times`);
            times.slice(1).forEach((at, i) => assert.ok(at - times[i] < 6, `${name}: ${times}`));
        }
        const flashes = rig.leds.filter(({ level, atMs }, i) => level && i + 1 < rig.leds.length &&
            rig.leds[i + 1].atMs - atMs >= VISIBLE_MS);
        assert.ok(flashes.length >= 20, `${flashes.length} flashes`);
        checkConsole(rig);
        assert.equal(rig.board.state, 'running');
    });
}
