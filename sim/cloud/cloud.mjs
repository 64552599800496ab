// SPDX-License-Identifier: MIT
// The platform inside the virtual network, in emulated time: the access node of onelink-platform
// (cloud.wasm) behind a TCP port of the network's router. The same run gives the same bytes.

import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { BUILD } from '../board/src/network.mjs';

const DIRECTION = ['up', 'down', 'node'];
const VERDICT = ['accepted', 'refused', 'closed', 'dropped', 'not served', 'limit'];
const STATS = ['posts', 'refused', 'logins', 'loginsRefused', 'closed', 'connections', 'samples'];
const CHUNK = 65536;
const MS = 1e6;

let compiled = null;

function compile() {
    compiled ??= new WebAssembly.Module(fs.readFileSync(path.join(BUILD, 'sim/cloud.wasm')));
    return compiled;
}

/** A device's password, as docs/protocol.md §2 has it. */
export function token(product, device, key, expires = 4102444800) {
    const res = `products/${product}/devices/${device}`;
    const sign = crypto.createHmac('md5', Buffer.from(key, 'base64'))
        .update(`${expires}\nmd5\n${res}\n2018-10-31`).digest('base64');
    return ['version=2018-10-31', `res=${encodeURIComponent(res)}`, `et=${expires}`, 'method=md5',
        `sign=${encodeURIComponent(sign)}`].join('&');
}

function mqttText(text) {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(Buffer.byteLength(text));
    return Buffer.concat([length, Buffer.from(text)]);
}

/** A CONNECT with user name, password and a clean session. */
export function connectPacket(client, user, password, keepAlive = 60) {
    const body = Buffer.concat([mqttText('MQTT'), Buffer.from([4, 0xc2, keepAlive >> 8, keepAlive & 255]),
        mqttText(client), mqttText(user), mqttText(password)]);
    const length = body.length < 128 ? [body.length] : [body.length & 127 | 128, body.length >> 7];
    return Buffer.concat([Buffer.from([0x10, ...length]), body]);
}

export class Cloud {
    /** On `port` of every address that the rig's router takes; it is up. */
    constructor(rig, { port = 1883 } = {}) {
        this.network = rig.network;
        this.board = rig.board;
        this.port = port;
        this.log = []; // { atMs, device, direction, verdict, packet, code, topic, body, reason }
        this.answers = new Map(); // handle => { api, device } codes
        this.seatOf = new Map(); // connection of the network => connection of the platform
        this.connOf = new Map();
        this.wasm = new WebAssembly.Instance(compile(), { env: {
            log: (...line) => this.takeLine(line),
        } }).exports;
        this.wasm.init();
        this.alarm = rig.board.clock.createWorldAlarm(() => this.network.act(() => this.turn()));
        this.tag = this.network.tag({
            accept: (conn, peer) => this.accept(conn, peer),
            data: (conn) => this.read(conn),
            writable: () => this.turn(),
            closed: (conn) => this.leave(conn),
        });
        if (this.network.lan.tcp_listen(rig.router, 0, port, this.tag) === 0) {
            throw new Error(`no room to listen on port ${port}`);
        }
        this.start();
    }

    get ms() {
        return this.network.lan.now() / MS;
    }

    text(at, length) {
        return Buffer.from(new Uint8Array(this.wasm.memory.buffer, at, length)).toString('utf8');
    }

    /** Texts one behind the other into the module's buffer; their lengths. */
    put(...parts) {
        let at = this.wasm.buffer();
        return parts.map((part) => {
            const bytes = Buffer.from(part);
            new Uint8Array(this.wasm.memory.buffer, at, bytes.length).set(bytes);
            at += bytes.length;
            return bytes.length;
        });
    }

    takeLine([device, direction, verdict, packet, code, topic, topicLen, body, bodyLen, reason, reasonLen]) {
        this.log.push({ atMs: this.ms, device, direction: DIRECTION[direction],
            verdict: VERDICT[verdict], packet, code, topic: this.text(topic, topicLen),
            body: this.text(body, bodyLen), reason: this.text(reason, reasonLen) });
        this.board.hasNews = true;
    }

    // Connections

    accept(conn, peer) {
        const seat = this.wasm.open(peer.remote, this.ms);
        if (seat === 0) {
            this.network.lan.tcp_reset(conn);
            return;
        }
        this.seatOf.set(conn, seat);
        this.connOf.set(seat, conn);
        this.turn();
    }

