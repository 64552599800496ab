// SPDX-License-Identifier: MIT
// The frames on the bus between processor and chip, as they pass.

const HEADER = 3;
const WRITE = 4;
const TX_MEMORY = 2, RX_MEMORY = 3; // block, modulo 4

export class BusLog {
    /** take(frame) is called when a frame is over: { begin, end, address, block, isWrite, length,
     *  isMemory }; times in emulated nanoseconds, length without the header. */
    constructor(rig, take) {
        const { network } = rig;
        const clock = rig.board.clock;
        const { select, exchange } = network;
        let begin = 0, count = 0, header = 0;
        network.select = (level) => {
            select.call(network, level);
            if (!level) {
                begin = clock.nanos;
                count = header = 0;
            } else if (count >= HEADER) {
                const control = header & 0xff;
                take({ begin, end: clock.nanos, address: header >>> 8, block: control >>> 3,
                    isWrite: (control & WRITE) !== 0, length: count - HEADER,
                    isMemory: [TX_MEMORY, RX_MEMORY].includes(control >>> 3 & 3) });
                count = 0;
            }
        };
        network.exchange = (mosi) => {
            if (count < HEADER) {
                header = header << 8 | mosi;
            }
            count++;
            return exchange.call(network, mosi);
        };
    }
}

const COMMON = { 0x00: 'MR..VERSIONR', 0x17: 'SIR' };
const SOCKET = { 0x00: 'MR', 0x01: 'CR', 0x02: 'IR', 0x04: 'PORT', 0x0c: 'DIPR, DPORT',
    0x12: 'MSSR..TTL', 0x1e: 'sizes and pointers', 0x24: 'TX_WR', 0x28: 'RX_RD',
    0x2c: 'IMR..KPALVTR' };

/** What a frame is about, in the datasheet's names. */
export function nameOf({ block, address, isWrite }) {
    if (block === 0) {
        return COMMON[address] ?? 'common';
    }
    const n = block >> 2;
    switch (block & 3) {
    case TX_MEMORY:
        return `S${n} transmit memory`;
    case RX_MEMORY:
        return `S${n} receive memory`;
    default:
        return address === 1 && !isWrite ? `S${n} CR, IR, SR` : `S${n} ${SOCKET[address] ?? 'register'}`;
    }
}
