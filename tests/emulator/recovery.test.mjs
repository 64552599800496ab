// SPDX-License-Identifier: MIT
// Everything that goes wrong with these boards in the field goes wrong here, in emulated time and
// from a seed; nobody touches the board, and it reports again. The table goes to recovery.md in
// the build folder.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { BUILD, ip4 } from '../../sim/board/index.mjs';
import { BOARDS, reports, start } from './device.mjs';

const SEED = Number(process.env.OL_SEED ?? 1);
const PULL = 5;
const SYN = 2;
const HOLD_MS = 20000; // how long a fault stands

const pullAt = (rule) => ({
    inject: (rig) => rig.addRule({ from: rig.network.station, count: 1, action: PULL,
        arg: rig.network.station, ...rule }),
    mend: (rig) => rig.cable(true),
});
const lanFault = (name, arg = 1) => ({
    inject: (rig) => rig.network.lanFault(name, arg),
    mend: (rig) => rig.network.lanFault(name, 0),
});
const chipFault = (name, arg = 1) => ({
    isChipFault: true, // what the driver did to a chip that lies is not held against it
    inject: (rig) => rig.network.chipFault(name, arg),
    mend: (rig) => rig.network.chipFault(name, 0),
});
const leases = (seconds, name, arg) => ({
    inject: (rig) => {
        rig.network.lanFault('dhcp-lease', seconds);
        rig.network.lanFault(name, arg);
    },
    mend: (rig) => rig.network.lanFault(name, 0),
});
const once = (inject) => ({ inject, mend: () => {}, holdMs: 0 });

/** Before the first report. maxMs: from mending to the next answered report. */
const AT_START = [
    ['no cable at power-on', 'power-on',
        { inject: (rig) => rig.cable(false), mend: (rig) => rig.cable(true) }],
    ['cable pulled', 'first DHCP message', pullAt({ port: 67 })],
    ['cable pulled', 'DNS question', pullAt({ port: 53 })],
    ['cable pulled', 'TCP SYN to the broker', pullAt({ port: 1883, tcpFlags: SYN })],
    ['cable pulled', 'CONNECT', pullAt({ port: 1883, payloadMin: 1 })],
    ['DHCP server silent', 'power-on', lanFault('dhcp-silent')],
    ['DHCP server refuses (NAK)', 'power-on', lanFault('dhcp-nak')],
    ['address already taken', 'power-on', lanFault('address-taken', ip4('192.168.7.100')), 0],
    ['new address at renewal, by NAK', 'lease of 30 s', leases(30, 'dhcp-move', 1)],
    ['new address at renewal, by ACK', 'lease of 30 s', leases(30, 'dhcp-move', 2)],
    ['renewal ignored, lease runs out', 'lease of 12 s', leases(12, 'dhcp-no-renew', 1)],
    ['DNS server silent', 'power-on', lanFault('dns-silent', 0xf)],
    ['DNS answers another question', 'power-on', lanFault('dns-wrong-question', 0xf)],
    ['DNS poisoned', 'power-on', lanFault('dns-poison', ip4('203.0.113.66')), 0],
    ['DNS says NXDOMAIN', 'power-on', lanFault('dns-rcode', 3)],
    ['time servers blocked', 'power-on', lanFault('ntp-silent')],
    ['broker refuses connections', 'power-on', lanFault('tcp-refuse', 1883)],
    ['CONNACK 4', 'login', { inject: (rig) => { rig.broker.connack = 4; },
        mend: (rig) => { rig.broker.connack = 0; } }],
    ['CONNACK 5', 'login', { inject: (rig) => { rig.broker.connack = 5; },
        mend: (rig) => { rig.broker.connack = 0; } }],
    ['broker accepts and says nothing', 'login', { inject: (rig) => { rig.broker.isMute = true; },
        mend: (rig) => { rig.broker.isMute = false; } }],
    ['chip silent (00)', 'power-on', chipFault('miso-low')],
    ['no chip (FF)', 'power-on', chipFault('miso-high')],
    ['chip says version 51', 'power-on', chipFault('version', 0x51)],
    ['command register stuck', 'power-on', chipFault('cr-stuck', 0xff)],
];

