// SPDX-License-Identifier: MIT
// What goes wrong with these boards in the field.

import assert from 'node:assert/strict';
import { ip4 } from '../../sim/board/index.mjs';
import { DEVICE_KEY } from './device.mjs';
import { atPacket } from './frames.mjs';

const PULL = 5; // SIM_LAN_PULL
const SYN = 2;
const MQTT = 1883;
const CONNECT = 0x10, PUBLISH = 0x30;
const HOLD_MS = 20000;
const OTHER_KEY = Buffer.from('another key of it').toString('base64');
const BRANCH_TO_SELF = 0xe7fe;
const EVERY_5_S = 5000;

// Bounds, from the end of the fault to the next answered report. The parts: a cable negotiates
// up to 2 s and is looked at each second, DHCP asks, probes the address and takes 1 to 4 s, the
// next reading is due 5 s after the last.
const LINK_MS = 12000;
// Between attempts at most 60 s (OL_BACKOFF_TOP_MS; DHCP: 64 s and a second), then as above.
const BACKOFF_MS = 65000 + LINK_MS;
// After CONNACK 4: 300 s and up to a tenth.
const REJECTED_MS = 330000 + LINK_MS;
// After a DECLINE: 10 s, RFC 2131 §3.1.5.
const DECLINE_MS = 10000;
// Without a time server: 10 s for the others to answer (OL_AGENT_CLOCK_WAIT_MS).
const CLOCK_MS = 10000;
// Nothing is to be lost while it stands.
const STANDS_MS = LINK_MS;
// The watchdog's 8 s, the start, then as with a cable.
const RESTART_MS = 8000 + LINK_MS;

/** A fault that stands for holdMs and is mended. */
const held = (inject, mend, more) => ({ inject, mend, holdMs: HOLD_MS, boundMs: BACKOFF_MS, ...more });
/** One of a moment: the time counts from it. */
const once = (inject, more) => ({ inject, boundMs: BACKOFF_MS, ...more });
/** One that stands to the end, and the board reports nevertheless. */
const stands = (inject, more) => ({ inject, boundMs: STANDS_MS, ...more });

const setLan = (name, arg = 1) => (rig) => rig.network.lanFault(name, arg);
const lan = (name, arg = 1, more = {}) => held(setLan(name, arg), setLan(name, 0), more);
const lanStands = (name, arg = 1, more = {}) => stands(setLan(name, arg), more);
const setChip = (name, arg = 1) => (rig) => rig.network.chipFault(name, arg);
// What a driver does to a chip that lies is not held against it.
const chip = (name, arg = 1, more = {}) =>
    held(setChip(name, arg), setChip(name, 0), { lies: true, ...more });
const chipStands = (name, arg = 1, more = {}) => stands(setChip(name, arg), { lies: true, ...more });

const plug = (isIn) => (rig) => rig.cable(isIn);
const pullAt = (rule, more = {}) => held((rig) => rig.addRule({ count: 1, action: PULL,
    arg: rig.network.station, ...rule }), plug(true), { boundMs: LINK_MS, says: /no link/, ...more });

/** Runs until the console prints this from now on. */
function waitFor(rig, pattern, ms) {
    rig.uart.read = rig.uart.text.length;
    rig.expectUart(pattern, ms);
}

/** A lease that is short from power-on, and what happens to its renewal; counts from the message
 *  that the board prints about it. */
const leased = (seconds, name, arg, message) => once((rig) => {
    rig.network.lanFault('dhcp-lease', seconds);
    rig.network.lanFault(name, arg);
    waitFor(rig, /<- reply \d+: 200/, 20000);
    waitFor(rig, message, seconds * 1000 + 10000);
}, { boundMs: LINK_MS });

const resetChipAt = (matches) => once((rig) => {
    let isDone = false;
    atPacket(rig, matches, () => {
        rig.network.glitchReset();
        isDone = true;
        rig.board.hasNews = true;
    });
    assert.ok(rig.advance(20000, () => isDone), 'the packet does not come');
}, { lies: true });

