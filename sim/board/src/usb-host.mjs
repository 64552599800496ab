// SPDX-License-Identifier: MIT
// A USB host with a CDC-ACM driver: enumerates as Linux and Windows do, checks what it is told,
// and gives a terminal. Every deviation of the device fails the test.
//
// What it does is written as coroutines that yield the nanoseconds to wait, or the endpoint whose
// buffer they wait for.

import { BoardFailure } from './failure.mjs';

const DEBOUNCE_NS = 100e6, RESET_NS = 10e6, RECOVERY_NS = 10e6;
const CONTROL_TIMEOUT_NS = 500e6;
const DEVICE = 1, CONFIGURATION = 2, STRING = 3, INTERFACE = 4, ENDPOINT = 5, QUALIFIER = 6;
const CS_INTERFACE = 0x24;
const CDC_CONTROL = 2, CDC_DATA = 10;
const TYPED = 'typed'; // what the writing side of the terminal waits for
const PACKET_OVERHEAD_NS = 5000;
const BYTE_NS = 8e9 / 12e6 * 7 / 6; // with bit stuffing

function need(isTrue, what) {
    if (!isTrue) {
        throw new BoardFailure(`USB host: ${what}`);
    }
}

function setupPacket(type, request, value, index, length) {
    return Uint8Array.of(type, request, value & 0xff, value >> 8, index & 0xff, index >> 8,
        length & 0xff, length >> 8);
}

/** Splits a configuration into its descriptors. */
function parseConfiguration(bytes) {
    const list = [];
    for (let at = 0; at < bytes.length; at += bytes[at]) {
        need(bytes[at] >= 2 && at + bytes[at] <= bytes.length, 'a descriptor with a wrong length');
        list.push({ type: bytes[at + 1], bytes: bytes.subarray(at, at + bytes[at]) });
    }
    return list;
}

export class UsbHost {
    constructor(clock) {
        this.clock = clock;
        this.device = null; // the controller on the other end of the cable
        this.isPlugged = false;
        this.isOpen = false;
        this.wantsOpen = false;
        this.tasks = [];
        this.toSend = [];
        this.onData = () => {};
        this.forget();
    }

    forget() {
        for (const task of this.tasks) {
            task.alarm.cancel();
        }
        this.tasks = [];
        this.address = 0;
        this.isConfigured = false;
        this.isOpen = false;
        this.descriptors = null;
        this.strings = {};
        this.toggles = new Map();
        this.session = 0;
        this.controlBusy = false;
    }

    /** After a reset of the board there is another controller object. */
    connect(device) {
        this.device = device;
        device.link = {
            attached: () => this.attached(),
            detached: () => this.forget(),
            armed: (endpoint, isIn) => this.armed(endpoint, isIn),
        };
        device.plug(this.isPlugged);
    }

    plug() {
        this.isPlugged = true;
        this.device.plug(true);
        if (this.device.isVisible) {
            this.attached();
        }
    }

    unplug() {
        this.isPlugged = false;
        this.forget();
        this.device.plug(false);
    }

    // Coroutines

    start(generator) {
        const task = { generator, waitsFor: null, alarm: null };
        task.alarm = this.clock.createWorldAlarm(() => this.resume(task));
        this.tasks.push(task);
        this.resume(task);
    }

    resume(task) {
        task.waitsFor = null;
        const { value, done } = task.generator.next();
        if (done) {
            this.tasks = this.tasks.filter((t) => t !== task);
        } else if (typeof value === 'number') {
            task.alarm.schedule(value);
        } else {
            task.waitsFor = value;
            if (value.timeout !== undefined) {
                task.alarm.schedule(value.timeout);
            }
        }
    }

    armed(endpoint, isIn) {
        for (const task of this.tasks) {
            const { waitsFor } = task;
            if (waitsFor !== null && waitsFor.endpoint === endpoint && waitsFor.isIn === isIn) {
                task.waitsFor = null;
                task.alarm.schedule(PACKET_OVERHEAD_NS);
            }
        }
    }

    // Transactions

    *inPacket(endpoint, timeout, isWanted = () => true) {
        const until = this.clock.nanos + (timeout ?? Infinity);
        while (isWanted()) {
            const answer = this.device.in(this.address, endpoint);
            need(answer !== null, `no answer from address ${this.address} endpoint ${endpoint} IN`);
            if (answer !== 'nak') {
                if (answer !== 'stall') {
                    yield PACKET_OVERHEAD_NS + BYTE_NS * answer.data.length;
                }
                return answer;
            }
            need(this.clock.nanos < until, `endpoint ${endpoint} IN does not get ready`);
            yield { endpoint, isIn: true, timeout };
        }
        return null;
    }

    *outPacket(endpoint, pid, data, timeout) {
        const until = this.clock.nanos + (timeout ?? Infinity);
        for (;;) {
            const answer = this.device.out(this.address, endpoint, pid, data);
            need(answer !== null, `no answer from address ${this.address} endpoint ${endpoint} OUT`);
            if (answer !== 'nak') {
                yield PACKET_OVERHEAD_NS + BYTE_NS * data.length;
                return answer;
            }
            need(this.clock.nanos < until, `endpoint ${endpoint} OUT does not get ready`);
            yield { endpoint, isIn: false, timeout };
        }
    }

