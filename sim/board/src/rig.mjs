// SPDX-License-Identifier: MIT
// The board as a test or a person has it on the bench: consoles to read and type at, cables,
// power, a network, faults by name, and figures.

import fs from 'node:fs';
import { Board } from './board.mjs';
import { ip4 } from './network.mjs';
import { Symbols } from './symbols.mjs';

const MS = 1e6;

/** Text that a console has printed, and how far a test has read it. */
class Console {
    constructor(name, news) {
        this.name = name;
        this.text = '';
        this.read = 0;
        this.news = news;
        this.decoder = new TextDecoder();
        this.listeners = [];
    }

    take(bytes) {
        const text = this.decoder.decode(bytes, { stream: true });
        this.text += text;
        this.listeners.forEach((listener) => listener(text));
        this.news();
    }
}

export class Rig {
    /** image: path of a UF2, or its bytes; an ELF of the same name beside it gives symbols.
     *  options: those of Board, and network: false leaves the LAN without a router. */
    constructor(image, options) {
        const symbols = elfBeside(image);
        this.board = new Board({ symbols, ...options });
        this.symbols = symbols;
        this.board.load(typeof image === 'string' ? fs.readFileSync(image) : image);
        this.network = this.board.chip;
        this.router = 0;
        if (this.network?.lan && options.network !== false) {
            this.router = this.network.lan.add_router();
        }
        const news = () => {
            this.board.hasNews = true;
        };
        this.uart = new Console('UART', news);
        this.usb = new Console('USB', news);
        this.leds = []; // { level, atMs }
        this.board.onUart = (byte) => this.uart.take(Uint8Array.of(byte));
        this.board.host.onData = (bytes) => this.usb.take(bytes);
        this.board.onReset = () => this.watchLed();
        this.board.powerOn();
        this.watchLed();
    }

    watchLed() {
        this.board.pins.watch(this.board.wiring.led, (level) => {
            this.leds.push({ level, atMs: this.ms });
        });
    }

    // Time

    /** Emulated milliseconds since power first came. */
    get ms() {
        return this.board.clock.nanos / MS;
    }

    /** Lets ms milliseconds pass, or until the predicate holds; whether it does. It is asked when
     *  a console has printed, the board was reset, or power went. */
    advance(ms, until = null) {
        return this.board.runUntil(this.board.clock.nanos + ms * MS, until);
    }

    /** As advance, never faster than `speed` times real time, with Node's event loop served. */
    async pace(ms, { speed = 20, until = null } = {}) {
        const wall = performance.now();
        const start = this.ms;
        while (this.ms < start + ms) {
            if (this.advance(Math.min(1, start + ms - this.ms), until)) {
                return true;
            }
            const lead = (this.ms - start) / speed - (performance.now() - wall);
            await new Promise((go) => lead > 1 ? setTimeout(go, lead) : setImmediate(go));
        }
        return until?.() ?? false;
    }

    // Consoles

    find(console, pattern) {
        const match = pattern.exec(console.text.slice(console.read));
        if (match !== null) {
            console.read += match.index + match[0].length;
        }
        return match;
    }

    /** Runs until the console prints what the pattern matches, after what was matched before. */
    expect(console, pattern, ms) {
        let match = null;
        const until = () => (match = this.find(console, pattern)) !== null;
        if (!until() && !this.advance(ms, until)) {
            throw new Error(this.missing(console, pattern, ms));
        }
        return match;
    }

    async expectPaced(console, pattern, ms, speed) {
        let match = null;
        const until = () => match !== null || (match = this.find(console, pattern)) !== null;
        if (!until() && !await this.pace(ms, { speed, until })) {
            throw new Error(this.missing(console, pattern, ms));
        }
        return match;
    }

    missing(console, pattern, ms) {
        return `${console.name} did not print ${pattern} within ${ms} ms (now ${this.ms.toFixed(1)}); ` +
            `since the last match:\n${console.text.slice(console.read).slice(-2000)}`;
    }

    expectUart(pattern, ms = 10000) {
        return this.expect(this.uart, pattern, ms);
    }

    expectUsb(pattern, ms = 10000) {
        return this.expect(this.usb, pattern, ms);
    }

    /** Types on the UART, as fast as its baud rate carries it. */
    typeUart(text) {
        const [uart] = this.board.uarts;
        let at = this.board.clock.nanos;
        for (const byte of Buffer.from(text)) {
            at += uart.byteNs;
            const alarm = this.board.clock.createWorldAlarm(() => this.board.uarts[0].receive(byte));
            alarm.scheduleAt(at);
        }
    }

    typeUsb(text) {
        this.board.host.type(text);
    }

    openUsb() {
        this.board.host.open();
    }

    closeUsb() {
        this.board.host.close();
    }

    plugUsb() {
        this.board.plugUsb(true);
    }

    unplugUsb() {
        this.board.plugUsb(false);
    }

    // Network

    cable(isIn) {
        this.network.cable(isIn);
    }

    /** What the network's time servers say is the time, in Unix milliseconds. */
    setWall(ms) {
        this.network.lan.set_wall(ms);
    }

    addName(name, address, ttl = 60) {
        this.network.addName(name, address, ttl);
    }

    /** A rule on frames: fields of struct sim_lan_rule by name. Returns its number. */
    addRule(rule) {
        const r = { from: 0, to: 0, ethertype: 0, protocol: 0, address: 0, port: 0, payloadMin: 0,
            tcpFlags: 0, tcpFlagsNot: 0, skip: 0, count: 0, action: 0, arg: 0, ...rule };
        const address = typeof r.address === 'string' ? ip4(r.address) : r.address;
        return this.network.act(() => this.network.lan.add_rule(r.from, r.to, r.ethertype,
            r.protocol, address, r.port, r.payloadMin, r.tcpFlags, r.tcpFlagsNot, r.skip, r.count,
            r.action, r.arg));
    }

    // Power

    powerCycle() {
        this.board.powerCycle();
        this.watchLed();
    }

    /** Power goes during the flash operation number n from now on (1: the next one); state is
     *  'off' then, and powerCycle() goes on with what the flash holds. */
    cutPowerAtFlashOperation(n) {
        this.board.rom.cutAt = this.board.rom.operations + n;
    }

    saveFlash(file) {
        fs.writeFileSync(file, this.board.flash);
    }

    loadFlash(file) {
        this.board.flash.set(fs.readFileSync(file));
    }

    // Figures

    /** Cycles awake and asleep since power, or since what an earlier call returned. */
    cycles(since = { total: 0, asleep: 0 }) {
        const total = this.board.cpuCycles + this.board.cpu.cycles - since.total;
        const asleep = this.board.sleepCycles - since.asleep;
        return { total, asleep, awakeShare: total > 0 ? (total - asleep) / total : 0 };
    }

    word(address) {
        return this.board.bus.sram32[address - 0x20000000 >> 2] >>> 0;
    }

    /** Bytes of a painted stack that were used: those above the last untouched word. */
    stackUsed(bottom, top, paint) {
        let at = bottom;
        while (at < top && this.word(at) === paint >>> 0) {
            at += 4;
        }
        return top - at;
    }

    /** Addresses in flash that were executed (option coverage). */
    executed() {
        const list = [];
        this.board.coverage.forEach((isDone, i) => isDone && list.push(0x10000000 + 2 * i));
        return list;
    }
}

function elfBeside(image) {
    const file = typeof image === 'string' ? image.replace(/\.uf2$/, '.elf') : '';
    return file !== image && fs.existsSync(file) ? new Symbols(file) : null;
}

/** Powers a board with this image in its flash. */
export function boot(image, options) {
    return new Rig(image, options);
}