const isMqtt = (type) => (packet) => packet.to === MQTT && (packet.payload[0] & 0xf0) === type;

/** The program stops: its processor runs in a circle. */
function hang(rig) {
    const { cpu, flash } = rig.board;
    const code = new DataView(flash.buffer, flash.byteOffset);
    let at = 0x4000;
    while (code.getUint16(at, true) !== BRANCH_TO_SELF) {
        at += 2;
    }
    cpu.waiting = false;
    cpu.PC = 0x10000000 + at;
}

/** The program runs into an address where nothing is. */
function crash(rig) {
    const { cpu } = rig.board;
    cpu.waiting = false;
    cpu.PC = 0x30000000;
}

function failPower(rig) {
    rig.poweredAt = rig.ms;
    rig.powerCycle();
}

/** "No network chip answers" is told each 5 s. */
function checkNagging(rig, text) {
    const times = [...text.matchAll(/([\d.]+) no network chip answers/g)].map((m) => Number(m[1]) * 1000);
    assert.ok(times.length >= HOLD_MS / EVERY_5_S - 1, `told ${times.length} times`);
    times.slice(1).forEach((at, i) => {
        assert.ok(at - times[i] < 1.5 * EVERY_5_S, `${at - times[i]} ms between two messages`);
    });
}

const silent = { says: /no network chip answers/, duringHold: checkNagging };

function stopPlatform(withReset) {
    return (rig) => {
        rig.cloud.crash(withReset);
        rig.network.lanFault(withReset ? 'tcp-refuse' : 'tcp-silent', MQTT);
    };
}

function startPlatform(rig) {
    rig.network.lanFault('tcp-refuse', 0);
    rig.network.lanFault('tcp-silent', 0);
    rig.cloud.start();
}

const everyConnection = (act) => (rig) => rig.network.act(() =>
    [...rig.cloud.seatOf.keys()].forEach((conn) => act(rig.network.lan, conn)));

/** Each: [fault, where, how]. AT_START: injected at power-on; ONLINE: a second after a report.
 *  how: inject(rig), mend(rig) after holdMs, boundMs, says: what the console prints by then,
 *  duringHold(rig, text), resets: of the processor that it causes, lies. */
