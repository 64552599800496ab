// SPDX-License-Identifier: MIT
// `onelink provision` writes the settings of an emulated board over its USB console.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { BUILD } from '../../sim/board/index.mjs';
import { BOARDS, image } from './device.mjs';

const RUN = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../sim/board/run.mjs');

async function appears(file) {
    for (let i = 0; i < 200 && !fs.existsSync(file); i++) {
        await new Promise((go) => setTimeout(go, 50));
    }
}

for (const board of BOARDS) {
    test(`${board}: a row of a table is written and read back`, async (t) => {
        const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'onelink-provision-'));
        const [table, console] = [path.join(folder, 'boards.csv'), path.join(folder, 'console')];
        fs.writeFileSync(table, 'product_id,device_name,device_key,property.temp.source,board,done\n' +
            'AbCdEf1234,g-1,MDEyMzQ1Njc4OWFiY2RlZg==,chip_temperature,,\n', { mode: 0o600 });
        const emulator = spawn(process.execPath, [RUN, '--image', image(board), '--board', board,
            '--console', console, '--speed', '5'], { stdio: 'ignore' });
        t.after(() => {
            emulator.kill();
            fs.rmSync(folder, { recursive: true });
        });
        await appears(console);
        execFileSync(path.join(BUILD, 'bin/onelink'), ['provision', '--emulator', console,
            '--csv', table], { timeout: 30000 });
        const [, row] = fs.readFileSync(table, 'utf8').split('\n');
        assert.match(row, /^AbCdEf1234,g-1,.*,(?:[0-9a-f]{2}:){5}[0-9a-f]{2},20\d\d-/);
    });
}
