// SPDX-License-Identifier: MIT
// What is on the wire and on the bus of a rig, and what a test does at the very instant of it.

const RECORD = 16; // pcap's record header
const ETHERNET = 14;
const IPV4 = 0x0800, ARP = 0x0806;
const UDP_HEADER = 8;
const DHCP_OPTIONS = 240;
const PULL = 5; // SIM_LAN_PULL
const FIRST_OF_HEADER = 3; // bytes of an SPI frame before its data

function parseArp(arp) {
    return { protocol: 'arp', isProbe: arp.readUInt16BE(6) === 1 && arp.readUInt32BE(14) === 0 };
}

function parseIp(ip) {
    const body = ip.subarray((ip[0] & 15) * 4, ip.readUInt16BE(2));
    const protocol = { 6: 'tcp', 17: 'udp' }[ip[9]];
    if (protocol === undefined) {
        return null;
    }
    const isTcp = protocol === 'tcp';
    return { protocol, from: body.readUInt16BE(0), to: body.readUInt16BE(2),
        flags: isTcp ? body[13] : 0, payload: body.subarray(isTcp ? (body[12] >> 4) * 4 : UDP_HEADER) };
}

/** { protocol: 'arp', isProbe } or { protocol, from, to, flags, payload } with ports, or null. */
function parse(frame) {
    const type = frame.readUInt16BE(12);
    const body = frame.subarray(ETHERNET);
    return type === ARP ? parseArp(body) : type === IPV4 ? parseIp(body) : null;
}

/** see(packet) of every packet that the network's switch takes, before it passes it on. */
export function watchPackets(rig, see) {
    rig.packetWatchers ??= [];
    rig.packetWatchers.push(see);
    if (rig.packetWatchers.length > 1) {
        return;
    }
    rig.network.startPcap((record) => {
        const packet = record.length < RECORD + ETHERNET ? null : parse(Buffer.from(record).subarray(RECORD));
        if (packet !== null) {
            rig.packetWatchers.forEach((watcher) => watcher(packet));
        }
    });
}

/** see(byte) of every byte of data on the chip's bus: { block, isWrite, at: in its frame, mosi, miso }. */
function watchBus(rig, see) {
    const { network } = rig;
    const [select, exchange] = [network.select.bind(network), network.exchange.bind(network)];
    let header = [];
    let at = 0;
    network.select = (level) => {
        header = [];
        at = 0;
        select(level);
    };
    network.exchange = (mosi) => {
        const miso = exchange(mosi);
        if (header.length < FIRST_OF_HEADER) {
            header.push(mosi);
        } else {
            see({ block: header[2] >> 3, isWrite: (header[2] & 4) !== 0, at: at++, mosi, miso });
        }
        return miso;
    };
}

const BLOCK = { TX: 2, RX: 3 }; // of a socket

/** act() once, when n bytes of a socket's TX buffer were written in one frame that begins with a
 *  byte that isFirst takes. */
export function atBytesWritten(rig, n, isFirst, act) {
    const alarm = rig.board.clock.createWorldAlarm(act);
    let isIt = false;
    let isDone = false;
    watchBus(rig, ({ block, isWrite, at, mosi }) => {
        if (!isWrite || (block & 3) !== BLOCK.TX || isDone) {
            return;
        }
        isIt = at === 0 ? isFirst(mosi) : isIt;
        if (isIt && at === n) {
            isDone = true;
            alarm.scheduleAt(rig.board.clock.nanos);
        }
    });
}

/** The same of n bytes of an RX buffer read in one frame. */
export function atBytesRead(rig, n, act) {
    const alarm = rig.board.clock.createWorldAlarm(act);
    let isDone = false;
    watchBus(rig, ({ block, isWrite, at }) => {
        if (!isWrite && (block & 3) === BLOCK.RX && at === n && !isDone) {
            isDone = true;
            alarm.scheduleAt(rig.board.clock.nanos);
        }
    });
}

/** Calls act() once, at the instant at which the first packet that matches is on the wire. */
export function atPacket(rig, matches, act) {
    const alarm = rig.board.clock.createWorldAlarm(act);
    let isDone = false;
    watchPackets(rig, (packet) => {
        if (!isDone && matches(packet)) {
            isDone = true;
            alarm.scheduleAt(rig.board.clock.nanos);
        }
    });
}

/** The board's cable goes out with the first packet that matches, which is lost; done() then. */
export function pullAtPacket(rig, matches, done) {
    let isDone = false;
    watchPackets(rig, (packet) => {
        if (!isDone && matches(packet)) {
            isDone = true;
            // The switch asks its rules next, of this very frame.
            rig.network.lan.add_rule(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, PULL, rig.network.station);
            done();
        }
    });
}

// Matchers

function dhcpType(payload) {
    for (let at = DHCP_OPTIONS; at + 2 < payload.length && payload[at] !== 255;) {
        if (payload[at] === 53) {
            return payload[at + 2];
        }
        at += payload[at] === 0 ? 1 : 2 + payload[at + 1];
    }
    return 0;
}

const SYN = 0x02, ACK = 0x10;
const isUdp = (test) => (p) => p.protocol === 'udp' && test(p);
const isTcp = (test) => (p) => p.protocol === 'tcp' && test(p);
const isHandshake = (flags) => (p) => (p.flags & (SYN | ACK)) === flags;

export const MQTT_PORT = 1883;
export const dhcp = (type) => isUdp((p) => (p.to === 67 || p.from === 67) && dhcpType(p.payload) === type);
export const arpProbe = (p) => p.protocol === 'arp' && p.isProbe;
export const dnsQuestion = isUdp((p) => p.to === 53);
export const dnsAnswer = isUdp((p) => p.from === 53);
export const ntpQuestion = isUdp((p) => p.to === 123);
export const ntpAnswer = isUdp((p) => p.from === 123);
export const syn = isTcp((p) => p.to === MQTT_PORT && isHandshake(SYN)(p));
export const synAck = isTcp((p) => p.from === MQTT_PORT && isHandshake(SYN | ACK)(p));
/** Segments of MQTT that begin with a packet of this type. */
export const mqttUp = (type) => isTcp((p) => p.to === MQTT_PORT && p.payload[0] >> 4 === type);
export const mqttDown = (type) => isTcp((p) => p.from === MQTT_PORT && p.payload[0] >> 4 === type);
/** The same that carry more than the first byte says: a reply may share one with its PUBACK. */
export const reply = isTcp((p) => p.from === MQTT_PORT && p.payload.includes('"code":200'));