export const AT_START = [
    ['no cable', 'power-on', held(plug(false), plug(true), { boundMs: LINK_MS, says: /no link/ })],
    ['cable pulled', 'DHCP DISCOVER', pullAt({ port: 67 })],
    ['cable pulled', 'DHCP REQUEST', pullAt({ port: 67, skip: 2 })],
    ['cable pulled', 'NTP question', pullAt({ port: 123 })],
    ['cable pulled', 'DNS question', pullAt({ port: 53 })],
    ['cable pulled', 'DNS answer', pullAt({ port: 53, skip: 1 })],
    ['cable pulled', 'TCP SYN', pullAt({ port: MQTT, tcpFlags: SYN })],
    ['cable pulled', 'MQTT CONNECT', pullAt({ port: MQTT, payloadMin: 1 })],
    ['cable pulled', 'CONNACK', pullAt({ port: MQTT, payloadMin: 1, skip: 1 })],
    ['cable pulled', 'SUBSCRIBE', pullAt({ port: MQTT, payloadMin: 1, skip: 2 })],
    ['DHCP silent', 'power-on', lan('dhcp-silent', 1, { says: /no DHCP server answers/ })],
    ['DHCP NAK', 'power-on', lan('dhcp-nak', 1, { says: /refused the address/ })],
    ['DHCP: forged replies, malformed', 'power-on', lanStands('dhcp-forged', 0x0fc)],
    ['DHCP: forged replies, for others', 'power-on', lanStands('dhcp-forged', 0x803)],
    ['DHCP: forged replies, nonsense', 'power-on', lanStands('dhcp-forged', 0x700)],
    ['address already taken', 'power-on', lanStands('address-taken', ip4('192.168.7.100'),
        { boundMs: DECLINE_MS + LINK_MS, says: /192\.168\.7\.100: declined/ })],
    ['lease expires', 'renewals ignored', leased(20, 'dhcp-no-renew', 1, /taken back or ran out/)],
    ['new address by NAK', 'renewal', leased(20, 'dhcp-move', 1, /address 192\.168\.7\.101 by DHCP/)],
    ['new address by ACK', 'renewal', leased(20, 'dhcp-move', 2, /address 192\.168\.7\.\d+ by DHCP/)],
    ['DNS silent', 'power-on', lan('dns-silent', 15, { says: /name server does not answer/ })],
    ['DNS: wrong id', 'power-on', lan('dns-wrong-id', 15)],
    ['DNS: another question', 'power-on', lan('dns-wrong-question', 15)],
    ['DNS: another port', 'power-on', lan('dns-wrong-source', 15)],
    ['DNS: pointer to itself', 'power-on', lan('dns-loop', 1)],
    ['DNS: cut record', 'power-on', lan('dns-garbage', 2)],
    ['DNS: SERVFAIL', 'power-on', lan('dns-rcode', 2)],
    ['DNS: NXDOMAIN', 'power-on', lan('dns-rcode', 3, { says: /host name does not exist/ })],
    ['DNS poisoned', 'power-on', lanStands('dns-poison', ip4('203.0.113.66'))],
    ['NTP blocked', 'power-on', lanStands('ntp-silent', 1, { boundMs: STANDS_MS + CLOCK_MS })],
    ['NTP lies about the question', 'power-on', lanStands('ntp-wrong-originate', 1,
        { boundMs: STANDS_MS + CLOCK_MS })],
    ['broker refuses connections', 'TCP connect', lan('tcp-refuse', MQTT,
        { says: /connection refused/ })],
    ['broker silent', 'TCP connect', lan('tcp-silent', MQTT, { says: /no answer to the connection/ })],
    ['broker takes CONNECT, says nothing', 'login', lan('tcp-deaf', MQTT)],
    ['CONNACK 4: other key', 'login', held((rig) => rig.cloud.setKey(rig.device, OTHER_KEY),
        (rig) => rig.cloud.setKey(rig.device, DEVICE_KEY),
        { boundMs: REJECTED_MS, says: /login refused by .* \(CONNACK 4\)/ })],
    ['chip silent: MISO low', 'power-on', chip('miso-low', 1, silent)],
    ['chip silent: MISO high', 'power-on', chip('miso-high', 1, silent)],
    ['chip has another version', 'power-on', chip('version', 0x51, silent)],
    ['command register stuck', 'power-on', chip('cr-stuck', 0xff)],
    // Where the bit is in the first login it is refused as with a wrong key.
    ['SPI: a bit in 1000 bytes flips', 'power-on', chip('bit-flips', 1000, { boundMs: REJECTED_MS })],
    ['chip resets behind its back', 'DHCP DISCOVER', resetChipAt((p) => p.to === 67)],
    ['chip resets behind its back', 'DNS question', resetChipAt((p) => p.to === 53)],
    ['chip resets behind its back', 'MQTT CONNECT', resetChipAt(isMqtt(CONNECT))],
];

