// SPDX-License-Identifier: MIT
// A broker inside the virtual network, in emulated time: as much of OneNET as a device meets, so
// that a run is the same each time. What it refuses is for tests to say; what the real rules are
// is the platform's business.

const CONNECT = 1, PUBLISH = 3, PUBACK = 4, SUBSCRIBE = 8, PING = 12, DISCONNECT = 14;

function packet(type, body) {
    return Buffer.concat([Buffer.from([type, body.length]), body]);
}

function publish(topic, payload) {
    const head = Buffer.alloc(2);
    head.writeUInt16BE(topic.length);
    const body = Buffer.concat([head, Buffer.from(topic), Buffer.from(payload)]);
    const length = body.length < 128 ? [body.length] : [body.length & 127 | 128, body.length >> 7];
    return Buffer.concat([Buffer.from([PUBLISH << 4, ...length]), body]);
}

/** A code for each filter of a SUBSCRIBE: its QoS. */
function granted(body) {
    const codes = [];
    for (let at = 2; at < body.length;) {
        at += 2 + body.readUInt16BE(at) + 1;
        codes.push(body[at - 1]);
    }
    return codes;
}

/** Cuts the first packet off a stream: { type, flags, body, rest }, or null: not all there. */
function cut(stream) {
    let length = 0;
    let at = 1;
    for (let shift = 0; ; shift += 7) {
        if (at >= stream.length) {
            return null;
        }
        length |= (stream[at] & 127) << shift;
        if (!(stream[at++] & 128)) {
            break;
        }
    }
    if (stream.length < at + length) {
        return null;
    }
    return { type: stream[0] >> 4, flags: stream[0] & 15, body: stream.subarray(at, at + length),
        rest: stream.subarray(at + length) };
}

export class Broker {
    /** On `port` of every address that the rig's router takes. */
    constructor(rig, port = 1883) {
        this.rig = rig;
        this.connack = 0; // code of the next CONNACKs
        this.isMute = false; // takes everything, answers nothing
        this.sessions = new Map(); // conn => bytes not yet understood
        this.logins = [];
        this.reports = []; // { atMs, id, params }
        this.replies = []; // what the device answered to commands
        const { network } = rig;
        const tag = network.tag({
            accept: (conn) => this.sessions.set(conn, Buffer.alloc(0)),
            data: (conn) => this.take(conn),
            closed: (conn) => this.sessions.delete(conn),
        });
        this.listener = network.lan.tcp_listen(rig.router, 0, port, tag);
    }

    take(conn) {
        const data = this.rig.network.receive(conn);
        if (data === null) {
            this.rig.network.lan.tcp_close(conn);
            return;
        }
        let stream = Buffer.concat([this.sessions.get(conn), data]);
        for (let p; (p = cut(stream)) !== null; stream = p.rest) {
            if (!this.isMute && !this.accepts(conn, p)) {
                this.rig.network.lan.tcp_reset(conn);
                return;
            }
        }
        this.sessions.set(conn, stream);
    }

    /** False: what no client sends, as when the bus to the chip flips bits. */
    accepts(conn, p) {
        try {
            this.answer(conn, p);
            return true;
        } catch (error) {
            if (error instanceof SyntaxError || error instanceof RangeError) {
                return false;
            }
            throw error;
        }
    }

    send(conn, bytes) {
        this.rig.network.send(conn, bytes);
    }

    answer(conn, { type, flags, body }) {
        switch (type) {
        case CONNECT:
            this.logins.push({ atMs: this.rig.ms, conn });
            this.send(conn, packet(0x20, Buffer.from([0, this.connack])));
            if (this.connack !== 0) {
                this.rig.network.lan.tcp_close(conn);
            }
            break;
        case SUBSCRIBE:
            this.send(conn, packet(0x90, Buffer.from([body[0], body[1], ...granted(body)])));
            break;
        case PUBLISH:
            this.takePublish(conn, flags, body);
            break;
        case PING:
            this.send(conn, packet(0xd0, Buffer.alloc(0)));
            break;
        case DISCONNECT:
            this.rig.network.lan.tcp_close(conn);
            break;
        default:
        }
    }

    takePublish(conn, flags, body) {
        const length = body.readUInt16BE(0);
        const topic = body.toString('utf8', 2, 2 + length);
        const isQos1 = (flags >> 1 & 3) === 1;
        const payload = body.subarray(2 + length + (isQos1 ? 2 : 0));
        if (isQos1) {
            this.send(conn, packet(PUBACK << 4, body.subarray(2 + length, 4 + length)));
        }
        const message = JSON.parse(payload.toString('utf8'));
        if (topic.endsWith('/property/post')) {
            this.reports.push({ atMs: this.rig.ms, ...message });
            this.rig.board.hasNews = true;
            this.send(conn, publish(`${topic}/reply`,
                JSON.stringify({ id: message.id, code: 200, msg: 'success' })));
        } else if (topic.endsWith('/set_reply')) {
            this.replies.push(message);
        }
    }

    /** Every open connection, by tcp_reset, tcp_silence, tcp_forget, tcp_close. */
    all(act) {
        this.rig.network.act(() => [...this.sessions.keys()].forEach((conn) => act(this.rig.network.lan, conn)));
    }
}
