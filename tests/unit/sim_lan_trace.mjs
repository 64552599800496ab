// SPDX-License-Identifier: MIT
// node sim_lan_trace.mjs MODULE clean|faulty FILE: the run of sim_lan_trace.c with the
// WebAssembly module.
import { readFileSync, writeFileSync } from "node:fs";

const [modulePath, mode, out] = process.argv.slice(2);
const ip4 = (a, b, c, d) => ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
const PEER = ip4(192, 168, 7, 20);
const ROUTER = ip4(192, 168, 7, 1);
const CLOUD = ip4(203, 0, 113, 5);
const TOTAL = 100000;
const SERVER = 1;
const CLIENT = 2;
const END = -1;

const records = [];
let lan;
let sent = 0;
let echoed = 0;
const bytes = (at, len) => new Uint8Array(lan.memory.buffer, at, len);
const room = (len) => bytes(lan.buffer(), len);

function put(data) {
    const from = typeof data === "string" ? Buffer.from(data, "latin1") : data;
    room(from.length).set(from);
    return from.length;
}

function serverData(conn) {
    for (;;) {
        const free = lan.tcp_room(conn);
        if (free === 0) return;
        const n = lan.tcp_recv(conn, Math.min(free, 1000));
        if (n === END) lan.tcp_close(conn);
        if (n <= 0) return;
        lan.tcp_send(conn, n); // it is in the buffer
    }
}

function clientSend(conn) {
    while (sent < TOTAL) {
        const len = Math.min(TOTAL - sent, 1000);
        const buf = room(len);
        for (let i = 0; i < len; i++) buf[i] = (sent + i) * 7;
        const n = lan.tcp_send(conn, len);
        sent += n;
        if (n < len) return;
    }
}

function clientData(conn) {
    let n;
    while ((n = lan.tcp_recv(conn, 1000)) > 0) {
        const buf = room(n);
        for (let i = 0; i < n; i++) {
            if (buf[i] !== (((echoed + i) * 7) & 255)) throw new Error(`byte ${echoed + i}`);
        }
        echoed += n;
    }
    if (echoed === TOTAL) lan.tcp_close(conn);
}

const env = {
    frame() {},
    link() {},
    datagram() {},
    accept(tag, conn) {
        if (tag === CLIENT) clientSend(conn);
    },
    data(tag, conn) {
        (tag === CLIENT ? clientData : serverData)(conn);
    },
    writable(tag, conn) {
        (tag === CLIENT ? clientSend : serverData)(conn);
    },
    closed() {},
    pcap(at, len) {
        records.push(Buffer.from(bytes(at, len)));
    },
};

function ask(peer, router) {
    const dhcp = new Uint8Array(244);
    dhcp.set([1, 1, 6, 0, 1, 2, 3, 4]);
    dhcp.set([2, 0, 0, 0, 0, 0x33], 28);
    dhcp.set([0x63, 0x82, 0x53, 0x63, 53, 1, 1, 255], 236);
    const ntp = new Uint8Array(48);
    ntp[0] = 0x23;
    const dns =
        "\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x06broker\x04test\0\0\x01\0\x01";
    lan.udp_send(peer, 0, 40000, ROUTER, 53, put(dns));
    lan.udp_send(peer, 0, 40001, ip4(203, 0, 113, 123), 123, put(ntp));
    lan.udp_send(peer, 0, 68, 0xffffffff, 67, put(dhcp));
    lan.udp_send(router, 0, 1, PEER, 9, put("nobody"));
    lan.udp_send(router, 0, 1, ip4(224, 0, 0, 251), 45679, put("many"));
    lan.host_announce(peer);
}

function faultNumber(name) {
    for (let i = 0; ; i++) {
        let at = lan.fault_str(i);
        if (at === 0) throw new Error(`no fault ${name}`);
        const text = bytes(at, 64);
        if (Buffer.from(text.subarray(0, text.indexOf(0))).toString() === name) return i;
    }
}

const { instance } = await WebAssembly.instantiate(readFileSync(modulePath), { env });
lan = instance.exports;
if (lan.init(42) !== 1) throw new Error("init");
const router = lan.add_router();
const peer = lan.add_host(PEER, 24, ROUTER, 0);
lan.set_pcap(1);
put("broker.test\0cloud.example\0");
lan.dns_add_cname(60);
put("cloud.example\0");
lan.dns_add_a(CLOUD, 60);
if (mode === "faulty") {
    lan.set_wire(500000, 300000, 30000, 20000, 20000, 2000000, 10000, 10000);
    lan.set_fault(faultNumber("dhcp-forged"), 0x400);
    lan.set_fault(faultNumber("dns-garbage"), 1);
}
ask(peer, router);
lan.tcp_listen(router, 0, 45678, SERVER);
lan.tcp_connect(peer, CLOUD, 45678, CLIENT);
// In pieces, where the C run takes one step: it must not matter.
for (let t = 0; t <= 60e9; t += 7.5e6) lan.step(t);
writeFileSync(out, Buffer.concat(records));
if (echoed !== TOTAL) throw new Error(`${echoed} of ${TOTAL} bytes came back`);
