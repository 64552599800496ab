// SPDX-License-Identifier: MIT
// What a platform has to say, line by line as it comes: its message log of a device, by its own
// program, and its standard error, where it says why it let somebody not in.

import { spawn } from 'node:child_process';
import fs from 'node:fs';
import readline from 'node:readline';

const ARROWS = { up: '->', down: '<-', platform: '**' };

/** What a device sends must not steer the terminal. */
function printable(text) {
    return text.replace(/[\x00-\x1f\x7f-\x9f]/g, '?');
}

function describe(entry, product, device) {
    const time = new Date(entry.time).toISOString().slice(11, 19);
    const topic = entry.topic?.replace(`$sys/${product}/${device}/`, '') ?? '';
    const verdict = entry.verdict === 'accepted' ? '' : entry.verdict;
    const code = entry.code === undefined || entry.direction === 'down' ? '' : `[${entry.code}]`;
    const reason = verdict === '' ? '' : entry.reason;
    return printable([time, ARROWS[entry.direction], entry.packet, topic, verdict, code, reason,
        entry.payload].filter((part) => part !== undefined && part !== '').join(' '));
}

/** onLine gets each packet of the device as a line. Returns what ends it. */
export function followMessages(platform, device, onLine) {
    const child = spawn(platform.program, ['log', '--data', platform.data, '--product',
        platform.product, '--device', device, '--follow', '--since', 'all', '--json'],
    { stdio: ['ignore', 'pipe', 'ignore'] });
    child.on('error', (error) => onLine(`the message log cannot be read: ${error.message}`));
    readline.createInterface({ input: child.stdout })
        .on('line', (line) => onLine(describe(JSON.parse(line), platform.product, device)));
    return () => child.kill();
}

/** onLine gets each line of the platform's standard error. Returns what ends it. */
export function followErrors(file, onLine) {
    let at = 0;
    const timer = setInterval(() => {
        const text = fs.readFileSync(file).subarray(at).toString('utf8');
        const whole = text.slice(0, text.lastIndexOf('\n') + 1);
        at += Buffer.byteLength(whole);
        whole.split('\n').filter((line) => line !== '')
            .forEach((line) => onLine(`** ${printable(line).replace(/^\d{4}-\d\d-\d\d /, '')}`));
    }, 200);
    return () => clearInterval(timer);
}
