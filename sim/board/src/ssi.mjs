// SPDX-License-Identifier: MIT
// The flash's serial interface as far as firmware uses it directly: single commands while the
// flash is out of XIP mode (identity, status), and boot2's way into XIP mode. Transfers of data go
// through the boot ROM.

import { Peripheral } from './peripheral.mjs';
import { BoardFailure, hex } from './failure.mjs';

const CTRLR0 = 0x00, FORMAT = 3 << 21, QUAD = 2 << 21;
const SSIENR = 0x08, TXFLR = 0x20, RXFLR = 0x24, SR = 0x28, DR0 = 0x60, SPI_CTRLR0 = 0xf4;
const PLAIN = [0x00, 0x04, 0x0c, 0x10, 0x14, 0x18, 0x1c, 0x2c, 0x4c, 0x50, 0x54, 0xf0, 0xf4, 0xf8];
const TFNF = 2, TFE = 4, RFNE = 8, RFF = 16;
const FIFO = 16;
// Modes of CTRLR0 and SPI_CTRLR0: commands of bytes, reads by 03h, reads by EBh in continuous mode.
const BYTES = 0x00070000, READ_SERIAL = 0x001f0300, READ_QUAD = 0x005f0300;
const XIP_SERIAL = 0x03000218, XIP_QUAD = 0xa0002022;

const READ_STATUS = 0x05, READ_STATUS_2 = 0x35, WRITE_STATUS = 0x01, WRITE_STATUS_2 = 0x31;
const WRITE_ENABLE = 0x06;
const QUAD_READ = 0xeb, CONTINUOUS = 0xa0;
const STATUS_WRITE_NS = 10e6;

const COMMANDS = {
    0x9f: () => [0, 0xef, 0x40, 0x15], // W25Q16: 2 MB
    0x4b: (chip) => [0, 0, 0, 0, 0, ...chip.uniqueId],
    [READ_STATUS]: (chip) => [0, (chip.isBusy ? 1 : 0) | (chip.status.isWritable ? 2 : 0)],
    [READ_STATUS_2]: (chip) => [0, chip.status.isQuad ? 2 : 0],
    [WRITE_ENABLE]: () => [0],
    [WRITE_STATUS]: () => [0],
    [WRITE_STATUS_2]: () => [0],
};

/** What a flash chip keeps of its own. Of a write of the first status register it takes one byte,
 *  as the W25Q16RV, which follows the W25Q16JV on boards: the second, with the quad bit, is lost. quad: 'set', 'clear' as some come from the factory, or
 *  'locked': clear for ever. */
export function flashStatus(quad = 'set') {
    return { isQuad: quad === 'set', isLocked: quad === 'locked', isWritable: false,
        isContinuous: false, busyUntil: 0, writes: 0 };
}

/** What the flash chip answers on MISO, byte by byte of one command. */
export class FlashChip {
    constructor(uniqueId, status, clock) {
        this.uniqueId = uniqueId;
        this.status = status;
        this.clock = clock;
        this.answer = null;
        this.sent = [];
    }

    get isBusy() { return this.clock.nanos < this.status.busyUntil; }

    exchange(mosi) {
        if (this.answer === null) {
            const command = COMMANDS[mosi];
            if (command === undefined) {
                throw new BoardFailure(`flash command ${hex(mosi, 2)} is not modelled`);
            }
            if (this.status.isContinuous) {
                throw new BoardFailure('flash command while the flash is in continuous read mode');
            }
            if (this.isBusy && mosi !== READ_STATUS && mosi !== READ_STATUS_2) {
                throw new BoardFailure(`flash command ${hex(mosi, 2)} while the flash is busy`);
            }
            this.answer = command(this);
        }
        this.sent.push(mosi);
        return this.answer[this.sent.length - 1] ?? 0xff;
    }

    /** Chip select goes up. */
    end() {
        const { status } = this;
        const [command, ...data] = this.sent;
        this.answer = null;
        this.sent = [];
        if (command === WRITE_ENABLE) {
            status.isWritable = true;
        } else if ((command === WRITE_STATUS || command === WRITE_STATUS_2) && status.isWritable) {
            status.isWritable = false;
            status.writes++;
            if (command === WRITE_STATUS_2 && data.length === 1) {
                status.isQuad = !status.isLocked && (data[0] & 2) !== 0;
            }
            status.busyUntil = this.clock.nanos + STATUS_WRITE_NS;
        }
    }

    readQuad(value) {
        if (!this.status.isQuad) {
            throw new BoardFailure('flash read on four lanes without its quad enable bit');
        }
        if (this.isBusy) {
            throw new BoardFailure('flash read while it is busy');
        }
        this.status.isContinuous = value === CONTINUOUS && this.lastQuad === QUAD_READ;
        this.lastQuad = value;
    }
}

export class Ssi extends Peripheral {
    /** readable(isIt): whether a read of the flash as memory gets data, from now on. */
    constructor(flashChip, ioQspi, readable) {
        super('XIP_SSI');
        this.flashChip = flashChip;
        this.ioQspi = ioQspi; // register 0x0c: CTRL of the chip select
        this.readable = readable;
        this.values = Object.fromEntries(PLAIN.map((o) => [o, 0]));
        this.enabled = 0;
        this.rx = [];
    }

    /** As the boot ROM leaves it: exit_xip, enter_cmd_xip. */
    leaveXip() {
        this.flashChip.status.isContinuous = false;
        this.setMode(BYTES, 0);
    }

    enterSerialXip() {
        this.setMode(READ_SERIAL, XIP_SERIAL);
    }

    setMode(control, spiControl) {
        this.values[CTRLR0] = control;
        this.values[SPI_CTRLR0] = spiControl;
        this.write(SSIENR, 1);
    }

    get isReadable() {
        const { [CTRLR0]: control, [SPI_CTRLR0]: spiControl } = this.values;
        const { isContinuous } = this.flashChip.status;
        return this.enabled === 1 && (isContinuous ?
            control === READ_QUAD && spiControl === XIP_QUAD :
            control === READ_SERIAL && spiControl === XIP_SERIAL);
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
            this.readable(this.isReadable);
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
        if ((this.values[CTRLR0] & FORMAT) === QUAD) {
            this.flashChip.readQuad(value);
            this.rx.push(0); // boot2's first read, which puts the flash into continuous mode
            return;
        }
        this.rx.push(this.selectOverride === 3 ? 0xff : this.flashChip.exchange(value & 0xff));
    }
}
