// SPDX-License-Identifier: MIT
// The RP2040's address map with the rules of silicon: aligned accesses, nothing written to ROM or
// flash, flash not read while it is out of XIP mode, nothing accessed that is held in reset.
// RAM and flash are answered here, registers by the peripherals of rp2040js or our own.

import { CpuFault } from './cpu.mjs';
import { BoardFailure, hex } from './failure.mjs';

const RAM = 0x20000000;
const RAM_SIZE = 0x42000;
const ROM_SIZE = 0x4000;
const DPRAM = 0x50100000;
const DPRAM_SIZE = 0x1000;
const SIO = 0xd0000000;
const PPB = 0xe000e000;

// Cycles that an access takes beside the one of its instruction.
const COST_APB_READ = 3;
const COST_APB_WRITE = 4;

/** Data registers of SPI, UART and PIO. */
function isFifo(a) {
    const offset = a & 0xfff;
    const block = a >>> 12;
    return block === 0x4003c || block === 0x40040 ? offset === 0x08 :
        block === 0x40034 || block === 0x40038 ? offset === 0x00 :
            (block === 0x50200 || block === 0x50300) && offset >= 0x10 && offset < 0x30;
}

export class Bus {
    /** owner: sync() brings time up to the cpu's cycle, and peripherals with it. */
    constructor(owner, flash) {
        this.owner = owner;
        this.cpu = null;
        this.flash = flash;
        this.flash16 = new Uint16Array(flash.buffer);
        this.flashView = new DataView(flash.buffer);
        this.flashEnd = 0x10000000 + flash.length;
        this.sram = new Uint8Array(RAM_SIZE);
        this.sram16 = new Uint16Array(this.sram.buffer);
        this.sram32 = new Int32Array(this.sram.buffer);
        this.rom16 = new Uint16Array(ROM_SIZE / 2);
        this.romView = new DataView(this.rom16.buffer);
        this.xipOff = false;
        this.guard = null; // (peripheral key, offset, isWrite, value) before each register access
        this.fifoGuard = null; // (address, isWrite) before each access by the processor
        this.usb = null;
    }

    /** Makes cpu.run() return after the instruction under way. */
    stop() {
        this.cpu.limit = 0;
    }

    // What the processor does

    read32(a) {
        if ((a - RAM >>> 0) < RAM_SIZE && (a & 3) === 0) {
            this.cpu.cycles += 1;
            return this.sram32[(a & 0xfffff) >> 2];
        }
        return this.readOther(a, 4) | 0;
    }

    read16(a) {
        if ((a - RAM >>> 0) < RAM_SIZE && (a & 1) === 0) {
            this.cpu.cycles += 1;
            return this.sram16[(a & 0xfffff) >> 1];
        }
        return this.readOther(a, 2);
    }

    read8(a) {
        if ((a - RAM >>> 0) < RAM_SIZE) {
            this.cpu.cycles += 1;
            return this.sram[a & 0xfffff];
        }
        return this.readOther(a, 1);
    }

    write32(a, value) {
        if ((a - RAM >>> 0) < RAM_SIZE && (a & 3) === 0) {
            this.cpu.cycles += 1;
            this.sram32[(a & 0xfffff) >> 2] = value;
            return;
        }
        this.writeOther(a, value, 4);
    }

    write16(a, value) {
        if ((a - RAM >>> 0) < RAM_SIZE && (a & 1) === 0) {
            this.cpu.cycles += 1;
            this.sram16[(a & 0xfffff) >> 1] = value;
            return;
        }
        this.writeOther(a, value, 2);
    }

    write8(a, value) {
        if ((a - RAM >>> 0) < RAM_SIZE) {
            this.cpu.cycles += 1;
            this.sram[a & 0xfffff] = value;
            return;
        }
        this.writeOther(a, value, 1);
    }

    fetchRom(pc) {
        if (pc >>> 0 >= ROM_SIZE) {
            throw new CpuFault(`execution from ${hex(pc)}`);
        }
        return this.rom16[pc >> 1];
    }

    badFetch(pc) {
        if (this.xipOff) {
            throw new BoardFailure(`fetch from flash at ${hex(pc)} while it is not in XIP mode`);
        }
        throw new CpuFault(`execution beyond the flash at ${hex(pc)}`);
    }

    /** The second half of a 32-bit instruction. */
    read16Code(pc) {
        if (pc >>> 24 === 0x10) {
            return this.flash16[(pc & 0xffffff) >> 1];
        }
        return (pc - RAM >>> 0) < RAM_SIZE ? this.sram16[(pc & 0xfffff) >> 1] : this.fetchRom(pc);
    }

    readOther(a, size) {
        a >>>= 0;
        if (a & size - 1) {
            throw new CpuFault(`unaligned read of ${size} bytes at ${hex(a)}`);
        }
        if (a < 0x18000000) {
            this.cpu.cycles += 1;
            return this.readMemory(a, size);
        }
        if (a < SIO) {
            this.cpu.cycles += a < 0x50000000 ? COST_APB_READ : 1;
        }
        this.owner.sync();
        if (isFifo(a)) {
            this.fifoGuard(a, false);
        }
        const value = this.readRegister(a, size);
        this.cpu.limit = 0;
        return value;
    }