/** While it reports. */
const ONLINE = [
    ['cable pulled', 'idle', { inject: (rig) => rig.cable(false), mend: (rig) => rig.cable(true) }],
    ['cable pulled', 'middle of a report', pullAt({ port: 1883, payloadMin: 50 })],
    ['DNS server silent', 'idle, then a new login', { inject: (rig) => {
        rig.network.lanFault('dns-silent', 0xf);
        rig.broker.all((lan, conn) => lan.tcp_reset(conn));
    }, mend: (rig) => rig.network.lanFault('dns-silent', 0) }],
    ['connection reset by the broker', 'idle', once((rig) => rig.broker.all((lan, conn) => lan.tcp_reset(conn)))],
    ['twin logs in: broker closes', 'idle', once((rig) => rig.broker.all((lan, conn) => lan.tcp_close(conn)))],
    ['broker restarts without a word', 'idle', once((rig) => rig.broker.all((lan, conn) => lan.tcp_forget(conn)))],
    ['broker half-open', 'idle', lanFault('tcp-silent', 1883)],
    ['broker hangs: acknowledges, does not answer', 'idle', lanFault('tcp-deaf', 1883)],
    ['30 % of frames lost', 'idle', { inject: (rig) => rig.network.lan.set_wire(5e5, 0, 300000, 0, 0, 0, 0, 0),
        mend: (rig) => rig.network.lan.set_wire(5e5, 0, 0, 0, 0, 0, 0, 0) }],
    ['chip resets behind its back', 'idle', once((rig) => rig.network.glitchReset())],
    ['command register stuck', 'idle', chipFault('cr-stuck', 0xff)],
    ['chip silent (00)', 'idle', chipFault('miso-low')],
    ['no chip (FF)', 'idle', chipFault('miso-high')],
    ['chip frozen: registers answer, nothing else', 'idle', chipFault('frozen')],
    ['one bit in 1000 bytes on the bus wrong', 'idle', chipFault('bit-flips', 1000)],
    ['free-size register lies', 'idle', chipFault('fsr', 0xffff)],
    ['received-size register lies', 'idle', chipFault('rsr', 0xffff)],
    ['pointers are random', 'idle', chipFault('pointers')],
    ['SENDOK never comes', 'idle', chipFault('no-sendok', 0xff)],
    ['interrupt pin dead', 'idle', chipFault('no-int')],
    ['registers torn between their bytes', 'idle', chipFault('torn')],
    ['watchdog bites', 'idle', once((rig) => rig.board.requestReset(1))],
    ['power fails', 'idle', once((rig) => rig.powerCycle())],
];

const LIMIT_MS = 600000; // a refused login waits minutes before it is tried again
const rows = [];

function record(board, name, where, ms) {
    rows.push({ board, name, where, ms });
}

/** Milliseconds from mending to the next answered report. */
function measure(rig, fault) {
    rig.advance(fault.holdMs ?? HOLD_MS);
    fault.mend(rig);
    const ms = reports(rig, 1, LIMIT_MS);
    const before = fault.isChipFault ? rig.network.chipStats().misuse : 0;
    reports(rig, 2, LIMIT_MS);
    const { misuse, misuseText } = rig.network.chipStats();
    assert.equal(misuse, before, misuseText);
    return ms;
}

for (const board of BOARDS) {
    for (const [name, where, fault] of AT_START) {
        test(`${board}: ${name} (${where}), OL_SEED=${SEED}`, () => {
            const rig = start(board, { seed: SEED });
            fault.inject(rig);
            record(board, name, where, measure(rig, fault));
        });
    }
    for (const [name, where, fault] of ONLINE) {
        test(`${board}: ${name} (${where}), OL_SEED=${SEED}`, () => {
            const rig = start(board, { seed: SEED });
            reports(rig, 2, 30000);
            rig.advance(1000);
            fault.inject(rig);
            record(board, name, where, measure(rig, fault));
        });
    }
}

test.after(() => {
    const faults = [...new Set(rows.map((r) => `${r.name}|${r.where}`))];
    const cell = (key, board) => {
        const row = rows.find((r) => r.board === board && `${r.name}|${r.where}` === key);
        return row ? (row.ms / 1000).toFixed(1) : '-';
    };
    const lines = faults.map((key) => `| ${key.split('|').join(' | ')} | ` +
        `${BOARDS.map((board) => cell(key, board)).join(' | ')} |`);
    fs.writeFileSync(path.join(BUILD, 'recovery.md'),
        `| fault | where | ${BOARDS.join(', s | ')}, s |\n|---|---|--:|--:|\n${lines.join('\n')}\n`);
});
