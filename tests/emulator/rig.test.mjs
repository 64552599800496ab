// SPDX-License-Identifier: MIT
// What the rig tells of a run: the same each time, lines that were executed, the LED, the state of
// the boot ROM, a paced run.

import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';
import { BUILD, boot } from '../../sim/board/index.mjs';
import { BOARDS, reports, start } from './device.mjs';

const [BOARD] = BOARDS;
const PORT_TEST = path.join(BUILD, `firmware/port-test-${BOARD}.uf2`);

test('two runs from one seed are the same, another seed is another run', () => {
    const run = (seed) => {
        const rig = start(BOARD, { seed });
        reports(rig, 3, 60000);
        return `${rig.board.cpu.instructions} ${rig.ms} ${rig.uart.text}`;
    };
    assert.equal(run(7), run(7));
    assert.notEqual(run(7), run(8));
});

test('executed lines', () => {
    const rig = boot(PORT_TEST, { board: BOARD, coverage: true });
    rig.expectUart(/ready/, 8000);
    const lines = rig.symbols.lines(rig.executed());
    assert.ok(lines.some((line) => line.includes('port_test.c')));
    assert.ok(lines.some((line) => line.includes('bus_pio.c')));
});

test('a HardFault where it happens, or to the firmware, as asked', () => {
    const strict = boot(PORT_TEST, { board: BOARD });
    strict.expectUart(/ready/, 8000);
    strict.board.cpu.r[15] = 0x30000000; // as a wild jump
    strict.board.cpu.waiting = false;
    assert.throws(() => strict.advance(10), /execution from 0x30000000.*pc 0x30000000/);
    const silicon = boot(PORT_TEST, { board: BOARD, takesFaults: true });
    silicon.expectUart(/ready/, 8000);
    silicon.board.cpu.r[15] = 0x30000000;
    silicon.board.cpu.waiting = false;
    silicon.expectUart(/cause=3 .*pc=805306368/, 8000);
});

test('the LED is seen, BOOTSEL is seen', () => {
    const rig = boot(PORT_TEST, { board: BOARD });
    rig.expectUart(/ready/, 8000);
    assert.ok(rig.leds.filter((x) => x.level).length > 10);
    rig.typeUart('u');
    rig.advance(1000, () => rig.board.state === 'bootsel');
    assert.equal(rig.board.state, 'bootsel');
});

test('no boot2 ends in BOOTSEL', () => {
    const rig = boot(PORT_TEST, { board: BOARD });
    rig.board.flash[5] ^= 1;
    rig.powerCycle();
    assert.equal(rig.board.state, 'bootsel');
});

test('no image behind boot2 ends in BOOTSEL', () => {
    const rig = boot(PORT_TEST, { board: BOARD });
    rig.board.flash[0x10000] ^= 1;
    rig.powerCycle();
    rig.advance(200, () => rig.board.state === 'bootsel');
    assert.equal(rig.board.state, 'bootsel');
});

test('a crystal that hangs in its start is switched off and on, by image and loader', () => {
    const rig = boot(PORT_TEST, { board: BOARD, crystalHangs: 2 });
    rig.expectUart(/ready/, 8000);
    assert.equal(rig.board.resets.filter((r) => r.reason === 1).length, 2);
    const empty = boot(PORT_TEST, { board: BOARD, crystalHangs: 3 });
    empty.board.flash.fill(0xff, 0x10000, 0x20000);
    empty.powerCycle();
    empty.advance(3000, () => empty.board.state === 'bootsel');
    assert.equal(empty.board.state, 'bootsel');
    assert.ok(empty.board.resets.some((r) => r.reason === 1));
});

test('a part of an image, as of a copy that was interrupted, ends in BOOTSEL', () => {
    const LAST = 0x1000c; // in the header: address of the last word
    const check = (erase) => {
        const rig = boot(PORT_TEST, { board: BOARD });
        erase(rig.board.flash);
        rig.powerCycle();
        rig.advance(200, () => rig.board.state === 'bootsel');
        assert.equal(rig.board.state, 'bootsel');
    };
    for (const missing of [4, 256, 4096, 12288]) {
        check((flash) => {
            const last = Buffer.from(flash.buffer).readUInt32LE(LAST) & 0xffffff;
            flash.fill(0xff, last + 4 - missing, 0x20000);
        });
    }
    check((flash) => flash.fill(0xff, LAST, 0x20000));
});

test('a paced run is not faster than asked', async () => {
    const rig = boot(PORT_TEST, { board: BOARD });
    const began = performance.now();
    await rig.pace(1000, { speed: 5 });
    assert.ok(performance.now() - began >= 195);
});
