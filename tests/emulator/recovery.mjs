#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// Everything that goes wrong with these boards in the field goes wrong here with the shipped
// image, in emulated time and from a seed; nobody touches the board, and it reports again within
// a bound, its console alive meanwhile.
//
//     recovery.mjs [--only TEXT] [--seeds N] [BOARD...]
//
// Prints a table and writes it to recovery.md in the build folder. With --seeds the table is that of
// N seeds from OL_SEED on, with the worst time of each fault, and goes to recovery-sweep.md.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { BUILD, boot } from '../../sim/board/index.mjs';
import { BOARDS, checkConsole, image, nextAnswer, start } from './device.mjs';
import { AT_START, ONLINE } from './faults.mjs';
import { watchPackets } from './frames.mjs';

const SEED = Number(process.env.OL_SEED ?? 1);
const { values: { only, seeds }, positionals } = parseArgs({ allowPositionals: true,
    options: { only: { type: 'string', default: '' }, seeds: { type: 'string' } } });
const boards = positionals.length > 0 ? positionals : BOARDS;
const FAULTS = [[false, AT_START], [true, ONLINE]].flatMap(([isOnline, list]) => list
    .filter(([name, where]) => `${name}, ${where}`.includes(only))
    .map(([name, where, fault]) => ({ name, where, fault, isOnline })));
const GUARD_MS = 500; // the W55RP20's guard against its cold boot resets the processor on purpose
/** What the platform may find wrong: ends of connections, and what TCP delivers late in one go. */
const EXCUSED = new RegExp('logged in again|ended without DISCONNECT|no CONNECT in time|' +
    'closed by the platform|sign does not match|more than 1 publish a second|without a PINGREQ');
let failures = 0;

const seconds = (ms) => (ms / 1000).toFixed(2);

function checkAfter(rig, fault, text) {
    if (fault.says) {
        assert.match(text(), fault.says);
    }
    fault.proof?.(rig, text());
    checkConsole(rig);
    const resets = rig.board.resets.filter((r) => r.atNs / 1e6 > (rig.poweredAt ?? 0) + GUARD_MS);
    assert.equal(resets.length, fault.resets ?? 0, `the processor was reset ${resets.length} times`);
    const chip = rig.network.chipStats();
    assert.ok(fault.lies || chip.misuse === 0, `the chip was misused: ${chip.misuseText}`);
    const broken = rig.cloud.log.filter((line) => line.verdict !== 'accepted' && !EXCUSED.test(line.reason));
    assert.ok(fault.lies || broken.length === 0, JSON.stringify(broken));
}

/** The fault stands for its time, is seen to, and ends. */
function hold(rig, fault, text) {
    let from = text().length;
    if (fault.holdMs > 1000) {
        rig.advance(100); // what was in the chip already may still be told
        from = text().length;
        rig.advance(fault.holdMs - 600);
        checkConsole(rig);
        rig.advance(500);
    } else {
        rig.advance(fault.holdMs);
    }
    const answered = /<- reply \d+: 200/.test(text().slice(from));
    assert.ok(fault.works === null || answered === (fault.works ?? false),
        `a report ${answered ? 'was' : 'should be'} answered while it stood`);
    fault.duringHold?.(rig, text());
    fault.mend(rig);
}

/** Milliseconds from the end of the fault, or from a momentary one, to the next answered report. */
function run(board, { fault, isOnline }, seed) {
    const rig = start(board, { seed, takesFaults: true });
    try {
        watchPackets(rig, (packet) => rig.packets?.push(packet));
        if (isOnline) {
            nextAnswer(rig, 30000);
            nextAnswer(rig, 30000);
            rig.advance(1000);
        }
        const read = rig.uart.text.length;
        const text = () => rig.uart.text.slice(read);
        rig.packets = []; // since the fault
        fault.inject(rig);
        if (fault.mend) {
            hold(rig, fault, text);
        }
        const ms = nextAnswer(rig, fault.boundMs);
        rig.advance(20);
        checkAfter(rig, fault, text);
        return { ms, text: rig.uart.text };
    } catch (error) {
        error.message += `\nthe end of the console:\n${rig.uart.text.slice(-3000)}`;
        throw error;
    }
}

function attempt(what, replay, act) {
    try {
        return act();
    } catch (error) {
        failures++;
        console.error(`FAILED ${what}: ${error.message}\nreplay: ${replay}\n`);
        return null;
    }
}

function runRow(board, row, seed) {
    const name = `${row.name}, ${row.where}`;
    return attempt(`${board}: ${name}`,
        `OL_SEED=${seed} tests/emulator/recovery.mjs --only "${name}" ${board}`, () => run(board, row, seed));
}

