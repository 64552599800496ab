// SPDX-License-Identifier: MIT
// How fast bytes go over one TCP connection through driver, bus and chip, each way, in emulated
// time, with the image of firmware/tests/throughput.c; and which frames a report needs on the bus,
// with the image that is shipped.
//   usage: node throughput.mjs [--bytes N] [--call N]... [--gate]     a table
//          node throughput.mjs --transcript [--gate]                  the frames of a report
// --gate: exit 1 where a figure is worse than it was.

import path from 'node:path';
import { parseArgs } from 'node:util';
import { BUILD, boot } from '../../sim/board/index.mjs';
import { BusLog, nameOf } from './bus-log.mjs';
import { BOARDS, start } from './device.mjs';

const PORT = 5001;
const SEGMENT = 1460;
const DELAY_NS = 0.5e6; // one way
// Ethernet frames for 1,460 bytes. The network's TCP fills a window's rest with a shorter one.
const SEGMENTS_MAX = 1.1;
const WAIT_MS = 20000;

/** The least share of SCK and the most cycles awake and frames for a segment, a call a segment. */
const LIMITS = { send: { share: 0.90, awake: 3200, frames: 5.3 },
    receive: { share: 0.94, awake: 1950, frames: 2.3 } };

/** DESIGN section 9: all bytes but those of MQTT, and idle frames a second. */
const REPORT = { frames: 16, bytes: 160, idle: 2 };

const { values: options } = parseArgs({ options: { bytes: { type: 'string', default: '2097152' },
    call: { type: 'string', multiple: true, default: ['1460', '4380'] },
    gate: { type: 'boolean' }, transcript: { type: 'boolean' } } });

/** A figure that is beyond its limit. */
function miss(text) {
    console.log(`MISSED: ${text}`);
    process.exitCode = options.gate ? 1 : 0;
}

// Throughput

/** Bytes as the image sends and expects them, where calls have `call` bytes. */
function pattern(length, call) {
    return Buffer.from(Uint8Array.from({ length }, (_, i) => i % call % 251));
}

/** What went over the bus since an instant. */
class Tally {
    constructor(rig, ns) {
        this.rig = rig;
        this.ns = ns;
        this.cycles = rig.cycles();
        this.chip = rig.network.chipStats();
        this.frames = this.overhead = 0;
    }

    take(frame) {
        this.frames++;
        this.overhead += overhead(frame);
    }

    /** Figures of `bytes` of payload until an instant, for a segment where not said. */
    result(bytes, ns, sckHz) {
        const { total, asleep } = this.rig.cycles(this.cycles);
        const chip = this.rig.network.chipStats();
        const segments = bytes / SEGMENT;
        return { mbits: bytes * 8e3 / (ns - this.ns),
            share: bytes * 8e9 / (ns - this.ns) / sckHz,
            awake: (total - asleep) / segments,
            frames: this.frames / segments,
            overhead: this.overhead / segments,
            framesOut: (chip.framesOut - this.chip.framesOut) / segments,
            framesIn: (chip.framesIn - this.chip.framesIn) / segments };
    }
}

function overhead(frame) {
    return 3 + (frame.isMemory ? 0 : frame.length);
}

/** The other end on the network: gives an order to the first who connects, takes what it sends,
 *  then sends. */
class Peer {
    constructor(rig, { send, receive, call }) {
        this.rig = rig;
        this.bytes = pattern(receive, call);
        this.expected = pattern(send, call);
        this.order = Buffer.alloc(12);
        [send, receive, call].forEach((n, i) => this.order.writeUInt32BE(n, 4 * i));
        this.taken = this.sent = this.wrong = 0;
        this.onTaken = null;
        const { network } = rig;
        const tag = network.tag({ accept: (conn) => this.accept(conn),
            data: (conn) => this.take(conn), writable: (conn) => this.give(conn) });
        this.listener = network.lan.tcp_listen(rig.router, 0, PORT, tag);
    }

    accept(conn) {
        this.rig.network.lan.tcp_unlisten(this.listener);
        this.rig.network.send(conn, this.order);
    }

    take(conn) {
        const data = this.rig.network.receive(conn);
        if (data === null) {
            return;
        }
        this.wrong += this.expected.compare(data, 0, data.length, this.taken,
            this.taken + data.length) === 0 ? 0 : 1;
        this.taken += data.length;
        if (this.taken === this.expected.length) {
            this.onTaken();
            this.give(conn);
        }
    }

    give(conn) {
        for (let n = 1; n > 0 && this.sent < this.bytes.length;) {
            n = this.rig.network.send(conn, this.bytes.subarray(this.sent));
            this.sent += n;
        }
    }
}

/** One board, one size of calls: { send, receive } from the first byte of payload on the bus to
 *  the last at its receiver, which is the peer, or the program behind the bus. */
function measure(board, bytes, call) {
    const rig = boot(path.join(BUILD, `firmware/throughput-${board}.uf2`), { board, usb: false });
    rig.network.lan.set_wire(DELAY_NS, 0, 0, 0, 0, 0, 0, 0);
    const peer = new Peer(rig, { send: bytes, receive: bytes, call });
    const results = {};
    const sckHz = Number(rig.expectUart(/bus clock=(\d+)\r/, 3000)[1]);
    let tally = null;
    let read = -peer.order.length;
    new BusLog(rig, (frame) => {
        if (tally === null && frame.isMemory && (frame.isWrite || read === 0)) {
            tally = new Tally(rig, frame.begin);
        }
        tally?.take(frame);
        if (frame.isMemory && !frame.isWrite) {
            read += frame.length;
            if (read === bytes) {
                results.receive = tally.result(bytes, frame.end, sckHz);
            }
        }
    });
    peer.onTaken = () => {
        results.send = tally.result(bytes, rig.board.clock.nanos, sckHz);
        tally = null;
    };
    const [told, wrong] = rig.expectUart(/result [^\n]* wrong=(\d+) [^\n]*\n/, WAIT_MS);
    const chip = rig.network.chipStats();
    if (Number(wrong) !== 0 || peer.wrong !== 0 || chip.misuse !== 0) {
        throw new Error(`${board}: ${told.trim()}, ${peer.wrong} chunks wrong at the peer, ` +
            `misuse of the chip: ${chip.misuse} ${chip.misuseText}`);
    }
    return { sckHz, ...results };
}

