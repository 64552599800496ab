// SPDX-License-Identifier: MIT
// Power goes at each flash operation of a settings save, in the middle of it. Afterwards the old
// settings are there or the new ones, all of them.

import assert from 'node:assert/strict';
import test from 'node:test';
import { BOARDS, start } from './device.mjs';

const SEED = Number(process.env.OL_SEED ?? 1);
const NEW = { device_name: 'another', report_interval_s: '7', 'property.temp.source': 'adc:0' };
const OLD = { device_name: 'emulated', report_interval_s: '5',
    'property.temp.source': 'chip_temperature' };

function change(rig) {
    for (const [key, value] of Object.entries(NEW)) {
        rig.typeUart(`set ${key} ${value}\r`);
        rig.expectUart(new RegExp(`${key} is changed`), 3000);
    }
    rig.typeUart('save\r');
}

/** What the board says that its settings are. */
function shown(rig) {
    const settings = {};
    for (const key of Object.keys(NEW)) {
        rig.typeUart(`show ${key}\r`);
        [, settings[key]] = rig.expectUart(new RegExp(`${key.replaceAll('.', '\\.')} = (\\S+)[^\\n]*\\n`), 3000);
    }
    return settings;
}

/** Saves so often that the next save comes to a sector that must be erased first. */
const SAVES_BEFORE_ERASE = 4;

function saveOften(rig, times) {
    for (let i = 0; i < times; i++) {
        rig.typeUart(`set report_interval_s ${i % 2 ? OLD.report_interval_s : 9}\rsave\r`);
        rig.expectUart(/saved/, 3000);
    }
}

const TRIES = 4; // each leaves the flash in another state between old and new

/** Power cut at operation n; false: the save had fewer. */
function cutAt(board, n, seed, savesBefore, outcomes) {
    const rig = start(board, { seed });
    rig.expectUart(/Type help/, 3000);
    saveOften(rig, savesBefore);
    rig.cutPowerAtFlashOperation(n);
    change(rig);
    rig.advance(2000, () => rig.board.state === 'off');
    const { kind } = rig.board.rom.log.at(-1);
    if (rig.board.state !== 'off') {
        return false;
    }
    rig.powerCycle();
    rig.expectUart(/Type help/, 3000);
    const now = shown(rig);
    const isNew = now.device_name === NEW.device_name;
    assert.deepEqual(now, isNew ? NEW : OLD, `cut at operation ${n}`);
    outcomes.push(`${kind}: ${isNew ? 'new' : 'old'}`);
    return true;
}

for (const board of BOARDS) {
    for (const savesBefore of [0, SAVES_BEFORE_ERASE]) {
        test(`${board}: each operation of a save, ${savesBefore} before, OL_SEED=${SEED}`, (t) => {
            const outcomes = [];
            const cutEach = (n) => Array.from({ length: TRIES }, (_, i) => SEED + TRIES * n + i)
                .every((seed) => cutAt(board, n, seed, savesBefore, outcomes));
            let operations = 0;
            while (cutEach(operations + 1)) {
                operations++;
                t.diagnostic(`cut at operation ${operations}: ${outcomes.slice(-TRIES).join(', ')}`);
            }
            t.diagnostic(`${operations} flash operations`);
            assert.ok(operations >= 3);
            assert.equal(outcomes.some((x) => x.startsWith('erase')), savesBefore > 0);
        });
    }
}
