// SPDX-License-Identifier: MIT
// What goes wrong with these boards in the field.

import assert from 'node:assert/strict';
import { ip4 } from '../../sim/board/index.mjs';
import { DEVICE_KEY, NAME_TTL_S } from './device.mjs';
import { MQTT_PORT as MQTT, arpProbe, atBytesRead, atBytesWritten, atPacket, dhcp, dnsAnswer, dnsQuestion,
    mqttDown, mqttUp, ntpAnswer, ntpQuestion, pullAtPacket, reply, syn, synAck } from './frames.mjs';

const DISCOVER = 1, OFFER = 2, REQUEST = 3, ACK = 5; // of DHCP
const CONNECT = 1, CONNACK = 2, PUBLISH = 3, SUBSCRIBE = 8, SUBACK = 9; // of MQTT
const HOLD_MS = 20000;
const COMES_MS = 20000; // where a fault is injected is reached within
const OTHER_KEY = Buffer.from('another key of it').toString('base64');
const BRANCH_TO_SELF = 0xe7fe;
const EVERY_5_S = 5000;

/** Within boundMs from the end of the fault, or from a momentary one, a report is answered; why: what
 *  takes the time. */
const within = (boundMs, why) => ({ boundMs, why });
const LINK_MS = 12000;
const LINK = within(LINK_MS, 'the link up to 3 s, 2 to 4 s to the next attempt, an address 1 s, else the next reading');
const CHIP = within(10000 + LINK_MS, 'a chip is looked for each 5 s, then as after a cable');
const BACKOFF = within(65000 + LINK_MS, '2 to 60 s between attempts, from a window that doubles');
const REJECTED = within(330000 + LINK_MS, 'a rejected login is tried four times, then each 5 minutes');
const DECLINE = within(10000 + LINK_MS, '10 s after DHCPDECLINE, RFC 2131 §3.1.5');
const CLOCK = within(3000 + LINK_MS, '3 s for a time server');
const LOOKUP = within(14000 + LINK_MS, '14 s of questions to the name server, then the address of before');
const HALF_OPEN = within(30000 + LINK_MS, 'a report is given 5, 5 and 10 s to be answered');
const RESTART = within(8000 + LINK_MS, 'the watchdog 8 s, the start');

/** A fault that stands for holdMs and is mended. */
const held = (inject, mend, more) => ({ inject, mend, holdMs: HOLD_MS, ...BACKOFF, ...more });
/** One of a moment: the time counts from it. */
const once = (inject, more) => ({ inject, ...BACKOFF, ...more });
/** One that stands to the end, and the board reports nevertheless. */
const stands = (inject, more) => ({ inject, ...LINK, ...more });

const setLan = (name, arg = 1) => (rig) => rig.network.lanFault(name, arg);
const lan = (name, arg = 1, more = {}) => held(setLan(name, arg), setLan(name, 0), more);
const lanStands = (name, arg = 1, more = {}) => stands(setLan(name, arg), more);
const setChip = (name, arg = 1) => (rig) => rig.network.chipFault(name, arg);
// What a driver does to a chip that lies is not held against it.
const chip = (name, arg = 1, more = {}) =>
    held(setChip(name, arg), setChip(name, 0), { lies: true, ...CHIP, ...more });
const chipStands = (name, arg = 1, more = {}) => stands(setChip(name, arg), { lies: true, ...more });

const plug = (isIn) => (rig) => rig.cable(isIn);

/** Runs until the place is reached that arm(rig, act) waits for, with act() done there. */
const reach = (arm) => (rig) => {
    let isThere = false;
    arm(rig, () => {
        isThere = true;
        rig.board.hasNews = true;
    });
    assert.ok(rig.advance(COMES_MS, () => isThere), 'the place of the fault is not reached');
};
const atPlace = (place, act) => reach((rig, there) => place(rig, () => {
    act(rig);
    there();
}));
const onPacket = (matches) => (rig, act) => atPacket(rig, matches, act);
const halfWritten = (rig, act) => atBytesWritten(rig, 40, (first) => first >> 4 === PUBLISH, act);
const halfRead = (rig, act) => atBytesRead(rig, 20, act);

