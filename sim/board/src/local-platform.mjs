// SPDX-License-Identifier: MIT
// A platform of this build in a folder of its own, for a board to report to.

import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { BUILD } from './network.mjs';

export class LocalPlatform {
    /** Its product has the thing model in this file. */
    static async start(model) {
        const platform = new LocalPlatform();
        platform.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'onelink-emulate-'));
        platform.program = path.join(BUILD, 'bin/onelink-platform');
        await platform.serve(0);
        platform.product = platform.create('product', '--model', model).product_id;
        return platform;
    }

    get data() {
        return path.join(this.folder, 'data');
    }

    /** Port 0: any. Returns when it listens. */
    async serve(port) {
        const log = fs.openSync(path.join(this.folder, 'platform.log'), 'a');
        this.process = spawn(this.program, ['serve', '--data', this.data,
            '--mqtt', `127.0.0.1:${port}`, '--http', '127.0.0.1:0'],
        { stdio: ['ignore', 'pipe', log] });
        const ready = await new Promise((resolve, reject) => {
            let text = '';
            this.process.stdout.on('data', (data) => {
                text += data;
                if (text.includes('\n')) {
                    resolve(JSON.parse(text.slice(0, text.indexOf('\n'))));
                }
            });
            this.process.once('error', reject);
            this.process.once('exit', () => reject(new Error(`the platform ended: ${this.log()}`)));
        });
        this.process.removeAllListeners('exit');
        this.port = Number(ready.mqtt.split(':').pop());
        this.http = ready.http.replace(/\/$/, '');
        this.token = fs.readFileSync(ready.token_file, 'utf8').trim();
    }

    log() {
        return fs.readFileSync(path.join(this.folder, 'platform.log'), 'utf8').slice(-2000);
    }

    create(what, ...args) {
        return JSON.parse(execFileSync(this.program, [what, 'create', '--data', this.data, ...args]));
    }

    /** Returns its key. */
    addDevice(name) {
        return this.create('device', '--product', this.product, '--name', name).sec_key;
    }

    /** An answer of the application API; a body makes it a POST. */
    async api(call, body) {
        const answer = await fetch(`${this.http}/${call}`, {
            method: body === undefined ? 'GET' : 'POST', body: body && JSON.stringify(body),
            headers: { authorization: this.token, 'content-type': 'application/json' },
        });
        return answer.json();
    }

    /** The newest value of a property, as text. */
    async newest(device, identifier) {
        const answer = await this.api('thingmodel/query-device-property?' +
            `product_id=${this.product}&device_name=${device}`);
        return answer.data?.find((p) => p.identifier === identifier)?.value;
    }

    kill(signal = 'SIGTERM') {
        const ended = new Promise((resolve) => this.process.once('exit', resolve));
        this.process.kill(signal);
        return ended;
    }

    async stop() {
        await this.kill();
        fs.rmSync(this.folder, { recursive: true, force: true });
    }
}
