// SPDX-License-Identifier: MIT
// A board with its settings typed in, on a virtual network with a broker, in emulated time.

import path from 'node:path';
import { BUILD, boot } from '../../sim/board/index.mjs';
import { Broker } from './broker.mjs';

export const BOARDS = ['w55rp20_evb_pico', 'w5500_evb_pico'];
const ADDRESS = '203.0.113.10';

const SETTINGS = { host: 'platform.test', product_id: 'AbCdEf1234', device_name: 'emulated',
    device_key: 'MDEyMzQ1Njc4OWFiY2RlZg==', report_interval_s: '5',
    'property.temp.source': 'chip_temperature' };

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

/** A configured board at power-on. options: those of the rig, and cable: false. */
export function start(board, { seed = 1, ...options } = {}) {
    const rig = boot(image(board), { board, seed, usb: false, flash: configuredFlash(board), ...options });
    rig.addName('platform.test', ADDRESS);
    rig.broker = new Broker(rig);
    if (options.cable === false) {
        rig.cable(false);
    }
    return rig;
}

/** Runs until n more reports were answered; emulated milliseconds that it took. */
export function reports(rig, n, ms) {
    const { broker } = rig;
    const until = broker.reports.length + n;
    const from = rig.ms;
    if (!rig.advance(ms, () => broker.reports.length >= until)) {
        throw new Error(`no report within ${ms} ms; the console:\n${rig.uart.text.slice(-3000)}`);
    }
    rig.advance(50);
    return broker.reports[until - 1].atMs - from;
}