const pulled = { ...LINK, says: /no link/ };
/** The cable goes out with a packet, which is lost; or at another place. */
const pullWith = (matches) => held(reach((rig, done) => pullAtPacket(rig, matches, done)), plug(true), pulled);
const pullAt = (place) => held(atPlace(place, plug(false)), plug(true), pulled);

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
}, LINK);

const wasReset = { ...LINK, lies: true, says: /network chip given up: it was reset/ };
const resetChipAt = (place) => once(atPlace(place, (rig) => rig.network.glitchReset()), wasReset);

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

/** How long the board waited for the answer that it told last. */
function answerMs(text) {
    const at = (pattern) => Number([...text.matchAll(pattern)].at(-1)[1]);
    return Math.round((at(/([\d.]+) <- reply/g) - at(/([\d.]+) -> report/g)) * 1000);
}

const takesLong = (ms) => ({ proof: (rig, text) => assert.ok(answerMs(text) >= ms, `${answerMs(text)} ms`) });
const turned = { proof: (rig) => assert.ok(rig.network.chipStats().lies > 0, 'no byte was wrong') };
const saw = (matches, least, most = Infinity) => ({ proof: (rig) => {
    const n = rig.packets.filter(matches).length;
    assert.ok(n >= least && n <= most, `${n} such packets`);
} });
const forged = saw((p) => p.protocol === 'udp' && p.from === 67, 4);
const noTimeServer = /^(?![^]*the time comes from a time server)/;
const gaveChipUp = { says: /network chip given up/ };
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

/** Each: [fault, where, how]. AT_START: injected at power-on, or when the board comes to that place from
 *  there; ONLINE: a second after a report, or at the next place of that name.
 *  how: inject(rig), mend(rig) after holdMs, boundMs, why; resets: of the processor that it causes; lies: the chip
 *  may be misused. That it was there is shown by one of
 *  - no report is answered while it is held, unless it `works`: then one is; null: maybe
 *  - says: what the console prints from then to the next answered report
 *  - duringHold(rig, text), at its end; proof(rig, text), after that report. */
