// SPDX-License-Identifier: MIT
// The chip model and the virtual network, both WebAssembly modules made from sim/chip and
// sim/lan, stepped together in emulated time.

import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = path.dirname(fileURLToPath(import.meta.url));

/** The build folder: OL_BINARY_DIR, as CTest sets it, or build/. */
export const BUILD = process.env.OL_BINARY_DIR ?? path.join(HERE, '../../../build');

export const CHIP_FAULTS = ['miso-low', 'miso-high', 'deaf', 'cr-stuck', 'cr-slow', 'bit-flips',
    'torn', 'version', 'rsr', 'fsr', 'pointers', 'no-sendok', 'no-int', 'frozen'];
const CHIP_STATS = ['spiFrames', 'spiBytes', 'bufferBytes', 'commands', 'framesOut', 'framesIn',
    'dropped', 'resets', 'misuse', 'notes', 'lies'];
const LAN_STATS = ['sent', 'delivered', 'lost', 'damaged', 'duplicated', 'reordered', 'unplugged',
    'overrun', 'invalid', 'badChecksum', 'malformed', 'tcpRetransmits', 'tcpRefused',
    'tcpNoRoom', 'tcpWindowClosed'];

const modules = new Map();

function compile(name) {
    if (!modules.has(name)) {
        const file = path.join(BUILD, 'sim', `${name}.wasm`);
        if (!fs.existsSync(file)) {
            throw new Error(`${file} is not there: build the target sim_${name}_wasm`);
        }
        modules.set(name, new WebAssembly.Module(fs.readFileSync(file)));
    }
    return modules.get(name);
}

function instantiate(name, env) {
    return new WebAssembly.Instance(compile(name), { env }).exports;
}

function bytesAt(exports, pointer, length) {
    return new Uint8Array(exports.memory.buffer, pointer, length);
}

function textAt(exports, pointer) {
    const bytes = new Uint8Array(exports.memory.buffer);
    return pointer === 0 ? '' : Buffer.from(bytes.subarray(pointer, bytes.indexOf(0, pointer)))
        .toString('utf8');
}

/** One chip on the network's first free port. */
export class Network {
    /** options: seed, lan (false: nothing is behind the cable). */
    constructor(clock, { seed = 1, lan = true } = {}) {
        this.clock = clock;
        this.changed = () => {}; // the chip's interrupt pin may have
        this.due = Infinity;
        this.resetLevel = 1;
        this.owners = new Map();
        this.lastTag = 0;
        this.onPcap = null;
        this.chip = instantiate('chip', {
            frame_out: (at, length, ns) => this.frameOut(at, length, ns),
        });
        this.seed = seed;
        this.isCableIn = lan;
        this.chip.init(seed);
        this.lan = lan ? this.buildLan(seed) : null;
        this.station = this.lan?.add_device() ?? 0;
        this.chip.link(lan ? 1 : 0, 0);
        this.alarm = clock.createWorldAlarm(() => this.step());
    }

    buildLan(seed) {
        const call = (name) => (tag, ...args) => this.owners.get(tag)?.[name]?.(...args);
        const lan = instantiate('lan', {
            frame: (station, at, length, ns) => this.frameIn(at, length, ns),
            link: (station, isUp, ns) => this.chip.link(isUp, ns),
            datagram: (tag, from, fromPort, to, at, length) => this.owners.get(tag)?.datagram?.(
                from >>> 0, fromPort, to >>> 0, bytesAt(lan, at, length).slice()),
            accept: (tag, conn, local, localPort, remote, remotePort) =>
                this.owners.get(tag)?.accept?.(conn,
                    { local: local >>> 0, localPort, remote: remote >>> 0, remotePort }),
            data: call('data'),
            writable: call('writable'),
            closed: call('closed'),
            pcap: (at, length) => this.onPcap?.(bytesAt(lan, at, length).slice()),
        });
        if (!lan.init(seed)) {
            throw new Error('lan.wasm is built wrong');
        }
        return lan;
    }

    frameOut(at, length, ns) {
        if (this.lan !== null) {
            bytesAt(this.lan, this.lan.buffer(), length).set(bytesAt(this.chip, at, length));
            this.lan.transmit(this.station, length, ns);
            this.due = 0;
        }
    }

    frameIn(at, length, ns) {
        bytesAt(this.chip, this.chip.buffer(), length).set(bytesAt(this.lan, at, length));
        this.chip.frame_in(length, ns);
    }

    // Time

    deadline() {
        return Math.min(this.chip.deadline(), this.lan?.deadline() ?? Infinity);
    }

    /** Chip first at the same instant: what it sends then is on the wire when that is stepped. */
    stepTo(ns) {
        for (let at = this.deadline(); at <= ns; at = this.deadline()) {
            this.chip.step(at);
            this.lan?.step(at);
        }
        this.chip.step(ns);
        this.lan?.step(ns);
    }

