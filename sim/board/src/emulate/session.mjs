// SPDX-License-Identifier: MIT
// A board on the bench beside a local platform: its settings typed on its USB console as a person
// would, then reports, then a command.

import fs from 'node:fs';
import path from 'node:path';
import { boot, forwardTcp } from '../../index.mjs';
import { TerminalLines } from './text.mjs';

export const DEVICE = 'bench-board';
const HOST = 'onenet.example'; // a name in the virtual network
const HOST_ADDRESS = '203.0.113.10';
const KEY_MS = 15; // between two keys that are typed
export const INTERVAL_S = 5;

function lastLines(text) {
    const terminal = new TerminalLines();
    terminal.feed(text);
    return terminal.lines.slice(-15).map((line) => `    ${line}`).join('\n');
}

/** Somebody asked for the end. */
export class Left extends Error {}

export class Session {
    constructor(image, board, platform, view, speed) {
        this.platform = platform;
        this.view = view;
        this.speed = speed;
        this.isLeaving = false;
        this.isConfigured = false;
        this.configuredFlash = null; // with the settings that were typed first
        this.rig = boot(image, { board, seed: 1 });
        this.rig.setWall(Date.now());
        this.rig.addName(HOST, HOST_ADDRESS);
        this.unforward = forwardTcp(this.rig.network, this.rig.router,
            { port: 1883, toPort: platform.port });
        this.rig.usb.listeners.push((text) => this.view.board(text));
        this.rig.openUsb();
    }

    // Time

    /** Lets ms pass, or until the predicate holds. Throws Left when that is asked for. */
    async go(ms, { until = null, speed = this.speed } = {}) {
        const end = this.rig.ms + ms;
        while (this.rig.ms < end) {
            if (this.isLeaving) {
                throw new Left();
            }
            this.weather();
            if (await this.rig.pace(Math.min(100, end - this.rig.ms), { speed, until })) {
                return true;
            }
            this.view.refresh();
        }
        return until?.() ?? false;
    }

    async expect(console, pattern, what, ms, speed = this.speed) {
        let match = null;
        const until = () => match !== null || (match = this.rig.find(console, pattern)) !== null;
        if (!until() && !await this.go(ms, { until, speed })) {
            throw new Error(`the board did not show ${what} within ${ms / 1000} s; its last lines:\n` +
                lastLines(console.text));
        }
        return match;
    }

    /** Lets emulated time pass until a promise of the real world is kept. */
    async during(promise) {
        let isDone = false;
        promise.then(() => { isDone = true; }, () => { isDone = true; });
        while (!isDone) {
            await this.go(10);
        }
        return promise;
    }

    /** What the board measures changes slowly. */
    weather() {
        const turn = 2 * Math.PI * this.rig.ms / 60000;
        this.rig.board.setTemperature(24 + 3 * Math.sin(turn));
        this.rig.board.adc[0] = Math.round(2048 + 900 * Math.cos(turn));
    }

    // The console

    async type(line) {
        for (const char of `${line}\r`) {
            this.rig.typeUsb(char);
            await this.go(KEY_MS);
        }
    }

    async order(line, answer, ms = 3000) {
        await this.type(line);
        const what = line.replace(/(_key) .*/, '$1 ***');
        const match = await this.expect(this.rig.usb, new RegExp(`${answer}|\\n! (.*)`),
            `an answer to "${what}"`, ms);
        if (match[1] !== undefined) {
            throw new Error(`the board refused "${what}": ${match[1]}`);
        }
    }

    settings(key) {
        return { product_id: this.platform.product, device_name: DEVICE, device_key: key,
            host: HOST, report_interval_s: INTERVAL_S,
            'property.temp.source': 'chip_temperature',
            'property.humi.source': 'sim:sine,min=40,max=60,period=60',
            'property.light.source': 'adc:0', 'property.uptime.type': 'int32',
            'property.uptime.source': 'sensor:uptime', 'property.led.command': 'led' };
    }

    async configure(key) {
        await this.expect(this.rig.usb, /Type help[^]*> /, 'its prompt', 5000);
        for (const [name, value] of Object.entries(this.settings(key))) {
            await this.order(`set ${name} ${value}`, `${name} is changed`);
        }
        await this.order('save', 'saved, ');
        this.configuredFlash = Uint8Array.from(this.rig.board.flash);
        this.isConfigured = true;
    }

    async reports(count, limitMs) {
        for (let i = 1; i <= count; i++) {
            await this.expect(this.rig.usb, /<- reply \d+: 200/, `answered report ${i}`, limitMs);
        }
    }

    // The platform's side

    setBody(led) {
        return { product_id: this.platform.product, device_name: DEVICE, params: { led } };
    }

    get ledLevel() {
        return this.rig.board.state === 'running' &&
            this.rig.board.pins.output(this.rig.board.wiring.led);
    }

    async command(led) {
        const answer = await this.during(
            this.platform.api('thingmodel/set-device-property', this.setBody(led)));
        if (answer.code !== 0) {
            throw new Error(`the command failed: ${JSON.stringify(answer)}`);
        }
        await this.go(200);
        if (this.ledLevel !== led) {
            throw new Error(`the command was answered, but the LED is ${this.ledLevel ? 'on' : 'off'}`);
        }
    }

    /** A curl line for the same. The token is in a file, which only its owner may read. */
    curl(led) {
        const file = path.join(this.platform.folder, 'authorization');
        fs.writeFileSync(file, `authorization: ${this.platform.token}\n`, { mode: 0o600 });
        return `curl -H @${file} ${this.platform.http}/thingmodel/set-device-property ` +
            `--data '${JSON.stringify(this.setBody(led))}'`;
    }

    /** Nothing that the firmware may not do has been done to the chip. */
    checkChip() {
        const stats = this.rig.network.chipStats();
        if (stats.misuse > 0) {
            throw new Error(`the firmware misuses the chip: ${stats.misuseText}`);
        }
    }

    close() {
        this.unforward();
    }
}