export const AT_START = [
    ['no cable', 'power-on', held(plug(false), plug(true), pulled)],
    ['cable pulled', 'DHCP DISCOVER', pullWith(dhcp(DISCOVER))],
    ['cable pulled', 'DHCP OFFER', pullWith(dhcp(OFFER))],
    ['cable pulled', 'DHCP REQUEST', pullWith(dhcp(REQUEST))],
    ['cable pulled', 'DHCP ACK', pullWith(dhcp(ACK))],
    ['cable pulled', 'probe of the address', pullWith(arpProbe)],
    ['cable pulled', 'NTP question', pullWith(ntpQuestion)],
    ['cable pulled', 'DNS question', pullWith(dnsQuestion)],
    ['cable pulled', 'DNS answer', pullWith(dnsAnswer)],
    ['cable pulled', 'TCP SYN', pullWith(syn)],
    ['cable pulled', 'TCP SYN and ACK', pullWith(synAck)],
    ['cable pulled', 'MQTT CONNECT', pullWith(mqttUp(CONNECT))],
    ['cable pulled', 'CONNACK', pullWith(mqttDown(CONNACK))],
    ['cable pulled', 'SUBSCRIBE', pullWith(mqttUp(SUBSCRIBE))],
    ['cable pulled', 'SUBACK', pullWith(mqttDown(SUBACK))],
    ['DHCP silent', 'power-on', lan('dhcp-silent', 1, { says: /no DHCP server answers/ })],
    ['DHCP NAK', 'power-on', lan('dhcp-nak', 1, { says: /refused the address/ })],
    ['DHCP: forged replies, malformed', 'power-on', lanStands('dhcp-forged', 0x0fc, forged)],
    ['DHCP: forged replies, for others', 'power-on', lanStands('dhcp-forged', 0x803, forged)],
    ['DHCP: forged replies, nonsense', 'power-on', lanStands('dhcp-forged', 0x700, forged)],
    ['address already taken', 'power-on', lanStands('address-taken', ip4('192.168.7.100'),
        { ...DECLINE, says: /192\.168\.7\.100: declined/ })],
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
    ['DNS poisoned', 'power-on', lanStands('dns-poison', ip4('203.0.113.66'),
        saw(dnsAnswer, 3))],
    ['NTP blocked', 'power-on', lanStands('ntp-silent', 1, { ...saw(ntpQuestion, 1), says: noTimeServer,
        ...CLOCK })],
    ['NTP lies about the question', 'power-on', lanStands('ntp-wrong-originate', 1,
        { ...saw(ntpAnswer, 1), says: noTimeServer, ...CLOCK })],
    ['broker refuses connections', 'TCP connect', lan('tcp-refuse', MQTT,
        { says: /connection refused/ })],
    ['broker silent', 'TCP connect', lan('tcp-silent', MQTT, { says: /no answer to the connection/ })],
    ['broker takes CONNECT, says nothing', 'login', lan('tcp-deaf', MQTT,
        { ...saw(mqttUp(CONNECT), 1), says: /the login was not answered/ })],
    ['CONNACK 4: other key', 'login', held((rig) => rig.cloud.setKey(rig.device, OTHER_KEY),
        (rig) => rig.cloud.setKey(rig.device, DEVICE_KEY),
        { ...REJECTED, says: /login refused by .* \(CONNACK 4\)/ })],
    ['chip silent: MISO low', 'power-on', chip('miso-low', 1, silent)],
    ['chip silent: MISO high', 'power-on', chip('miso-high', 1, silent)],
    ['chip has another version', 'power-on', chip('version', 0x51, silent)],
    ['command register stuck', 'power-on', chip('cr-stuck', 0xff, gaveChipUp)],
    ['SPI: a bit in 1000 bytes flips', 'power-on', chip('bit-flips', 1000,
        { ...turned, works: null, ...BACKOFF })],
    ['chip resets behind its back', 'DHCP DISCOVER', resetChipAt(onPacket(dhcp(DISCOVER)))],
    ['chip resets behind its back', 'DNS question', resetChipAt(onPacket(dnsQuestion))],
    ['chip resets behind its back', 'MQTT CONNECT', resetChipAt(onPacket(mqttUp(CONNECT)))],
];

