// SPDX-License-Identifier: MIT
// A board with its settings typed in, on a virtual network with a platform, in emulated time.

import fs from 'node:fs';
import path from 'node:path';
import { BUILD, boot } from '../../sim/board/index.mjs';
import { Cloud } from '../../sim/cloud/cloud.mjs';

export const BOARDS = ['w55rp20_evb_pico', 'w5500_evb_pico'];
export const DEVICE_KEY = Buffer.from('a key of 16 byte').toString('base64');
const PRODUCT_KEY = Buffer.from('the product\'s key').toString('base64');
const HOST = 'platform.test';
const ADDRESS = '203.0.113.10';
export const NAME_TTL_S = 5; // so that a new login asks again
const MODEL = path.join(process.env.OL_SOURCE_DIR ?? '.', 'examples/demo/model.json');

const SETTINGS = { host: HOST, product_id: 'AbCdEf1234', device_name: 'emulated',
    device_key: DEVICE_KEY, report_interval_s: '5', 'property.temp.source': 'chip_temperature',
    'property.led.command': 'led' };

export function image(board) {
    return path.join(BUILD, `firmware/onelink-${board}.uf2`);
}

/** Types settings on the UART and saves them. */
export function configure(rig, settings = SETTINGS) {
    for (const [key, value] of Object.entries(settings)) {
        rig.typeUart(`set ${key} ${value}\r`);
        rig.expectUart(new RegExp(`${key} is changed`), 3000);
    }
    rig.typeUart('save\r');
}

const configured = new Map(); // board => flash with the settings in it

/** The flash of a board that was configured, which later starts begin with. */
function configuredFlash(board) {
    if (!configured.has(board)) {
        const rig = boot(image(board), { board, usb: false });
        rig.expectUart(/Type help/, 3000);
        configure(rig);
        rig.expectUart(/saved/, 3000);
        configured.set(board, rig.board.flash);
    }
    return configured.get(board).slice();
}

/** A configured board at power-on, its platform rig.cloud, and there rig.device. options: those of
 *  the rig. */
export function start(board, { seed = 1, ...options } = {}) {
    const rig = boot(image(board), { board, seed, usb: false, flash: configuredFlash(board), ...options });
    rig.addName(HOST, ADDRESS, NAME_TTL_S);
    rig.cloud = new Cloud(rig);
    const product = rig.cloud.addProduct(SETTINGS.product_id, PRODUCT_KEY, fs.readFileSync(MODEL));
    rig.device = rig.cloud.addDevice(product, SETTINGS.device_name, DEVICE_KEY);
    return rig;
}

/** Runs until the board says that n more reports were answered; the milliseconds until then. */
function answers(rig, n, ms) {
    const from = rig.ms;
    const read = rig.uart.text.length;
    const count = () => rig.uart.text.slice(read).match(/<- reply \d+: 200/g)?.length ?? 0;
    if (!rig.advance(ms, () => count() >= n)) {
        throw new Error(`no answered report within ${ms} ms`);
    }
    return rig.ms - from;
}

export function nextAnswer(rig, ms) {
    return answers(rig, 1, ms);
}

/** The same, and the board is at rest. */
export function reports(rig, n, ms) {
    const took = answers(rig, n, ms);
    rig.advance(50);
    return took;
}

/** The console answers. */
export function checkConsole(rig) {
    const read = rig.uart.text.length;
    rig.typeUart('status\r');
    if (!rig.advance(2000, () => /settings: \d+ of/.test(rig.uart.text.slice(read)))) {
        throw new Error('the console does not answer within 2 s');
    }
}