    read(conn) {
        const seat = this.seatOf.get(conn);
        while (seat !== undefined && this.wasm.is_reading(seat)) {
            const data = this.network.receive(conn, CHUNK);
            if (data === null) {
                this.leave(conn);
                this.network.lan.tcp_close(conn);
                break;
            }
            if (data.length === 0) {
                break;
            }
            this.put(data);
            this.wasm.input(seat, data.length, this.ms);
        }
        this.turn();
    }

    leave(conn) {
        const seat = this.seatOf.get(conn);
        if (seat !== undefined) {
            this.seatOf.delete(conn);
            this.connOf.delete(seat);
            this.wasm.close(seat, this.ms);
            this.turn();
        }
    }

    write(seat) {
        const conn = this.connOf.get(seat);
        for (let length; (length = this.wasm.output(seat)) > 0;) {
            const at = this.wasm.buffer();
            const bytes = new Uint8Array(this.wasm.memory.buffer, at, length).slice();
            const taken = conn === undefined ? length : this.network.send(conn, bytes);
            if (taken === 0) {
                return;
            }
            this.wasm.output_done(seat, taken, this.ms);
        }
        if (this.wasm.is_closed(seat)) {
            if (conn !== undefined) {
                this.leave(conn);
                this.network.lan.tcp_close(conn);
            } else {
                this.wasm.close(seat, this.ms);
            }
        }
    }

    /** One turn of the loop that platform/core/node.h describes. */
    turn() {
        this.wasm.step(this.ms);
        for (let seat; (seat = this.wasm.take_ready()) !== 0;) {
            this.write(seat);
            const conn = this.connOf.get(seat);
            if (conn !== undefined && this.network.lan.tcp_readable(conn) > 0) {
                this.read(conn);
            }
        }
        for (let handle; (handle = this.wasm.take_event()) !== 0;) {
            this.answers.set(handle, { api: this.wasm.event_code(0), device: this.wasm.event_code(1) });
            this.board.hasNews = true;
        }
        const due = this.wasm.deadline();
        if (due === Infinity) {
            this.alarm.cancel();
        } else {
            this.alarm.scheduleAt(Math.max(due * MS, this.network.clock.nanos + MS));
        }
    }

    // For tests: all at the present instant

    act(change) {
        return this.network.act(() => {
            const result = change();
            this.turn();
            return result;
        });
    }

    /** The program starts; products and devices are still there. */
    start() {
        this.network.act(() => this.wasm.start(this.ms, this.network.lan.get_wall()));
    }

    /** It dies. withReset: its host goes on and resets the connections; else that died too, and
     *  knows none of them afterwards. Until start() nobody listens. */
    crash(withReset) {
        this.network.act(() => {
            this.seatOf.clear();
            this.connOf.clear();
            this.wasm.crash(this.ms);
            this.network.lan.tcp_restart(this.port, withReset ? 1 : 0);
        });
    }

    addProduct(id, key, model) {
        const number = this.wasm.add_product(...this.put(id, key, model));
        if (number === 0) {
            throw new Error(`the platform does not take the product ${id}`);
        }
        return { number, id };
    }

    addDevice(product, name, key) {
        const number = this.wasm.add_device(product.number, ...this.put(name, key));
        if (number === 0) {
            throw new Error(`the platform does not take the device ${name}`);
        }
        return { number, product, name, key };
    }

    /** Another key, as after a reset in the console; who is logged in is thrown out. */
    setKey(device, key) {
        this.act(() => this.wasm.set_key(device.number, ...this.put(key), this.ms));
    }

    isOnline(device) {
        return this.wasm.is_online(device.number) !== 0;
    }

    /** The newest stored value of a property, or undefined. */
    value(device, identifier) {
        const length = this.wasm.value(device.number, ...this.put(identifier));
        return length > 0 ? JSON.parse(this.text(this.wasm.buffer(), length)) : undefined;
    }

    /** Sets properties of a device; a handle for `answers`. */
    set(device, params) {
        return this.act(() => {
            const handle = this.wasm.set(device.number, ...this.put(JSON.stringify(params)), this.ms);
            if (handle === 0) {
                throw new Error(`the platform refuses to set: ${this.wasm.start_code()}`);
            }
            return handle;
        });
    }

    /** Somebody else logs in with the device's name and key, from outside the network. */
    twin(device) {
        this.act(() => {
            const seat = this.wasm.open(0, this.ms);
            const packet = connectPacket(device.name, device.product.id,
                token(device.product.id, device.name, device.key));
            this.put(packet);
            this.wasm.input(seat, packet.length, this.ms);
        });
    }

    stats() {
        return Object.fromEntries(STATS.map((name, i) => [name, this.wasm.stat(i)]));
    }
}