    step() {
        this.stepTo(this.clock.nanos);
        this.settle();
        this.changed();
    }

    /** When something has been done to chip or network: the alarm is for what is due next. */
    settle() {
        this.due = this.deadline();
        if (this.due === Infinity) {
            this.alarm.cancel();
        } else if (this.alarm.nanos !== this.due || !this.alarm.scheduled) {
            this.alarm.scheduleAt(Math.max(this.due, this.clock.nanos));
        }
    }

    catchUp() {
        const now = this.clock.nanos;
        if (now >= this.due) {
            this.stepTo(now);
            this.due = this.deadline();
        }
        return now;
    }

    // The chip's pins, for ChipPins

    select(level) {
        this.chip.select(level ? 1 : 0, this.catchUp());
        if (level) {
            this.settle();
        }
    }

    resetPin(level) {
        const value = level ? 1 : 0;
        if (value !== this.resetLevel) {
            this.resetLevel = value;
            this.chip.reset_pin(value, this.catchUp());
            this.settle();
        }
    }

    peek() {
        return this.chip.peek();
    }

    exchange(mosi) {
        return this.chip.exchange(mosi, this.catchUp());
    }

    interruptLevel() {
        return this.chip.int_n();
    }

    /** The chip loses its supply and gets it back; faults are gone too. */
    powerCycle() {
        this.stepTo(this.clock.nanos);
        this.chip.init(++this.seed);
        this.resetLevel = 1;
        this.chip.link(this.isCableIn ? 1 : 0, this.clock.nanos);
        this.settle();
    }

    // For tests

    /** A change from outside at the present instant. */
    act(change) {
        this.stepTo(this.clock.nanos);
        const result = change();
        this.settle();
        this.changed();
        return result;
    }

    cable(isIn) {
        this.isCableIn = isIn;
        this.act(() => this.lan === null ? this.chip.link(isIn ? 1 : 0, this.clock.nanos) :
            this.lan.cable(this.station, isIn ? 1 : 0));
    }

    chipFault(name, arg = 1) {
        const fault = CHIP_FAULTS.indexOf(name);
        if (fault < 0) {
            throw new Error(`no chip fault ${name}: ${CHIP_FAULTS.join(', ')}`);
        }
        this.act(() => this.chip.set_fault(fault, arg));
    }

    lanFaults() {
        const names = [];
        for (let text; (text = textAt(this.lan, this.lan.fault_str(names.length))) !== '';) {
            names.push(text);
        }
        return names;
    }

    lanFault(name, arg = 1) {
        const names = this.lanFaults();
        const fault = names.indexOf(name);
        if (fault < 0) {
            throw new Error(`no network fault ${name}: ${names.join(', ')}`);
        }
        this.act(() => this.lan.set_fault(fault, arg));
    }

    glitchReset() {
        this.act(() => this.chip.glitch_reset(this.clock.nanos));
    }

    chipStats() {
        const stats = Object.fromEntries(CHIP_STATS.map((name, i) => [name, this.chip.stat(i)]));
        return { ...stats, misuseText: textAt(this.chip, this.chip.misuse_text()),
            noteText: textAt(this.chip, this.chip.note_text()) };
    }

    lanStats() {
        return Object.fromEntries(LAN_STATS.map((name, i) => [name, this.lan.stat(i)]));
    }

    /** Puts bytes or a NUL-ended text where the module takes them from. */
    put(data) {
        const bytes = typeof data === 'string' ? Buffer.from(`${data}\0`) : data;
        bytesAt(this.lan, this.lan.buffer(), bytes.length).set(bytes);
        return bytes.length;
    }

    addName(name, address, ttl = 60) {
        this.put(name);
        if (!this.lan.dns_add_a(ip4(address), ttl)) {
            throw new Error(`no room for the name ${name}`);
        }
    }

    /** owner: { accept(conn, peer), data(conn), writable(conn), closed(conn, why), datagram }. */
    tag(owner) {
        this.owners.set(++this.lastTag, owner);
        return this.lastTag;
    }

    receive(conn, cap = 65536) {
        const length = this.lan.tcp_recv(conn, cap);
        return length < 0 ? null : bytesAt(this.lan, this.lan.buffer(), length).slice();
    }

    /** How many bytes it took. */
    send(conn, data) {
        this.put(data.subarray(0, 65536));
        return this.lan.tcp_send(conn, Math.min(data.length, 65536));
    }

    startPcap(write) {
        this.onPcap = write;
        this.lan.set_pcap(1);
    }
}

/** "192.168.7.1" as the number that the network takes. */
export function ip4(text) {
    return text.split('.').reduce((n, part) => n * 256 + Number(part), 0);
}
