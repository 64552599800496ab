// SPDX-License-Identifier: MIT
// A boot ROM image of our own: the function table where the RP2040 has it, each function a BKPT
// that the emulator answers. The flash functions take the time that a flash takes, insist on the
// order that silicon needs, and can lose power half way.

import { BoardFailure, hex } from './failure.mjs';

const TABLE = 0x40;
const DATA_TABLE = 0x80;
const CODE = 0x100;
const LOOKUP = 0xa0;
const FIRST = 0x80;
const NAMES = ['IF', 'EX', 'RE', 'RP', 'FC', 'CX', 'UB'];
const ERASE_NS = 45e6; // of a 4 kB sector
const PROGRAM_NS = 0.7e6; // of a 256-byte page
const SECTOR = 4096;
const PAGE = 256;
const BX_LR = 0x4770;
const XOSC = 0x40024;

/** Power went away in the middle of a flash operation. */
export class PowerCut extends Error {}

export function buildRom(view) {
    const put16 = (at, value) => view.setUint16(at, value, true);
    put16(0x10, 'M'.charCodeAt(0) | 'u'.charCodeAt(0) << 8);
    put16(0x12, 0x0201);
    put16(0x14, TABLE);
    put16(0x16, DATA_TABLE);
    put16(0x18, CODE + 4 * NAMES.length | 1);
    NAMES.forEach((name, i) => {
        put16(TABLE + 4 * i, name.charCodeAt(0) | name.charCodeAt(1) << 8);
        put16(TABLE + 4 * i + 2, CODE + 4 * i | 1);
        put16(CODE + 4 * i, 0xbe00 + FIRST + i);
        put16(CODE + 4 * i + 2, BX_LR);
    });
    put16(CODE + 4 * NAMES.length, 0xbe00 + LOOKUP);
    put16(CODE + 4 * NAMES.length + 2, BX_LR);
}

export class Rom {
    /** board: bus, cpu, spend(ns), random(n) and enterBootsel(gpioMask). */
    constructor(board) {
        this.board = board;
        this.connected = false;
        this.isOut = false; // of XIP mode
        this.operations = 0; // erases of a sector and programs of a page since power came
        this.cutAt = Infinity; // the operation that power does not last for
        this.log = []; // { kind, offset }: what was done to the flash
        buildRom(board.bus.romView);
    }

    /** A BKPT inside the ROM. */
    call(n) {
        const { r } = this.board.cpu;
        if (n === LOOKUP) {
            r[0] = this.lookup(r[0], r[1]);
            return;
        }
        switch (NAMES[n - FIRST]) {
        case 'IF':
            this.connected = true;
            break;
        case 'EX':
            this.need(this.connected, 'exit_xip before connect_internal_flash');
            this.isOut = true;
            this.board.ssi.leaveXip();
            break;
        case 'RE':
            this.erase(r[0] >>> 0, r[1] >>> 0);
            break;
        case 'RP':
            this.program(r[0] >>> 0, r[1] >>> 0, r[2] >>> 0);
            break;
        case 'FC':
            break;
        case 'CX':
            this.connected = false;
            this.isOut = false;
            this.board.ssi.enterSerialXip();
            break;
        case 'UB':
            this.usbBoot(r[0] >>> 0, r[1] >>> 0);
            break;
        default:
            throw new BoardFailure(`BKPT ${n} in the ROM`);
        }
    }

    /** Remembers its arguments over a reset, and takes the crystal for running. */
    usbBoot(gpioMask, disabled) {
        this.need(this.board.mcu.peripherals[XOSC].stable,
            'reset_to_usb_boot from a crystal that does not run: it would hang');
        this.board.watchdog.scratch[0] = gpioMask;
        this.board.watchdog.scratch[1] = disabled;
        this.board.enterBootsel(gpioMask);
    }

    lookup(table, code) {
        const view = this.board.bus.romView;
        for (let at = table; view.getUint16(at, true) !== 0; at += 4) {
            if (view.getUint16(at, true) === code) {
                return view.getUint16(at + 2, true);
            }
        }
        return 0;
    }

    need(isTrue, what) {
        if (!isTrue) {
            throw new BoardFailure(`boot ROM: ${what}`);
        }
    }

    checkRange(what, offset, count, unit) {
        const { flash } = this.board.bus;
        this.need(this.isOut, `${what} before exit_xip`);
        this.need(this.board.cpu.primask !== 0 || this.board.cpu.enabledInterrupts === 0,
            `${what} with interrupts on: a handler in flash would be fetched`);
        this.need(offset % unit === 0 && count % unit === 0 && count > 0,
            `${what} of ${count} bytes at ${hex(offset)}: not whole units of ${unit}`);
        this.need(offset + count <= flash.length, `${what} beyond the flash at ${hex(offset)}`);
    }

    erase(offset, count) {
        this.checkRange('flash_range_erase', offset, count, SECTOR);
        const { flash } = this.board.bus;
        for (let at = offset; at < offset + count; at += SECTOR) {
            this.log.push({ kind: 'erase', offset: at });
            this.cutHere(() => {
                // Cells on their way to 1: some are there, some are not.
                for (let i = at; i < at + SECTOR; i++) {
                    flash[i] |= this.board.random(256);
                }
            });
            flash.fill(0xff, at, at + SECTOR);
            this.board.spend(ERASE_NS);
        }
    }

    program(offset, source, count) {
        this.checkRange('flash_range_program', offset, count, PAGE);
        const { flash, sram } = this.board.bus;
        const from = source - 0x20000000;
        this.need(from >= 0 && from + count <= sram.length,
            `flash_range_program from ${hex(source)}: data must be in RAM`);
        for (let at = 0; at < count; at += PAGE) {
            this.log.push({ kind: 'program', offset: offset + at });
            this.cutHere(() => {
                const done = this.board.random(PAGE);
                for (let i = 0; i < done; i++) {
                    flash[offset + at + i] &= sram[from + at + i];
                }
                flash[offset + at + done] &= sram[from + at + done] | this.board.random(256);
            });
            for (let i = 0; i < PAGE; i++) {
                flash[offset + at + i] &= sram[from + at + i]; // programming only clears bits
            }
            this.board.spend(PROGRAM_NS);
        }
    }

    cutHere(partly) {
        if (++this.operations === this.cutAt) {
            partly();
            throw new PowerCut(`power cut at flash operation ${this.operations}`);
        }
    }
}