    writeOther(a, value, size) {
        a >>>= 0;
        if (a & size - 1) {
            throw new CpuFault(`unaligned write of ${size} bytes at ${hex(a)}`);
        }
        if (a < SIO) {
            this.cpu.cycles += a < 0x50000000 ? COST_APB_WRITE : 1;
        }
        this.owner.sync();
        if (isFifo(a)) {
            this.fifoGuard(a, true);
        }
        this.writeRegister(a, value >>> 0, size);
        this.cpu.limit = 0;
    }

    // What both processor and DMA reach

    readMemory(a, size) {
        let view;
        let offset;
        if (a < ROM_SIZE) {
            view = this.romView;
            offset = a;
        } else if (a >= 0x10000000 && a < 0x14000000 && (a & 0xffffff) < this.flash.length) {
            if (this.xipOff) {
                throw new BoardFailure(`read of flash at ${hex(a)} while it is not in XIP mode`);
            }
            view = this.flashView;
            offset = a & 0xffffff;
        } else {
            return this.readRegister(a, size);
        }
        return size === 4 ? view.getInt32(offset, true) :
            size === 2 ? view.getUint16(offset, true) : view.getUint8(offset);
    }

    readRegister(a, size) {
        const shift = (a & 3) * 8;
        const word = this.readWord((a & ~3) >>> 0, size);
        return size === 4 ? word : size === 2 ? word >>> shift & 0xffff : word >>> shift & 0xff;
    }

    readWord(a, size) {
        if (a >= DPRAM && a < DPRAM + DPRAM_SIZE) {
            this.guard(0x50110, a & 0xfff, false, 0);
            return this.usb.readDpram(a - DPRAM);
        }
        const { mcu } = this.owner;
        if (a >= SIO) {
            if (size !== 4) {
                throw new BoardFailure(`${size}-byte read of ${hex(a)}: SIO and PPB have words`);
            }
            if (a >>> 12 === PPB >>> 12) {
                return this.owner.ppb.read(a & 0xfff);
            }
            if (a - SIO < 0x180) {
                return mcu.sio.readUint32(a - SIO);
            }
            throw new CpuFault(`read of ${hex(a)}: nothing is there`);
        }
        const key = a >>> 14 << 2;
        const peripheral = mcu.peripherals[key];
        if (peripheral === undefined) {
            throw new CpuFault(`read of ${hex(a)}: nothing is there`);
        }
        this.guard(key, a & 0xfff, false, 0);
        return peripheral.readUint32(a & 0xfff);
    }

    writeRegister(a, value, size) {
        if (a < 0x14000000) {
            throw new BoardFailure(`write to ${a < 0x10000000 ? 'ROM' : 'flash'} at ${hex(a)}`);
        }
        if (a >= DPRAM && a < DPRAM + DPRAM_SIZE) {
            this.guard(0x50110, a & 0xfff, true, value);
            this.usb.writeDpram(a - DPRAM, value, size);
            return;
        }
        const { mcu } = this.owner;
        if (a >= SIO) {
            this.writeSystem(a, value, size);
            return;
        }
        const key = a >>> 14 << 2;
        const peripheral = mcu.peripherals[key];
        if (peripheral === undefined) {
            throw new CpuFault(`write of ${hex(a)}: nothing is there`);
        }
        // A narrow write puts its value on all lanes of the bus.
        const word = size === 4 ? value : size === 2 ? value * 0x10001 >>> 0 :
            value * 0x1010101 >>> 0;
        this.guard(key, a & 0xffc, true, word);
        peripheral.writeUint32Atomic(a & 0xffc, word, a >>> 12 & 3);
    }

    writeSystem(a, value, size) {
        if (size !== 4) {
            throw new BoardFailure(`${size}-byte write of ${hex(a)}: SIO and PPB have words`);
        }
        if (a >>> 12 === PPB >>> 12) {
            this.owner.ppb.write(a & 0xfff, value);
        } else if (a - SIO < 0x180) {
            this.owner.mcu.sio.writeUint32(a - SIO, value);
        } else {
            throw new CpuFault(`write of ${hex(a)}: nothing is there`);
        }
    }

    // DMA: the same map, no cycles of the processor, and a bad address ends the test.

    dmaRead(a, size) {
        a >>>= 0;
        this.checkDma(a, size);
        if ((a - RAM >>> 0) < RAM_SIZE) {
            const o = a - RAM;
            return size === 4 ? this.sram32[o >> 2] : size === 2 ? this.sram16[o >> 1] : this.sram[o];
        }
        return a < 0x18000000 ? this.readMemory(a, size) : this.readRegister(a, size);
    }

    dmaWrite(a, value, size) {
        a >>>= 0;
        this.checkDma(a, size);
        if ((a - RAM >>> 0) < RAM_SIZE) {
            const o = a - RAM;
            if (size === 4) {
                this.sram32[o >> 2] = value;
            } else if (size === 2) {
                this.sram16[o >> 1] = value;
            } else {
                this.sram[o] = value;
            }
            return;
        }
        this.writeRegister(a, size === 4 ? value >>> 0 : value & (size === 2 ? 0xffff : 0xff), size);
    }

    checkDma(a, size) {
        if (a & size - 1) {
            throw new BoardFailure(`DMA: unaligned access of ${size} bytes at ${hex(a)}`);
        }
        if (a >= SIO) {
            throw new BoardFailure(`DMA: ${hex(a)} is private to the processor`);
        }
    }
}
