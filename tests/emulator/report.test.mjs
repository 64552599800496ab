// SPDX-License-Identifier: MIT
// The image of each board against the platform of this build, over a real TCP connection: typed
// settings, reports that are answered, a command that is obeyed.

import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';
import { BUILD, boot, forwardTcp } from '../../sim/board/index.mjs';
import { LocalPlatform } from '../../sim/board/src/local-platform.mjs';

const SPEED = 8; // times real time: the platform has 1 ms for what is 8 ms to the board
const MODEL = path.join(process.env.OL_SOURCE_DIR ?? '.', 'examples/demo/model.json');

for (const board of ['w55rp20_evb_pico', 'w5500_evb_pico']) {
    test(`${board}: typed settings, five answered reports, an obeyed command`, async (t) => {
        const platform = await LocalPlatform.start(MODEL);
        t.after(() => platform.stop());
        const rig = boot(path.join(BUILD, `firmware/onelink-${board}.uf2`), { board, seed: 3 });
        rig.setWall(Date.now());
        rig.addName('platform.test', '203.0.113.10');
        t.after(forwardTcp(rig.network, rig.router, { port: 1883, toPort: platform.port }));
        rig.openUsb();
        const expect = (pattern, ms = 20000) => rig.expectPaced(rig.usb, pattern, ms, SPEED);

        await expect(/> /);
        for (const [key, value] of [['host', 'platform.test'], ['product_id', platform.product],
            ['device_name', 'emulated'], ['device_key', platform.addDevice('emulated')],
            ['report_interval_s', '5'], ['property.temp.source', 'chip_temperature'],
            ['property.led.command', 'led']]) {
            rig.typeUsb(`set ${key} ${value}\r`);
            await expect(new RegExp(`set ${key} .*\\r\\n${key} is changed`));
        }
        rig.typeUsb('save\r');
        await expect(/logged in at platform\.test/);
        for (let i = 0; i < 5; i++) {
            await expect(/<- reply \d+: 200/);
        }
        const answer = platform.api('thingmodel/set-device-property',
            { product_id: platform.product, device_name: 'emulated', params: { led: true } });
        await expect(/-> set_reply 200/);
        await rig.pace(1000, { speed: SPEED });
        assert.equal((await answer).code, 0);
        assert.equal(rig.board.pins.output(rig.board.wiring.led), true);
        assert.equal(await platform.newest('emulated', 'temp'), '27.1');
        assert.equal(rig.network.chipStats().misuse, 0, rig.network.chipStats().misuseText);
    });
}
