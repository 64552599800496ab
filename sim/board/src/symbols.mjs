// SPDX-License-Identifier: MIT
// Names of addresses and addresses of names, from an ELF file's symbol table; source lines of
// executed addresses, by the toolchain's addr2line.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';

const SHT_SYMTAB = 2;
const STT_FUNC = 2;

export class Symbols {
    constructor(file) {
        this.file = file;
        const elf = fs.readFileSync(file);
        const sections = elf.readUInt32LE(32);
        const count = elf.readUInt16LE(48);
        const section = (i) => {
            const at = sections + 40 * i;
            return { type: elf.readUInt32LE(at + 4), offset: elf.readUInt32LE(at + 16),
                size: elf.readUInt32LE(at + 20), link: elf.readUInt32LE(at + 24) };
        };
        this.byName = new Map();
        this.functions = [];
        for (let i = 0; i < count; i++) {
            const table = section(i);
            if (table.type === SHT_SYMTAB) {
                this.readTable(elf, table, section(table.link));
            }
        }
        this.functions.sort((a, b) => a.address - b.address);
    }

    readTable(elf, table, strings) {
        for (let at = table.offset; at < table.offset + table.size; at += 16) {
            const nameAt = strings.offset + elf.readUInt32LE(at);
            const name = elf.toString('latin1', nameAt, elf.indexOf(0, nameAt));
            const address = elf.readUInt32LE(at + 4);
            if (name === '' || name.startsWith('$')) {
                continue;
            }
            const isFunction = (elf[at + 12] & 15) === STT_FUNC;
            this.byName.set(name, isFunction ? address & ~1 : address);
            if (isFunction) {
                this.functions.push({ name, address: address & ~1, size: elf.readUInt32LE(at + 8) });
            }
        }
    }

    /** "function+0x12", or "" for an address of no function. */
    at(address) {
        const f = this.functions.findLast((x) => x.address <= address);
        return f && address < f.address + Math.max(f.size, 2) ?
            `<${f.name}+0x${(address - f.address).toString(16)}>` : '';
    }

    address(name) {
        const address = this.byName.get(name);
        if (address === undefined) {
            throw new Error(`${this.file} has no symbol ${name}`);
        }
        return address;
    }

    /** "file:line" of addresses. */
    lines(addresses) {
        const out = execFileSync('arm-none-eabi-addr2line', ['-e', this.file],
            { input: addresses.map((a) => a.toString(16)).join('\n'), maxBuffer: 1 << 26 });
        return out.toString().trim().split('\n');
    }
}
