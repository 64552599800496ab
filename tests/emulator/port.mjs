// SPDX-License-Identifier: MIT
// Boots the port's test image (firmware/tests/port_test.c) on each emulated board and checks what
// it reports of every part of the machine.  usage: node port.mjs [FIRMWARE-DIR]

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Board } from '../../sim/board/src/board.mjs';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const FIRMWARE = process.argv[2] ??
    path.join(process.env.OL_SOURCE_DIR ?? path.join(HERE, '../..'), 'build/firmware');
const MS = 1e6;
const CLOCK = { w55rp20_evb_pico: 31250000, w5500_evb_pico: 20833333 };
const CAUSE = { power: 0, request: 1, watchdog: 2, crash: 3 };

/** A board that runs the test image, and the lines it wrote since the last start. */
class Subject {
    constructor(name, options = {}, image = name) {
        this.board = new Board({ board: name, seed: 5, ...options });
        this.uf2 = fs.readFileSync(path.join(FIRMWARE, `port-test-${image}.uf2`));
        this.board.load(this.uf2);
        this.text = '';
        this.echo = '';
        this.board.onUart = (byte) => { this.text += String.fromCharCode(byte); };
        this.board.host.onData = (data) => { this.echo += Buffer.from(data).toString('latin1'); };
    }

    run(ms, isDone = () => false) {
        const end = this.board.clock.nanos + ms * MS;
        while (this.board.clock.nanos < end && !isDone()) {
            this.board.runUntil(Math.min(end, this.board.clock.nanos + MS));
        }
    }

    start() {
        this.board.powerOn();
        this.settle();
    }

    settle() {
        this.run(20000, () => this.text.includes('ready') || this.board.state !== 'running');
    }

    order(letter) {
        this.text = '';
        this.board.uarts[0].receive(letter.charCodeAt(0));
        this.settle();
    }

    line(word) {
        const line = this.text.split('\r\n').find((l) => l.startsWith(`${word} `));
        assert.ok(line, `no line "${word}" in:\n${this.text}`);
        return line;
    }

    /** All values of a key in a line, in order. */
    values(word, key) {
        return [...this.line(word).matchAll(new RegExp(` ${key}=(\\w+)`, 'g'))].map((m) => m[1]);
    }

    number(word, key) {
        return Number(this.values(word, key)[0]);
    }
}

function checkMachine(name) {
    const s = new Subject(name);
    s.start();
    assert.match(s.line('boot'), new RegExp(`board=${name} `));
    assert.equal(s.number('boot', 'cause'), CAUSE.power);
    assert.equal(s.number('boot', 'failed'), 0);
    assert.notEqual(s.values('boot', 'id')[0], '0000000000000000');

    assert.deepEqual(s.values('bus', 'version'), ['4', '4']);
    assert.equal(s.number('bus', 'clock'), CLOCK[name]);
    assert.doesNotMatch(s.line('bus'), /DIFFERENT/);
    assert.equal(s.line('bus').match(/ same/g).length, 10);
    assert.equal(s.number('bus', 'late'), 1000006, 'a transfer past its deadline is a timeout');

    assert.doesNotMatch(s.line('flash'), /DIFFERENT/);
    assert.equal(s.number('flash', 'erase'), 0);
    assert.equal(s.number('flash', 'program'), 0);
    assert.equal(s.number('flash', 'misaligned'), 3);
    assert.equal(s.number('flash', 'outside'), 3);

    assert.equal(s.number('entropy', 'status'), 0);
    assert.equal(s.values('adc', 'value').length, 5);
    assert.ok(Math.abs(Number(s.values('adc', 'value')[4]) - 876) < 10);
    assert.equal(s.number('gpio', 'pin2'), 1, 'an open pin is pulled up');
    assert.equal(s.number('gpio', 'reserved'), 3);
    assert.equal(s.number('divide', 'wrong'), 0);
    assert.ok(s.number('sleep', 'stack') < 1024);
    return s;
}

/** At power-on the W55RP20 goes through one more reset by its watchdog, at once, and the program
 *  takes the start for one by power; other boards need none, and no other start has it. */
function checkColdBoot(name) {
    const s = new Subject(name);
    s.start();
    assert.equal(s.board.resets.length, name === 'w55rp20_evb_pico' ? 1 : 0);
    s.board.resets.forEach(({ atNs }) => assert.ok(atNs < 5 * MS, `reset after ${atNs} ns`));
    const { startup } = s.board.mcu.peripherals[0x40024]; // XOSC, by 256 cycles of 12 MHz
    assert.ok((startup & 0x3fff) * 256 / 12e6 >= 0.06, 'the crystal has 64 ms to start');
    assert.equal(s.number('boot', 'cause'), CAUSE.power);
    const before = s.board.resets.length;
    s.order('r');
    assert.equal(s.board.resets.length, before + 1);
    s.text = '';
    s.board.powerCycle();
    s.settle();
    assert.equal(s.number('boot', 'cause'), CAUSE.power);
}