export const ONLINE = [
    ['cable pulled', 'idle', held(plug(false), plug(true), pulled)],
    ['cable pulled for 100 ms', 'idle', held(plug(false), plug(true), { ...pulled, holdMs: 100 })],
    ['cable pulled', 'report on the wire', pullWith(mqttUp(PUBLISH))],
    ['cable pulled', 'report half in the chip', pullAt(halfWritten)],
    ['cable pulled', 'reply on the wire', pullWith(reply)],
    ['cable pulled', 'reply half read', pullAt(halfRead)],
    ['DHCP silent until the lease ends', 'lease of 10 s', held((rig) => {
        rig.network.lanFault('dhcp-lease', 10);
        plug(false)(rig);
        rig.advance(1000);
        plug(true)(rig);
        waitFor(rig, /address \S+ by DHCP/, 10000);
        rig.network.lanFault('dhcp-silent', 1);
    }, setLan('dhcp-silent', 0), { works: true, says: /taken back or ran out/ })], // works until then
    ['DNS silent', 'next login', stands((rig) => {
        rig.advance(NAME_TTL_S * 1000);
        setLan('dns-silent', 15)(rig);
        everyConnection((net, conn) => net.tcp_reset(conn))(rig);
    }, { ...saw(dnsQuestion, 2), ...LOOKUP })], // then the address of before serves
    ['connection reset', 'idle', once(everyConnection((net, conn) => net.tcp_reset(conn)),
        { ...LINK, says: /the connection broke/ })],
    ['connection half-open', 'idle', once(everyConnection((net, conn) => net.tcp_silence(conn, 1)),
        { ...HALF_OPEN, says: /reports are not answered/ })],
    ['broker silent', 'idle', lan('tcp-silent', MQTT)],
    ['broker acknowledges, does not answer', 'idle', lan('tcp-deaf', MQTT)],
    ['broker process restarts', 'idle', held(stopPlatform(true), startPlatform,
        { says: /connection refused/ })],
    ['broker machine restarts', 'idle', held(stopPlatform(false), startPlatform)],
    ['twin logs in', 'idle', once((rig) => rig.cloud.twin(rig.device),
        { ...LINK, says: /closed by the platform/ })],
    ['CONNACK 4: other key', 'idle', held((rig) => rig.cloud.setKey(rig.device, OTHER_KEY),
        (rig) => rig.cloud.setKey(rig.device, DEVICE_KEY),
        { ...REJECTED, says: /login refused by .* \(CONNACK 4\)/ })],
    ['30 % of frames lost', 'idle', held((rig) => rig.network.lan.set_wire(5e5, 0, 300000, 0, 0, 0, 0, 0),
        (rig) => rig.network.lan.set_wire(5e5, 0, 0, 0, 0, 0, 0, 0), { works: true,
            proof: (rig) => assert.ok(rig.network.lanStats().lost > 0, 'no frame was lost') })],
    ['chip resets behind its back', 'idle', once((rig) => rig.network.glitchReset(), wasReset)],
    ['chip resets behind its back', 'report on the wire', resetChipAt(onPacket(mqttUp(PUBLISH)))],
    ['chip resets behind its back', 'report half in the chip', resetChipAt(halfWritten)],
    ['chip resets behind its back', 'reply half read', resetChipAt(halfRead)],
    ['chip frozen', 'idle', chip('frozen', 1, gaveChipUp)],
    ['chip silent: MISO low', 'idle', chip('miso-low', 1, silent)],
    ['chip silent: MISO high', 'idle', chip('miso-high', 1, silent)],
    ['command register stuck', 'idle', chip('cr-stuck', 0xff, { says: /a command was not taken/ })],
    ['command register slow, 5 ms', 'idle', chipStands('cr-slow', 5000, takesLong(5))],
    ['SPI: a bit in 10000 bytes flips', 'idle', chip('bit-flips', 10000,
        { ...turned, works: true, holdMs: 600000, ...BACKOFF })],
    ['SPI: a bit in 1000 bytes flips', 'idle', chip('bit-flips', 1000,
        { ...turned, works: true, holdMs: 120000, ...BACKOFF })],
    ['SPI: a bit in 50 bytes flips', 'idle', chip('bit-flips', 50, { ...turned, works: null, ...BACKOFF })],
    ['registers torn between bytes', 'idle', chipStands('torn', 1, turned)],
    ['free size lies', 'idle', chip('fsr', 0xffff, gaveChipUp)],
    ['received size lies', 'idle', chip('rsr', 0xffff, gaveChipUp)],
    ['pointers are random', 'idle', chip('pointers', 1, gaveChipUp)],
    ['SENDOK never comes', 'idle', chip('no-sendok', 0xff, { works: true, proof: (rig) =>
        assert.match(rig.network.chipStats().misuseText, /SEND before SENDOK/) })],
    ['INTn edge lost', 'reply on the wire', held(atPlace(onPacket(reply), setChip('no-int', 1)),
        setChip('no-int', 0), { ...takesLong(2), holdMs: 2, ...LINK, lies: true })],
    ['INTn dead', 'idle', chipStands('no-int', 1, takesLong(10))],
    ['watchdog bites: program stopped', 'idle', once(hang,
        { ...RESTART, resets: 1, says: /the program had stopped/ })],
    ['program crashes', 'idle', once(crash,
        { ...RESTART, resets: 1, says: /started after a crash at 0?x?30000000/ })],
    ['power fails', 'idle', once(failPower, { ...LINK, lies: true })],
];