function judge(name, way, r) {
    const limit = LIMITS[way];
    if (r.share < limit.share) {
        miss(`${name}: ${(r.share * 100).toFixed(1)} % of SCK, less than ${limit.share * 100} %`);
    }
    for (const what of ['awake', 'frames']) {
        if (r[what] > limit[what]) {
            miss(`${name}: ${what} ${r[what].toFixed(1)} for a segment, more than ${limit[what]}`);
        }
    }
    const carriers = way === 'send' ? r.framesOut : r.framesIn;
    if (carriers > SEGMENTS_MAX) {
        miss(`${name}: ${carriers.toFixed(3)} Ethernet frames for ${SEGMENT} bytes`);
    }
}

function printThroughput() {
    console.log(`One connection, 16 KB each way in the chip, segments of ${SEGMENT} bytes, ` +
        `round trip ${2 * DELAY_NS / 1e6} ms,\nwire 100 Mbit/s. Figures on the right are for a segment.\n`);
    console.log('| board | way | bytes a call | SCK MHz | payload Mbit/s | of SCK | SPI frames | ' +
        'SPI bytes beside payload | cycles awake |\n|:--|:--|--:|--:|--:|--:|--:|--:|--:|');
    for (const board of BOARDS) {
        for (const call of options.call.map(Number)) {
            const { sckHz, ...ways } = measure(board, Math.ceil(options.bytes / call) * call, call);
            for (const [way, r] of Object.entries(ways)) {
                console.log(`| ${board} | ${way} | ${call} | ${sckHz / 1e6} | ${r.mbits.toFixed(2)} | ` +
                    `${(r.share * 100).toFixed(1)} % | ${r.frames.toFixed(2)} | ` +
                    `${r.overhead.toFixed(1)} | ${r.awake.toFixed(0)} |`);
                judge(`${board}, ${way}, ${call} bytes a call`, way, r);
            }
        }
    }
}

// Transcript

const AFTER_NS = 100e3;
const REPORTS = 10;

/** Frames of the look that is taken once a second whatever happens: the common registers, and
 *  directly behind them each socket's state. */
function isIdle(frame, last) {
    return frame.block === 0 && frame.address === 0 ||
        last?.isIdle === true && frame.begin - last.end < AFTER_NS &&
        frame.address === 1 && !frame.isWrite;
}

function nextAnswer(rig) {
    const read = rig.uart.text.length;
    if (!rig.advance(WAIT_MS, () => /<- reply \d+: 200/.test(rig.uart.text.slice(read)))) {
        throw new Error(`no answered report; the console:\n${rig.uart.text.slice(-2000)}`);
    }
}

/** The frames from one answered report to the next. */
function record(board) {
    const rig = start(board);
    const reports = [];
    let frames = null;
    new BusLog(rig, (frame) => frames?.push({ ...frame, isIdle: isIdle(frame, frames.at(-1)) }));
    nextAnswer(rig);
    nextAnswer(rig);
    for (let i = 0; i < REPORTS; i++) {
        frames = [];
        const from = rig.ms;
        nextAnswer(rig);
        reports.push({ frames, seconds: (rig.ms - from) / 1000 });
    }
    return reports;
}

function sum(frames) {
    return { frames: frames.length, bytes: frames.reduce((n, f) => n + overhead(f), 0),
        all: frames.reduce((n, f) => n + 3 + f.length, 0) };
}

function printTranscript() {
    for (const board of BOARDS) {
        const reports = record(board);
        const sums = reports.map(({ frames }) => sum(frames.filter((f) => !f.isIdle)));
        const most = sums.reduce((a, b) => b.frames > a.frames ? b : a);
        const { frames } = reports[sums.indexOf(most)];
        console.log(`${board}: the longest of ${REPORTS} reports (publish, PUBACK, reply)\n`);
        console.log('| us | | address | block | data | what |\n|--:|:--|--:|--:|--:|:--|');
        const own = frames.filter((f) => !f.isIdle);
        for (const f of own) {
            console.log(`| ${((f.begin - own[0].begin) / 1e3).toFixed(1)} | ${f.isWrite ? 'write' : 'read'} | ` +
                `${f.address.toString(16).padStart(4, '0')} | ${f.block} | ${f.length} | ${nameOf(f)} |`);
        }
        const idle = reports.flatMap((r) => r.frames.filter((f) => f.isIdle)).length /
            reports.reduce((n, r) => n + r.seconds, 0);
        console.log(`\n${most.frames} frames, ${most.all} bytes, ${most.bytes} of them not MQTT's ` +
            `(at most ${REPORT.frames} and ${REPORT.bytes}); on average ` +
            `${(sums.reduce((n, s) => n + s.frames, 0) / REPORTS).toFixed(1)} frames.\n` +
            `Idle: ${idle.toFixed(1)} frames a second (at most ${REPORT.idle}).\n`);
        if (most.frames > REPORT.frames || most.bytes > REPORT.bytes || idle > REPORT.idle + 0.01) {
            miss(`${board}: the bus during a report`);
        }
    }
}

if (options.transcript) {
    printTranscript();
} else {
    printThroughput();
}
