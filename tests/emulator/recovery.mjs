#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// Everything that goes wrong with these boards in the field goes wrong here with the shipped
// image, in emulated time and from a seed; nobody touches the board, and it reports again within
// a bound, its console alive meanwhile.  usage: recovery.mjs [--only TEXT] [BOARD...]
// Prints a table and writes it to recovery.md in the build folder.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { BUILD, boot } from '../../sim/board/index.mjs';
import { BOARDS, checkConsole, image, nextAnswer, start } from './device.mjs';
import { AT_START, ONLINE } from './faults.mjs';

const SEED = Number(process.env.OL_SEED ?? 1);
const args = process.argv.slice(2);
const only = args[0] === '--only' ? args.splice(0, 2)[1] : '';
const boards = args.length > 0 ? args : BOARDS;
const GUARD_MS = 500; // the W55RP20's guard against its cold boot resets the processor on purpose
/** What the platform may find wrong: ends of connections, and what TCP delivers late in one go. */
const EXCUSED = new RegExp('logged in again|ended without DISCONNECT|no CONNECT in time|' +
    'closed by the platform|sign does not match|more than 1 publish a second|without a PINGREQ');
const failures = [];

const seconds = (ms) => (ms / 1000).toFixed(2);

function checkAfter(rig, fault, text) {
    checkConsole(rig);
    if (fault.says) {
        assert.match(text(), fault.says);
    }
    const resets = rig.board.resets.filter((r) => r.atNs / 1e6 > (rig.poweredAt ?? 0) + GUARD_MS);
    assert.equal(resets.length, fault.resets ?? 0, `the processor was reset ${resets.length} times`);
    const chip = rig.network.chipStats();
    assert.ok(fault.lies || chip.misuse === 0, `the chip was misused: ${chip.misuseText}`);
    const broken = rig.cloud.log.filter((line) => line.verdict !== 'accepted' && !EXCUSED.test(line.reason));
    assert.ok(fault.lies || broken.length === 0, JSON.stringify(broken));
}

/** Milliseconds from the end of the fault, or from a momentary one, to the next answered report. */
function run(board, fault, isOnline) {
    const rig = start(board, { seed: SEED, takesFaults: true });
    try {
        if (isOnline) {
            nextAnswer(rig, 30000);
            nextAnswer(rig, 30000);
            rig.advance(1000);
        }
        const read = rig.uart.text.length;
        const text = () => rig.uart.text.slice(read);
        fault.inject(rig);
        if (fault.mend) {
            if (fault.holdMs > 1000) {
                rig.advance(fault.holdMs - 500);
                checkConsole(rig);
                rig.advance(500);
            } else {
                rig.advance(fault.holdMs);
            }
            fault.duringHold?.(rig, text());
            fault.mend(rig);
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

function attempt(what, act) {
    try {
        return act();
    } catch (error) {
        failures.push(`${what} (OL_SEED=${SEED}): ${error.message}`);
        return null;
    }
}

const rows = [];
for (const [isOnline, list] of [[false, AT_START], [true, ONLINE]]) {
    for (const [name, where, fault] of list.filter(([n, w]) => `${n}, ${w}`.includes(only))) {
        const results = boards.map((board) =>
            attempt(`${board}: ${name}, ${where}`, () => run(board, fault, isOnline)));
        const cells = results.map((r) => r === null ? 'FAILED' : seconds(r.ms));
        const since = fault.mend ? 'end' : fault.boundMs && /power-on/.test(where) ? 'power-on' : 'fault';
        rows.push(`| ${name} | ${where} | ${since} | ${cells.join(' | ')} | ${fault.boundMs / 1000} |`);
    }
}

/** The same seed, the same run: every byte of the console at the same time. */
function checkRepeatable(board) {
    const [, , fault] = ONLINE.find(([name]) => name.includes('1000 bytes'));
    const [a, b] = [run(board, fault, true), run(board, fault, true)];
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

const notes = only ? [] : boards.flatMap((board) => [checkRepeatable, checkWrongBoard].map((check) =>
    attempt(`${board}: ${check.name}`, () => check(board)) ?? `${board}: ${check.name} FAILED`));
const table = [`| fault | where | s since | ${boards.join(' | ')} | bound |`,
    `|---|---|---|${'--:|'.repeat(boards.length + 1)}`, ...rows].join('\n');
const report = `${table}\n\n${notes.map((note) => `* ${note}`).join('\n')}\n`;
console.log(report);
if (!only) {
    fs.writeFileSync(path.join(BUILD, 'recovery.md'), report);
}
failures.forEach((text) => console.error(`\nFAILED ${text}`));
process.exitCode = failures.length > 0 ? 1 : 0;
