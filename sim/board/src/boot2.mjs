// SPDX-License-Identifier: MIT
// What the boot ROM asks of the second stage: CRC-32/MPEG-2 of 252 bytes in the last four.

export function crc32Mpeg2(bytes) {
    let crc = 0xffffffff;
    for (const byte of bytes) {
        crc ^= byte << 24;
        for (let i = 0; i < 8; i++) {
            crc = crc & 0x80000000 ? crc << 1 ^ 0x04c11db7 : crc << 1;
        }
    }
    return crc >>> 0;
}

export function isBoot2(flash) {
    const view = new DataView(flash.buffer, flash.byteOffset);
    return crc32Mpeg2(flash.subarray(0, 252)) === view.getUint32(252, true);
}