/** Every way to start anew, with what is known of it afterwards. */
function checkStarts(s) {
    const id = s.values('boot', 'id')[0];
    s.order('c');
    assert.equal(s.number('boot', 'cause'), CAUSE.crash);
    assert.equal(s.number('boot', 'pc') >>> 16, 0x1001, 'a place in the image');
    assert.equal(s.number('boot', 'failed'), 1);
    s.order('w');
    assert.equal(s.number('boot', 'cause'), CAUSE.watchdog);
    assert.equal(s.number('boot', 'failed'), 2);
    s.order('r');
    assert.equal(s.number('boot', 'cause'), CAUSE.request);
    assert.equal(s.number('boot', 'failed'), 2);
    s.text = '';
    s.board.uarts[0].receive('s'.charCodeAt(0));
    s.run(100);
    s.order('w');
    assert.equal(s.number('boot', 'failed'), 0);
    assert.equal(s.values('boot', 'id')[0], id);
    s.order('u');
    assert.equal(s.board.state, 'bootsel');
    checkDrop(s);
    assert.equal(s.values('boot', 'id')[0], id);
}

/** The end of the boot ROM's drive is no failure of the image that it wrote. */
function checkDrop(s) {
    s.text = '';
    s.board.drop(s.uf2);
    s.settle();
    assert.equal(s.number('boot', 'cause'), CAUSE.request);
    assert.equal(s.number('boot', 'failed'), 0);
}

/** A flash whose quad enable bit is clear, as some leave the factory, is set up once; one that
 *  cannot be is read slowly, and its status register is not worn out by each erase and program. */
function checkFlashes(name) {
    const fresh = new Subject(name, { flashQuad: 'clear' });
    fresh.start();
    assert.equal(fresh.number('flash', 'program'), 0);
    fresh.text = '';
    fresh.board.powerCycle();
    fresh.settle();
    assert.equal(fresh.number('flash', 'program'), 0);
    assert.equal(fresh.board.flashStatus.writes, 1);
    assert.equal(fresh.number('flash', 'lanes'), 4);

    const locked = new Subject(name, { flashQuad: 'locked' });
    locked.start();
    assert.equal(locked.number('flash', 'program'), 0);
    assert.equal(locked.number('flash', 'lanes'), 1);
    assert.doesNotMatch(locked.line('flash'), /DIFFERENT/);
    assert.equal(locked.board.flashStatus.writes, 1 + locked.board.resets.length);
}

/** Through the input synchroniser each bit would come two cycles later, which is too late. */
function checkSampling(name) {
    const s = new Subject(name);
    s.board.onReset = () => {
        const [pio] = s.board.mcu.pio;
        const write = pio.writeUint32.bind(pio);
        pio.writeUint32 = (offset, value) => offset !== 0x38 && write(offset, value);
    };
    s.start();
    assert.notDeepEqual(s.values('bus', 'version'), ['4', '4']);
}

/** A board as it comes: an empty flash. */
function checkEmpty(name) {
    const s = new Subject(name);
    s.board.flash.fill(0xff);
    s.board.powerOn();
    assert.equal(s.board.state, 'bootsel');
    checkDrop(s);
}

function checkUsb(s) {
    s.run(1000, () => s.board.host.isConfigured);
    assert.ok(s.board.host.isConfigured);
    s.board.host.open();
    s.run(200);
    const sent = 'typed by a person '.repeat(100); // more than any buffer
    s.board.host.type(sent);
    s.run(2000, () => s.echo.length >= sent.length);
    assert.equal(s.echo, sent);
}

/** A chip that is not there is an answer, not a hang. */
function checkWithoutChip(name) {
    const s = new Subject(name, { chip: false });
    s.start();
    assert.notDeepEqual(s.values('bus', 'version'), ['4', '4']);
    assert.match(s.text, /ready/);
}

/** The other board's image drives no pin against another and gets to its end. */
function checkWrongBoard(name, image) {
    const s = new Subject(name, {}, image);
    s.start();
    assert.match(s.line('boot'), new RegExp(`board=${image} `));
    assert.equal(s.number('bus', 'us'), 1000008);
    assert.match(s.text, /ready/);
}

const BOARDS = ['w55rp20_evb_pico', 'w5500_evb_pico'];
checkSampling('w55rp20_evb_pico');
for (const name of BOARDS) {
    checkWrongBoard(name, BOARDS.find((other) => other !== name));
}
for (const name of BOARDS) {
    const subject = checkMachine(name);
    checkUsb(subject);
    checkColdBoot(name);
    checkStarts(subject);
    checkEmpty(name);
    checkFlashes(name);
    checkWithoutChip(name);
    console.log(`${name}: ok`);
}
