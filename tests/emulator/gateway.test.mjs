// SPDX-License-Identifier: MIT
// A name server of this machine, a real UDP socket, behind the virtual network: the board asks it
// through the gateway and finds its platform by the answer.

import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import test from 'node:test';
import { forwardUdp, ip4 } from '../../sim/board/index.mjs';
import { BOARDS, start } from './device.mjs';

const SERVER = '192.168.7.53';
const PLATFORM = '203.0.113.10'; // as in device.mjs
const SPEED = 20;

/** The question back as the answer, with one address, RFC 1035 §4.1. */
function answerTo(question) {
    const header = Buffer.from(question.subarray(0, 12));
    header.writeUInt16BE(0x8180, 2);
    header.writeUInt16BE(1, 6);
    const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 
        ...PLATFORM.split('.').map(Number)]);
    return Buffer.concat([header, question.subarray(12), record]);
}

test('UDP through the gateway, to a real name server', async (t) => {
    const server = dgram.createSocket('udp4');
    const asked = [];
    server.on('message', (question, from) => {
        asked.push(from.port);
        server.send(answerTo(question), from.port, from.address);
    });
    await new Promise((go) => server.bind(0, '127.0.0.1', go));
    t.after(() => server.close());

    const rig = start(BOARDS[0]);
    const host = rig.network.lan.add_host(ip4(SERVER), 24, 0, 0);
    t.after(forwardUdp(rig.network, host, { port: 53, toPort: server.address().port }));
    rig.network.lanFault('dns-silent', 1); // the router's own
    rig.expectUart(/> /, 3000);
    rig.typeUart(`set dns ${SERVER}\rsave\r`);
    await rig.expectPaced(rig.uart, /logged in at platform\.test/, 30000, SPEED);
    await rig.expectPaced(rig.uart, /<- reply \d+: 200/, 30000, SPEED);
    assert.ok(asked.length > 0);
});