export const ONLINE = [
    ['cable pulled', 'idle', held(plug(false), plug(true), { boundMs: LINK_MS, says: /no link/ })],
    ['cable pulled for 100 ms', 'idle', held(plug(false), plug(true), { holdMs: 100, boundMs: LINK_MS })],
    ['cable pulled', 'report', pullAt({ port: MQTT, payloadMin: 50 })],
    ['cable pulled', 'reply', pullAt({ port: MQTT, payloadMin: 50, skip: 1 })],
    ['DHCP silent until the lease ends', 'lease of 10 s', held((rig) => {
        rig.network.lanFault('dhcp-lease', 10);
        plug(false)(rig);
        rig.advance(1000);
        plug(true)(rig);
        waitFor(rig, /address \S+ by DHCP/, 10000);
        rig.network.lanFault('dhcp-silent', 1);
    }, setLan('dhcp-silent', 0), { says: /taken back or ran out/ })],
    ['DNS silent', 'next login', held((rig) => {
        rig.advance(5000); // the name's time to live
        setLan('dns-silent', 15)(rig);
        everyConnection((net, conn) => net.tcp_reset(conn))(rig);
    }, setLan('dns-silent', 0), { says: /name server does not answer/ })],
    ['connection reset', 'idle', once(everyConnection((net, conn) => net.tcp_reset(conn)))],
    ['connection half-open', 'idle', once(everyConnection((net, conn) => net.tcp_silence(conn, 1)))],
    ['broker silent', 'idle', lan('tcp-silent', MQTT)],
    ['broker acknowledges, does not answer', 'idle', lan('tcp-deaf', MQTT)],
    ['broker process restarts', 'idle', held(stopPlatform(true), startPlatform,
        { says: /connection refused/ })],
    ['broker machine restarts', 'idle', held(stopPlatform(false), startPlatform)],
    ['twin logs in', 'idle', once((rig) => rig.cloud.twin(rig.device))],
    ['CONNACK 4: other key', 'idle', held((rig) => rig.cloud.setKey(rig.device, OTHER_KEY),
        (rig) => rig.cloud.setKey(rig.device, DEVICE_KEY),
        { boundMs: REJECTED_MS, says: /login refused by .* \(CONNACK 4\)/ })],
    ['30 % of frames lost', 'idle', held((rig) => rig.network.lan.set_wire(5e5, 0, 300000, 0, 0, 0, 0, 0),
        (rig) => rig.network.lan.set_wire(5e5, 0, 0, 0, 0, 0, 0, 0))],
    ['chip resets behind its back', 'idle', once((rig) => rig.network.glitchReset())],
    ['chip resets behind its back', 'report', resetChipAt(isMqtt(PUBLISH))],
    ['chip frozen', 'idle', chip('frozen')],
    ['chip silent: MISO low', 'idle', chip('miso-low', 1, silent)],
    ['chip silent: MISO high', 'idle', chip('miso-high', 1, silent)],
    ['command register stuck', 'idle', chip('cr-stuck', 0xff, { says: /a command was not taken/ })],
    ['command register slow, 5 ms', 'idle', chipStands('cr-slow', 5000)],
    ['SPI: a bit in 10000 bytes flips', 'idle', chipStands('bit-flips', 10000)],
    ['SPI: a bit in 1000 bytes flips', 'idle', chip('bit-flips', 1000)],
    ['SPI: a bit in 50 bytes flips', 'idle', chip('bit-flips', 50)],
    ['registers torn between bytes', 'idle', chipStands('torn')],
    ['free size lies', 'idle', chip('fsr', 0xffff)],
    ['received size lies', 'idle', chip('rsr', 0xffff)],
    ['pointers are random', 'idle', chip('pointers')],
    ['SENDOK never comes', 'idle', chip('no-sendok', 0xff)],
    ['INTn edge lost', 'reply', held((rig) => {
        let isDone = false;
        atPacket(rig, (p) => p.from === MQTT && p.payload.length > 50, () => {
            setChip('no-int', 1)(rig);
            isDone = true;
            rig.board.hasNews = true;
        });
        assert.ok(rig.advance(20000, () => isDone), 'no reply comes');
    }, setChip('no-int', 0), { holdMs: 2, boundMs: STANDS_MS, lies: true })],
    ['INTn dead', 'idle', chipStands('no-int')],
    ['watchdog bites: program stopped', 'idle', once(hang,
        { boundMs: RESTART_MS, resets: 1, says: /the program had stopped/ })],
    ['program crashes', 'idle', once(crash,
        { boundMs: RESTART_MS, resets: 1, says: /started after a crash at 0?x?30000000/ })],
    ['power fails', 'idle', once(failPower, { boundMs: LINK_MS, lies: true })],
];