    /** A control transfer: the bytes of an IN one, 'stall', or 'ack'. One at a time. */
    *transfer(setup, data = new Uint8Array(0)) {
        while (this.controlBusy) {
            yield 100e3;
        }
        this.controlBusy = true;
        const result = yield* this.transferNow(setup, data);
        this.controlBusy = false;
        return result;
    }

    *transferNow(setup, data) {
        const length = setup[6] | setup[7] << 8;
        const isIn = (setup[0] & 0x80) !== 0 && length > 0;
        need(this.device.setup(this.address, setup) === 'ack', `no answer from address ${this.address}`);
        yield PACKET_OVERHEAD_NS + 8 * BYTE_NS;
        return isIn ? yield* this.controlIn(length) : yield* this.controlOut(data);
    }

    *controlIn(length) {
        const bytes = [];
        let pid = 1;
        for (;;) {
            const packet = yield* this.inPacket(0, CONTROL_TIMEOUT_NS);
            if (packet === 'stall') {
                return 'stall';
            }
            need(packet.pid === pid, `control IN with DATA${packet.pid} instead of DATA${pid}`);
            need(packet.data.length <= 64, 'a control packet of more than 64 bytes');
            bytes.push(...packet.data);
            need(bytes.length <= length, `${bytes.length} bytes for a request of ${length}`);
            pid ^= 1;
            if (packet.data.length < 64 || bytes.length === length) {
                break;
            }
        }
        const status = yield* this.outPacket(0, 1, new Uint8Array(0), CONTROL_TIMEOUT_NS);
        need(status === 'ack', 'the status stage of a control IN transfer was stalled');
        return Uint8Array.from(bytes);
    }

    *controlOut(data) {
        let pid = 1;
        for (let at = 0; at < data.length; at += 64) {
            const answer = yield* this.outPacket(0, pid, data.subarray(at, at + 64), CONTROL_TIMEOUT_NS);
            if (answer === 'stall') {
                return 'stall';
            }
            pid ^= 1;
        }
        const status = yield* this.inPacket(0, CONTROL_TIMEOUT_NS);
        if (status === 'stall') {
            return 'stall';
        }
        need(status.data.length === 0 && status.pid === 1, 'a status stage that is no empty DATA1');
        return 'ack';
    }

    // Enumeration

    attached() {
        if (this.isPlugged) {
            this.forget();
            this.start(this.enumerate());
        }
    }

    *busReset() {
        this.address = 0;
        yield RESET_NS;
        this.device.busReset();
        yield RECOVERY_NS;
    }

    *descriptor(type, index, length, language = 0) {
        return yield* this.transfer(setupPacket(0x80, 6, type << 8 | index, language, length));
    }

    *enumerate() {
        yield DEBOUNCE_NS;
        yield* this.busReset();
        const first = yield* this.descriptor(DEVICE, 0, 64);
        need(first !== 'stall' && first.length === 18 && first[7] === 64,
            'no device descriptor with 64-byte packets on endpoint 0');
        yield* this.busReset();
        need((yield* this.transfer(setupPacket(0, 5, 9, 0, 0))) === 'ack', 'SET_ADDRESS refused');
        this.address = 9;
        yield 2e6;
        const device = yield* this.descriptor(DEVICE, 0, 18);
        need(device.length === 18 && device[0] === 18 && device[1] === DEVICE && device[17] === 1,
            'a wrong device descriptor');
        need((yield* this.descriptor(QUALIFIER, 0, 10)) === 'stall',
            'a full-speed device answers for a device qualifier');
        const configuration = yield* this.configuration();
        yield* this.readStrings(device, configuration);
        this.descriptors = this.checkCdc(device, configuration);
        need((yield* this.transfer(setupPacket(0, 9, configuration[5], 0, 0))) === 'ack',
            'SET_CONFIGURATION refused');
        this.toggles.clear();
        yield* this.setLine();
        this.isConfigured = true;
        this.start(this.readNotifications());
        if (this.wantsOpen) {
            this.start(this.openTerminal());
        }
    }

    *configuration() {
        const head = yield* this.descriptor(CONFIGURATION, 0, 9);
        need(head !== 'stall' && head.length === 9, 'no configuration descriptor');
        const total = head[2] | head[3] << 8;
        const all = yield* this.descriptor(CONFIGURATION, 0, 255);
        need(all.length === total, `a configuration of ${all.length} bytes that says ${total}`);
        need((yield* this.descriptor(CONFIGURATION, 0, total)).length === total, 'another length');
        return all;
    }

    *readStrings(device, configuration) {
        const languages = yield* this.descriptor(STRING, 0, 255);
        need(languages !== 'stall' && languages[1] === STRING && languages.length >= 4,
            'no list of languages');
        const language = languages[2] | languages[3] << 8;
        const named = { manufacturer: device[14], product: device[15], serial: device[16] };
        for (const [name, index] of Object.entries(named)) {
            if (index !== 0) {
                this.strings[name] = yield* this.readString(index, language);
            }
        }
        if (configuration[6] !== 0) {
            this.strings.configuration = yield* this.readString(configuration[6], language);
        }
    }

