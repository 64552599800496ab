// SPDX-License-Identifier: MIT
// A block of registers on the APB or AHB, with the atomic aliases of the RP2040.

import { BoardFailure, hex } from './failure.mjs';

export class Peripheral {
    constructor(name) {
        this.name = name;
    }

    /** Subclasses: read(offset) and write(offset, value, raw). raw is what was on the bus, for
     *  registers whose ones clear. undefined or false: no such register. */
    readUint32(offset) {
        const value = this.read(offset);
        if (value === undefined) {
            throw new BoardFailure(`${this.name}: no register at ${hex(offset, 2)}`);
        }
        return value >>> 0;
    }

    writeUint32Atomic(offset, raw, alias) {
        let value = raw;
        if (alias !== 0) {
            const now = this.read(offset) ?? 0;
            value = (alias === 1 ? now ^ raw : alias === 2 ? now | raw : now & ~raw) >>> 0;
        }
        if (this.write(offset, value, raw) === false) {
            throw new BoardFailure(`${this.name}: nothing to write at ${hex(offset, 2)}`);
        }
    }
}

/** Registers that only keep what is written: `fixed` ones read as given, `plain` ones start so. */
export class Registers extends Peripheral {
    constructor(name, plain, fixed = {}) {
        super(name);
        this.values = new Map(Object.entries(plain).map(([k, v]) => [Number(k), v]));
        this.fixed = new Map(Object.entries(fixed).map(([k, v]) => [Number(k), v]));
    }

    read(offset) {
        const fixed = this.fixed.get(offset);
        return typeof fixed === 'function' ? fixed() : fixed ?? this.values.get(offset);
    }

    write(offset, value) {
        if (this.values.has(offset)) {
            this.values.set(offset, value);
            return true;
        }
        return this.fixed.has(offset);
    }
}
