// SPDX-License-Identifier: MIT
// What happens at the instant of a frame on the wire.

const RECORD = 16; // pcap's record header
const ETHERNET = 14;
const IPV4 = 0x0800;
const TCP = 6, UDP = 17;

/** { protocol, from, to, payload } of an IPv4 packet with ports, or null. */
function parse(frame) {
    if (frame.readUInt16BE(12) !== IPV4) {
        return null;
    }
    const ip = frame.subarray(ETHERNET);
    const body = ip.subarray((ip[0] & 15) * 4, ip.readUInt16BE(2));
    const protocol = ip[9];
    if (protocol !== TCP && protocol !== UDP) {
        return null;
    }
    const payload = body.subarray(protocol === TCP ? (body[12] >> 4) * 4 : 8);
    return { protocol, from: body.readUInt16BE(0), to: body.readUInt16BE(2), payload };
}

/** Calls act() once, at the instant at which the first packet that matches is on the wire. */
export function atPacket(rig, matches, act) {
    const alarm = rig.board.clock.createWorldAlarm(act);
    let isDone = false;
    rig.network.startPcap((record) => {
        if (isDone || record.length < RECORD + ETHERNET + 28) {
            return;
        }
        const packet = parse(Buffer.from(record).subarray(RECORD));
        if (packet !== null && matches(packet)) {
            isDone = true;
            alarm.scheduleAt(rig.board.clock.nanos);
        }
    });
}