    *readString(index, language) {
        const bytes = yield* this.descriptor(STRING, index, 255, language);
        need(bytes !== 'stall' && bytes[1] === STRING && bytes[0] === bytes.length,
            `string ${index} has a wrong length`);
        return Buffer.from(bytes.subarray(2)).toString('utf16le');
    }

    /** The parts of a CDC-ACM function that a driver looks for. */
    checkCdc(device, configuration) {
        const list = parseConfiguration(configuration);
        const interfaces = list.filter((d) => d.type === INTERFACE);
        need(interfaces.length === configuration[4], 'bNumInterfaces is wrong');
        const control = interfaces.find((d) => d.bytes[5] === CDC_CONTROL && d.bytes[6] === 2);
        const data = interfaces.find((d) => d.bytes[5] === CDC_DATA);
        need(control !== undefined && data !== undefined, 'no CDC-ACM function');
        const union = list.find((d) => d.type === CS_INTERFACE && d.bytes[2] === 6);
        need(union !== undefined && union.bytes[3] === control.bytes[2] &&
            union.bytes[4] === data.bytes[2], 'the union descriptor does not name the interfaces');
        const endpoints = list.filter((d) => d.type === ENDPOINT).map((d) => d.bytes);
        const find = (type, isIn) => endpoints.find((e) => (e[3] & 3) === type && e[2] >> 7 === isIn);
        const [bulkIn, bulkOut, notify] = [find(2, 1), find(2, 0), find(3, 1)];
        need(bulkIn && bulkOut && notify, 'an endpoint is missing');
        need(bulkIn[4] === 64 && bulkOut[4] === 64, 'bulk packets are not 64 bytes');
        return { vendor: device[8] | device[9] << 8, product: device[10] | device[11] << 8,
            interface: control.bytes[2], bulkIn: bulkIn[2] & 15, bulkOut: bulkOut[2] & 15,
            notify: notify[2] & 15 };
    }

    *setLine() {
        const { interface: index } = this.descriptors;
        const line = Uint8Array.of(0x00, 0xc2, 0x01, 0x00, 0, 0, 8); // 115200 8N1
        need((yield* this.transfer(setupPacket(0x21, 0x20, 0, index, 7), line)) === 'ack',
            'SET_LINE_CODING refused');
        const back = yield* this.transfer(setupPacket(0xa1, 0x21, 0, index, 7));
        need(back !== 'stall' && Buffer.compare(back, line) === 0, 'GET_LINE_CODING differs');
    }

    // The terminal

    *setDtr(isOn) {
        const { interface: index } = this.descriptors;
        const answer = yield* this.transfer(setupPacket(0x21, 0x22, isOn ? 3 : 0, index, 0));
        need(answer === 'ack', 'SET_CONTROL_LINE_STATE refused');
    }

    *openTerminal() {
        yield* this.setLine();
        yield* this.setDtr(true);
        this.isOpen = true;
        const session = ++this.session;
        const isWanted = () => this.isOpen && this.session === session;
        this.start(this.readTerminal(isWanted));
        this.start(this.writeTerminal(isWanted));
    }

    *closeTerminal() {
        yield* this.setDtr(false);
    }

    open() {
        this.wantsOpen = true;
        if (this.isConfigured && !this.isOpen) {
            this.start(this.openTerminal());
        }
    }

    close() {
        this.wantsOpen = false;
        if (this.isOpen) {
            this.isOpen = false;
            this.start(this.closeTerminal());
        }
    }

    type(text) {
        this.toSend.push(...Buffer.from(text, 'utf8'));
        this.armed(TYPED, undefined);
    }

    toggle(key, pid) {
        const expected = this.toggles.get(key) ?? 0;
        need(pid === undefined || pid === expected, `${key}: DATA${pid} instead of DATA${expected}`);
        this.toggles.set(key, expected ^ 1);
        return expected;
    }

    *readTerminal(isWanted) {
        const { bulkIn } = this.descriptors;
        for (;;) {
            const packet = yield* this.inPacket(bulkIn, undefined, isWanted);
            if (packet === null) {
                return;
            }
            need(packet !== 'stall', 'the bulk IN endpoint is stalled');
            this.toggle('bulk IN', packet.pid);
            this.onData(packet.data);
        }
    }

    *writeTerminal(isWanted) {
        const { bulkOut } = this.descriptors;
        while (isWanted()) {
            if (this.toSend.length === 0) {
                yield { endpoint: TYPED };
                continue;
            }
            const data = Uint8Array.from(this.toSend.splice(0, 64));
            const answer = yield* this.outPacket(bulkOut, this.toggle('bulk OUT'), data);
            need(answer === 'ack', 'the bulk OUT endpoint is stalled');
        }
    }

    *readNotifications() {
        const { notify } = this.descriptors;
        for (;;) {
            const packet = yield* this.inPacket(notify);
            need(packet !== 'stall', 'the notification endpoint is stalled');
            this.toggle('notification', packet.pid);
        }
    }
}