/** What the time counts from. */
function since({ where, fault }) {
    if (fault.mend) {
        return 'end';
    }
    return /power-on/.test(where) ? 'power-on' : 'fault';
}

function fillTable(columns, rows) {
    return [`| fault | where | s since | ${columns.join(' | ')} | bound | what takes the time |`,
        `|---|---|---|${'--:|'.repeat(columns.length + 1)}---|`,
        ...rows.map(([{ name, where, fault }, cells]) => `| ${name} | ${where} | ${since({ where, fault })} | ` +
            `${cells.join(' | ')} | ${fault.boundMs / 1000} | ${fault.why} |`)].join('\n');
}

/** One seed: each board's time. */
function runOnce() {
    return fillTable(boards, FAULTS.map((row) => [row, boards.map((board) => {
        const result = runRow(board, row, SEED);
        return result === null ? 'FAILED' : seconds(result.ms);
    })]));
}

/** Many seeds: the median and the worst time of all boards, whose that was, and the failures. */
function sweep(count) {
    const runs = FAULTS.map(() => []);
    for (let seed = SEED; seed < SEED + count; seed++) {
        const began = performance.now();
        FAULTS.forEach((row, i) => boards.forEach((board) =>
            runs[i].push({ board, seed, ms: runRow(board, row, seed)?.ms ?? NaN })));
        console.error(`seed ${seed}: ${failures} failed by now; ${seconds(performance.now() - began)} s`);
    }
    return fillTable(['median', 'worst', 'board and seed of it', 'failed'], FAULTS.map((row, i) => {
        const good = runs[i].filter((r) => r.ms >= 0).sort((a, b) => a.ms - b.ms);
        const times = good.length === 0 ? ['', '', ''] : [seconds(good[good.length >> 1].ms),
            seconds(good.at(-1).ms), `${good.at(-1).board} ${good.at(-1).seed}`];
        return [row, [...times, `${runs[i].length - good.length} of ${runs[i].length}`]];
    }));
}

/** The same seed, the same run: every byte of the console at the same time. */
function checkRepeatable(board) {
    const row = FAULTS.find(({ name, isOnline }) => isOnline && name.includes('1000 bytes'));
    const [a, b] = [run(board, row, SEED), run(board, row, SEED)];
    assert.equal(b.text, a.text);
    assert.equal(b.ms, a.ms);
    return `${board}: ${a.text.length} bytes of console equal in two runs with bit flips`;
}

/** The other board's image says so on both consoles, blinks, and answers. */
function checkWrongBoard(board) {
    const other = BOARDS.find((name) => name !== board);
    const rig = boot(image(other), { board, seed: SEED });
    rig.openUsb();
    for (const [name, expect] of [['UART', 'expectUart'], ['USB', 'expectUsb']]) {
        assert.doesNotThrow(() => rig[expect](new RegExp(`this image is for the board ${other}`), 10000), name);
    }
    const ms = rig.ms;
    checkConsole(rig);
    const led = { w55rp20_evb_pico: 19, w5500_evb_pico: 25 }[other];
    let changes = 0;
    rig.board.pins.watch(led, () => changes++);
    rig.advance(2000);
    assert.ok(changes >= 4, `the pin of the image's LED changed ${changes} times in 2 s`);
    assert.ok(rig.board.resets.every((r) => r.atNs / 1e6 < GUARD_MS));
    return `${board} with the image of ${other}: told on UART and USB after ${seconds(ms)} s, ` +
        `${changes} changes of GPIO ${led} in 2 s`;
}

function noteOf(board, check) {
    const what = `${board}: ${check.name}`;
    return attempt(what, `OL_SEED=${SEED} tests/emulator/recovery.mjs ${board}`, () => check(board)) ??
        `${what} FAILED`;
}

function report() {
    if (seeds) {
        const table = sweep(Number(seeds));
        return `${table}\n\n${failures} of ${FAULTS.length * boards.length * seeds} runs failed, ` +
            `seeds ${SEED} to ${SEED + Number(seeds) - 1}\n`;
    }
    const table = runOnce();
    const notes = only ? [] : boards.flatMap((board) => [checkRepeatable, checkWrongBoard].map((check) =>
        `* ${noteOf(board, check)}`));
    return `${table}\n\n${notes.join('\n')}\n`;
}

const text = report();
console.log(text);
if (!only) {
    fs.writeFileSync(path.join(BUILD, seeds ? 'recovery-sweep.md' : 'recovery.md'), text);
}
process.exitCode = failures > 0 ? 1 : 0;
