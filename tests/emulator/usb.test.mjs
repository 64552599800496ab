// SPDX-License-Identifier: MIT
// The USB console of each image: enumeration, a terminal that comes and goes, a cable that is
// pulled, no host at all; and that the host of the emulator notices what a device does wrong.

import assert from 'node:assert/strict';
import test from 'node:test';
import { boot } from '../../sim/board/index.mjs';
import { BOARDS, image, reports, start } from './device.mjs';

function openConsole(board, options) {
    const rig = boot(image(board), { board, ...options });
    rig.openUsb();
    rig.expectUsb(/> /, 3000);
    return rig;
}

function answers(rig) {
    rig.typeUsb('help host\r');
    rig.expectUsb(/host; allowed/, 1000);
}

for (const board of BOARDS) {
    test(`${board}: enumerates with strings and descriptors of a CDC-ACM device`, () => {
        const { host, flashChip } = openConsole(board).board;
        assert.equal(host.isConfigured, true);
        assert.equal(host.strings.manufacturer, 'onelink');
        assert.equal(host.strings.serial, Buffer.from(flashChip.uniqueId).toString('hex').toUpperCase());
    });

    test(`${board}: a terminal that closes and opens, with output in between`, () => {
        const rig = openConsole(board);
        for (let i = 0; i < 5; i++) {
            rig.closeUsb();
            rig.advance(37 * i + 5);
            rig.typeUart('status\r');
            rig.advance(300);
            rig.openUsb();
            rig.advance(100);
            answers(rig);
        }
    });

    test(`${board}: a cable that is pulled in the middle of output, and comes back`, () => {
        const rig = openConsole(board);
        for (let i = 1; i <= 8; i++) {
            rig.typeUsb('help\rstatus\r');
            rig.advance(i * 0.37);
            rig.unplugUsb();
            assert.equal(rig.board.host.isConfigured, false);
            rig.advance(500);
            rig.plugUsb();
            rig.expectUsb(/> /, 3000);
            answers(rig);
        }
    });

    test(`${board}: SET_INTERFACE and a cleared halt start the data toggles anew`, () => {
        const rig = openConsole(board);
        const { host } = rig.board;
        const ask = (setup, forget) => {
            host.start((function* ask() {
                assert.equal(yield* host.transfer(Uint8Array.from(setup)), 'ack');
                forget.forEach((key) => host.toggles.delete(key));
            })());
            rig.advance(5);
        };
        for (let i = 0; i < 4; i++) {
            rig.typeUsb('help h');
            rig.advance(5 + i); // an odd number of packets and an even one
            ask([1, 11, 0, 0, 1, 0, 0, 0], ['bulk IN', 'bulk OUT']);
            rig.typeUsb('ost\r');
            rig.expectUsb(/host; allowed/, 1000);
            ask([2, 1, 0, 0, 0x82, 0, 0, 0], ['bulk IN']);
            ask([2, 1, 0, 0, 2, 0, 0, 0], ['bulk OUT']);
            answers(rig);
        }
    });

    test(`${board}: requests that are cut short, given up, or take the configuration away`, () => {
        const rig = openConsole(board);
        const { host } = rig.board;
        const ask = (setup) => {
            let answer;
            host.start((function* ask() {
                answer = yield* host.transfer(Uint8Array.from(setup));
            })());
            rig.advance(5);
            return answer;
        };
        for (const length of [1, 8, 9, 64, 65]) {
            assert.equal(ask([0x80, 6, 0, 2, 0, 0, length, 0]).length, length);
        }
        // Given up after the setup packet, as a system does that closes a port in a hurry.
        const lineState = Uint8Array.of(0x21, 0x22, 3, 0, 0, 0, 0, 0);
        const lineCoding = Uint8Array.of(0x21, 0x20, 0, 0, 0, 0, 7, 0);
        const address = Uint8Array.of(0, 5, 77, 0, 0, 0, 0, 0);
        for (const setup of [lineState, lineCoding, address, lineState]) {
            host.device.setup(host.address, setup);
            rig.advance(0.2);
            assert.equal(ask([0x80, 6, 0, 1, 0, 0, 18, 0]).length, 18);
            assert.equal(ask([0xa1, 0x21, 0, 0, 0, 0, 7, 0]).length, 7);
        }
        answers(rig);
        assert.equal(ask([0, 9, 0, 0, 0, 0, 0, 0]), 'ack');
        assert.equal(ask([0x80, 8, 0, 0, 0, 0, 1, 0])[0], 0);
        assert.equal(ask([1, 11, 0, 0, 1, 0, 0, 0]), 'stall');
        assert.equal(ask([0, 9, 1, 0, 0, 0, 0, 0]), 'ack');
        host.toggles.clear();
        rig.closeUsb();
        rig.advance(20);
        rig.openUsb();
        rig.advance(20);
        answers(rig);
    });

    test(`${board}: a computer that sleeps and wakes`, () => {
        const rig = openConsole(board);
        for (let i = 0; i < 3; i++) {
            rig.board.usb.stopBus();
            rig.typeUart('status\r');
            rig.advance(500);
            rig.board.usb.resume();
            rig.advance(50);
            answers(rig);
        }
    });

    test(`${board}: output at every place in a frame, and behind erases of the flash`, () => {
        const rig = openConsole(board);
        for (let i = 0; i < 25; i++) {
            rig.typeUsb(`set report_interval_s ${10 + i}\rsave\rhelp\r`);
            rig.advance(400 + 0.041 * i);
            answers(rig);
        }
        assert.ok(rig.board.rom.log.some((x) => x.kind === 'erase'));
    });

    test(`${board}: awake under 0.1 % while it reports without a host`, (t) => {
        const rig = start(board);
        reports(rig, 2, 30000);
        const before = rig.cycles();
        reports(rig, 6, 60000);
        const { awakeShare } = rig.cycles(before);
        t.diagnostic(`awake ${(100 * awakeShare).toFixed(4)} % without a USB host`);
        assert.ok(awakeShare < 0.001);
        const host = start(board, { usb: true });
        host.openUsb();
        reports(host, 2, 30000);
        const beforeToo = host.cycles();
        reports(host, 6, 60000);
        t.diagnostic(`awake ${(100 * host.cycles(beforeToo).awakeShare).toFixed(4)} % with one`);
    });
}

const WRONG = [
    ['a data toggle out of step', (rig) => { rig.board.host.toggles.set('bulk IN', 2); }, /bulk IN: DATA/],
    ['a stalled endpoint', (rig) => { rig.board.usb.isStalled = (n) => n !== 0; }, /stalled/],
    ['an address that was lost', (rig) => { rig.board.usb.values[0] = 1; }, /no answer from address/],
    ['a control request that is never answered', (rig) => {
        rig.board.usb.in = () => 'nak';
        rig.closeUsb();
    }, /does not get ready/],
];

for (const [name, breakIt, message] of WRONG) {
    test(`the host notices ${name}`, () => {
        const rig = openConsole(BOARDS[0]);
        breakIt(rig);
        assert.throws(() => {
            rig.typeUsb('help\r');
            rig.advance(2000);
        }, message);
    });
}
