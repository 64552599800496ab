// SPDX-License-Identifier: MIT
// The flash's serial interface as far as firmware uses it directly: single commands while the
// flash is out of XIP mode (identity, status). Transfers of data go through the boot ROM.

import { Peripheral } from './peripheral.mjs';
import { BoardFailure, hex } from './failure.mjs';

const CTRLR0 = 0x00, QUAD = 2 << 21;
const SSIENR = 0x08, TXFLR = 0x20, RXFLR = 0x24, SR = 0x28, DR0 = 0x60;
const PLAIN = [0x00, 0x04, 0x0c, 0x10, 0x14, 0x18, 0x1c, 0x2c, 0x4c, 0x50, 0x54, 0xf0, 0xf4, 0xf8];
const TFNF = 2, TFE = 4, RFNE = 8, RFF = 16;
const FIFO = 16;

const COMMANDS = {
    0x9f: () => [0, 0xef, 0x40, 0x15], // W25Q16: 2 MB
    0x4b: (id) => [0, 0, 0, 0, 0, ...id],
    0x05: () => [0, 0],
    0x35: () => [0, 2], // quad enable is set
    0x06: () => [0],
    0x01: () => [0],
    0x31: () => [0],
};

/** What the flash chip answers on MISO, byte by byte of one command. */
export class FlashChip {
    constructor(uniqueId) {
        this.uniqueId = uniqueId;
        this.end();
    }

    exchange(mosi) {
        if (this.answer === null) {
            const command = COMMANDS[mosi];
            if (command === undefined) {
                throw new BoardFailure(`flash command ${hex(mosi, 2)} is not modelled`);
            }
            this.answer = command(this.uniqueId);
            this.at = 0;
        }
        return this.answer[this.at++] ?? 0xff;
    }

    end() {
        this.answer = null;
        this.at = 0;
    }
}

export class Ssi extends Peripheral {
    constructor(flashChip, ioQspi) {
        super('XIP_SSI');
        this.flashChip = flashChip;
        this.ioQspi = ioQspi; // register 0x0c: CTRL of the chip select
        this.values = Object.fromEntries(PLAIN.map((o) => [o, 0]));
        this.enabled = 0;
        this.rx = [];
        this.isFresh = true;
    }

    /** OUTOVER of SS: 2 forces low, 3 high. Otherwise it is low while frames are under way. */
    get selectOverride() {
        return this.ioQspi.read(0x0c) >> 8 & 3;
    }

    selectChanged() {
        if (this.selectOverride === 3 || this.selectOverride === 0) {
            this.flashChip.end();
        }
    }

    read(offset) {
        switch (offset) {
        case SSIENR: return this.enabled;
        case TXFLR: return 0;
        case RXFLR: return this.rx.length;
        case SR:
            return TFNF | TFE | (this.rx.length > 0 ? RFNE : 0) | (this.rx.length >= FIFO ? RFF : 0);
        case DR0: {
            const byte = this.rx.shift() ?? 0;
            if (this.rx.length === 0 && this.selectOverride === 0) {
                this.flashChip.end();
            }
            return byte;
        }
        case 0x58: return 0x51535049;
        case 0x5c: return 0x3430312a;
        default: return this.values[offset];
        }
    }

    write(offset, value) {
        if (offset === SSIENR) {
            this.enabled = value & 1;
            this.rx.length = 0;
            return true;
        }
        if (offset === DR0) {
            this.transfer(value);
            return true;
        }
        if (this.values[offset] === undefined) {
            return false;
        }
        this.values[offset] = value;
        return true;
    }

    transfer(value) {
        if (this.rx.length >= FIFO) {
            throw new BoardFailure('XIP_SSI: receive FIFO overrun');
        }
        if (this.values[CTRLR0] & QUAD) {
            this.rx.push(0); // boot2's first read, which puts the flash into continuous mode
            return;
        }
        this.rx.push(this.selectOverride === 3 ? 0xff : this.flashChip.exchange(value & 0xff));
    }
}
