// SPDX-License-Identifier: MIT
// The UART as the adapter at its pins sees it: 115,200 baud, and an input that nobody drives is
// high, or a board without an adapter would read noise for ever.

import assert from 'node:assert/strict';
import test from 'node:test';
import { boot } from '../../sim/board/index.mjs';
import { BOARDS, image } from './device.mjs';

const BYTE_NS = 10e9 / 115200;
const RX = 1;

for (const board of BOARDS) {
    test(`${board}: UART at 115,200 baud, its input pulled up`, () => {
        const rig = boot(image(board), { board, usb: false });
        rig.expectUart(/> /, 3000);
        const [uart] = rig.board.uarts;
        assert.ok(Math.abs(uart.byteNs / BYTE_NS - 1) < 0.01, `a byte takes ${uart.byteNs} ns`);
        assert.equal(rig.board.mcu.gpio[RX].pullupEnabled, true);
    });
}
