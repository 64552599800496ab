// SPDX-License-Identifier: MIT
// What stands in for rp2040js's peripherals, and the rules of silicon: each rule must trip.

import assert from 'node:assert/strict';
import test from 'node:test';
import { crc32Mpeg2 } from '../src/boot2.mjs';
import { CODE, OP, STACK, bench, clocked, step } from './bench.mjs';

const US = 1000;
const WATCHDOG = 0x40058000, TIMER = 0x40054000, UART0 = 0x40034000, PIO0 = 0x50200000;
const RESETS = 0x4000c000, PSM_WDSEL = 0x40010008, SPI0 = 0x4003c000;
const NVIC_ISER = 0xe000e100;

/** A board whose processor sleeps for good, with all clocks on. */
function idle(options) {
    const board = clocked(bench([OP.WFI, 0xe7fd], options));
    return board;
}

function run(board, ns) {
    board.runUntil(board.clock.nanos + ns);
}

test('the boot ROM\'s check value of CRC-32/MPEG-2', () => {
    assert.equal(crc32Mpeg2(Buffer.from('123456789')), 0x0376e6e7);
});

test('the watchdog bites after half its count in microseconds and keeps scratch and RAM', () => {
    const board = idle();
    const bites = [];
    board.requestReset = (reason) => bites.push([reason, board.clock.nanos]);
    board.bus.write32(WATCHDOG + 4, 2000);
    board.bus.write32(WATCHDOG, 1 << 30);
    const start = board.clock.nanos;
    run(board, 999 * US);
    assert.equal(bites.length, 0);
    run(board, 2 * US);
    assert.equal(bites[0][0], 1);
    assert.ok(Math.abs(bites[0][1] - start - 1000 * US) < 1 * US);
});

test('a watchdog that is fed does not bite', () => {
    const board = idle();
    board.requestReset = () => assert.fail('it did');
    board.bus.write32(WATCHDOG + 4, 2000);
    board.bus.write32(WATCHDOG, 1 << 30);
    for (let i = 0; i < 20; i++) {
        run(board, 900 * US);
        board.bus.write32(WATCHDOG + 4, 2000);
    }
});

test('a forced reset keeps scratch registers and RAM, and says why', () => {
    const board = idle();
    board.flash.set([1, 2, 3], 0); // no boot2: it ends in BOOTSEL
    board.bus.write32(0x20002000, 0x12345678);
    board.bus.write32(WATCHDOG + 0x0c, 0xcafe);
    board.bus.write32(PSM_WDSEL, 0x1ffff);
    board.bus.write32(WATCHDOG, 0x80000000);
    run(board, 10 * US);
    assert.equal(board.state, 'bootsel');
    assert.equal(board.watchdog.reason, 2);
    assert.equal(board.watchdog.scratch[0], 0xcafe);
    assert.equal(board.bus.sram32[0x2000 / 4], 0x12345678);
});

test('a watchdog that resets no processor fails the test', () => {
    const board = idle();
    board.bus.write32(WATCHDOG, 0x80000000);
    assert.throws(() => run(board, 10 * US), /PSM_WDSEL/);
});

test('a timer alarm fires at its microsecond, one in the past not', () => {
    const board = idle();
    const now = board.bus.read32(TIMER + 0x28);
    board.bus.write32(TIMER + 0x10, now + 100);
    board.bus.write32(TIMER + 0x14, now - 1);
    run(board, 98 * US);
    assert.equal(board.bus.read32(TIMER + 0x34), 0);
    run(board, 3 * US);
    assert.equal(board.bus.read32(TIMER + 0x34), 1);
    assert.equal(board.bus.read32(TIMER + 0x20), 2);
});

test('an alarm wakes the processor from WFI and its handler runs', () => {
    const board = idle();
    board.bus.write32(TIMER + 0x38, 1);
    board.bus.write32(NVIC_ISER, 1);
    board.bus.write32(TIMER + 0x10, board.bus.read32(TIMER + 0x28) + 500);
    run(board, 499 * US);
    assert.equal(board.cpu.r[5], 0);
    run(board, 2 * US);
    assert.ok(board.cpu.r[5] > 0);
});

test('time asleep is counted', () => {
    const board = idle();
    const before = board.sleepNs;
    run(board, 1e6 * US);
    assert.ok(board.sleepNs - before > 0.999e6 * US);
});

test('the UART takes ten bits a byte, holds 32, and says when it is busy', () => {
    const board = idle();
    const sent = [];
    board.onUart = (byte) => sent.push(byte);
    board.bus.write32(UART0 + 0x24, 67);
    board.bus.write32(UART0 + 0x28, 52);
    board.bus.write32(UART0 + 0x2c, 0x70);
    board.bus.write32(UART0 + 0x30, 0x301);
    for (let i = 0; i < 33; i++) {
        board.bus.write8(UART0, i);
    }
    assert.equal(board.bus.read32(UART0 + 0x18) & 0x28, 0x28); // full, busy
    run(board, 33 * 87 * US);
    assert.equal(sent.length, 33);
    assert.equal(board.bus.read32(UART0 + 0x18) & 0x28, 0);
    for (let i = 0; i < 40; i++) {
        board.uarts[0].receive(i);
    }
    const read = Array.from({ length: 32 }, () => board.bus.read32(UART0));
    assert.deepEqual(read.map((x) => x & 0xff).slice(0, 31), [...Array(31).keys()]);
    assert.equal(read[31] >> 11 & 1, 1); // overrun
});

/** Two instructions a bit on PIO0: what a byte costs, by divider and delay. */
function pioByteNs(divider, delay) {
    const board = idle();
    const { bus } = board;
    bus.write32(PIO0 + 0x48, 0x6001 | delay << 8); // out pins, 1
    bus.write32(PIO0 + 0x4c, 0x4001); // in pins, 1
    bus.write32(PIO0 + 0xc8, divider << 8);
    bus.write32(PIO0 + 0xcc, 1 << 12);
    bus.write32(PIO0 + 0xd0, 8 << 25 | 8 << 20 | 3 << 16);
    bus.write32(PIO0 + 0xdc, 1 << 20 | 2);
    bus.write32(PIO0, 0x11);
    bus.write8(PIO0 + 0x10, 0x55);
    run(board, 100 * US);
    assert.equal(bus.read32(PIO0 + 4) & 1 << 8, 0); // received
    bus.read32(PIO0 + 0x20);
    const start = board.clock.nanos;
    for (let i = 0; i < 4; i++) {
        bus.write8(PIO0 + 0x10, i);
    }
    while ((bus.read32(PIO0 + 0x0c) >> 4 & 15) < 4) {
        run(board, 8);
    }
    return (board.clock.nanos - start) / 4;
}

test('PIO runs in the time of the processor, with divider and delay', () => {
    const near = (got, want) => assert.ok(Math.abs(got - want) < want * 0.1, `${got}, not ${want}`);
    near(pioByteNs(0x100, 0), 16 * 8);
    near(pioByteNs(0x400, 0), 4 * 16 * 8);
    near(pioByteNs(0x280, 0), 2.5 * 16 * 8);
    near(pioByteNs(0x400, 3), 4 * (4 + 1) * 8 * 8);
});

test('a stalled state machine says so and costs nothing', () => {
    const board = idle();
    const { bus } = board;
    bus.write32(PIO0 + 0x48, 0x80a0); // pull block
    bus.write32(PIO0, 1);
    run(board, 10 * US);
    assert.equal(bus.read32(PIO0 + 8) >>> 24 & 1, 1);
    assert.equal(board.pio.nextDue(), Infinity);
});

// USB

test('a bulk IN buffer handed over at the end of a frame fails the test', () => {
    const USB = 0x50100000, BULK_2 = 0xa8000200 | 0, IN_2 = 0x90;
    const board = idle();
    board.bus.write32(USB + 0x10, BULK_2);
    const handOver = (frameNs) => {
        board.bus.write32(USB + IN_2, 0x8001);
        run(board, 2e6 - board.clock.nanos % 1e6 + frameNs);
        board.bus.write32(USB + IN_2, 0x8401);
    };
    handOver(900 * US); // no bus
    board.usb.busReset();
    handOver(100 * US);
    assert.throws(() => handOver(900 * US), /RP2040-E15/);
});

// Flash

const ROM = { IF: 0x80, EX: 0x81, RE: 0x82, RP: 0x83, FC: 0x84, CX: 0x85 };

/** Calls ROM functions as firmware in RAM does: [name, r0, r1, r2]. */
function callRom(board, ...calls) {
    board.cpu.primask = 1;
    for (const [name, ...args] of calls) {
        args.forEach((value, i) => { board.cpu.r[i] = value; });
        board.rom.call(ROM[name]);
    }
}

test('flash is erased in 45 ms, programmed in 0.7 ms, and programming only clears bits', () => {
    const board = idle();
    board.flash.fill(0, 0x1000, 0x3000);
    board.bus.sram.fill(0x5a, 0x3000, 0x3100);
    const start = board.clock.nanos;
    callRom(board, ['IF'], ['EX'], ['RE', 0x1000, 4096]);
    assert.ok(Math.abs(board.clock.nanos - start - 45e6) < 1e4);
    callRom(board, ['RP', 0x1000, 0x20003000, 256]);
    board.bus.sram.fill(0xa5, 0x3000, 0x3100);
    callRom(board, ['RP', 0x1000, 0x20003000, 256], ['CX']);
    assert.ok(Math.abs(board.clock.nanos - start - 46.4e6) < 1e4);
    assert.ok(board.flash.subarray(0x1000, 0x1100).every((x) => x === 0));
    assert.ok(board.flash.subarray(0x1100, 0x2000).every((x) => x === 0xff));
    assert.ok(board.flash.subarray(0x2000, 0x3000).every((x) => x === 0));
});

test('power cut in the middle of an erase and of a program', () => {
    for (const [n, at] of [[1, 0x1000], [2, 0x1000]]) {
        const board = idle();
        board.flash.fill(0, 0x1000, 0x2000);
        board.bus.sram.fill(0x5a, 0x3000, 0x3100);
        board.rom.cutAt = n;
        assert.throws(() => callRom(board, ['IF'], ['EX'], ['RE', 0x1000, 4096],
            ['RP', 0x1000, 0x20003000, 256]), /power cut/);
        const page = board.flash.subarray(at, at + 256);
        assert.ok(page.some((x) => x !== 0) && page.some((x) => x !== (n === 1 ? 0xff : 0x5a)));
    }
});

/** Bytes to the FIFO of PIO0's first state machine, which is full before they all fit. */
function startDma(board, channel) {
    const at = 0x50000000 + 0x40 * channel;
    board.bus.write32(at, STACK);
    board.bus.write32(at + 4, PIO0 + 0x10);
    board.bus.write32(at + 0x10, channel << 11 | 1);
    board.bus.write32(at + 0x1c, 100);
}

const RULES = [
    ['a store to flash', (b) => b.bus.write32(0x10000100, 1), /write to flash/],
    ['a store to ROM', (b) => b.bus.write8(0x100, 1), /write to ROM/],
    ['flash read while it is not in XIP mode', (b) => {
        callRom(b, ['IF'], ['EX']);
        b.bus.read8(0x10000000);
    }, /not in XIP mode/],
    ['flash fetched while it is not in XIP mode', (b) => {
        callRom(b, ['IF'], ['EX']);
        b.cpu.PC = 0x10000100;
        step(b);
    }, /fetch from flash/],
    ['DMA from flash while it is not in XIP mode', (b) => {
        callRom(b, ['IF'], ['EX']);
        b.mcu.readUint32(0x10000000);
    }, /not in XIP mode/],
    ['exit_xip first', (b) => callRom(b, ['EX']), /before connect_internal_flash/],
    ['erase in XIP mode', (b) => callRom(b, ['RE', 0, 4096]), /before exit_xip/],
    ['erase of half a sector', (b) => callRom(b, ['IF'], ['EX'], ['RE', 0x1000, 2048]), /whole units/],
    ['program at an odd place', (b) => callRom(b, ['IF'], ['EX'], ['RP', 0x1010, STACK, 256]), /whole units/],
    ['program from flash', (b) => callRom(b, ['IF'], ['EX'], ['RP', 0x1000, 0x10000000, 256]), /must be in RAM/],
    ['erase beyond the flash', (b) => callRom(b, ['IF'], ['EX'], ['RE', 2 << 20, 4096]), /beyond the flash/],
    ['erase with interrupts on', (b) => {
        callRom(b, ['IF'], ['EX']);
        b.cpu.primask = 0;
        b.cpu.enabledInterrupts = 1;
        b.rom.erase(0x1000, 4096);
    }, /interrupts on/],
    ['a peripheral in reset', (b) => {
        b.bus.write32(RESETS, 1 << 10);
        b.bus.read32(PIO0);
    }, /PIO0.* in reset/],
    ['a peripheral without its clock', (b) => {
        b.mcu.clocks.writeUint32(0x48, 0);
        b.bus.read32(UART0 + 0x18);
    }, /UART0.* in reset/],
    ['the timer without a tick', (b) => {
        b.bus.write32(WATCHDOG + 0x2c, 0);
        b.bus.read32(TIMER + 0x28);
    }, /TIMER used without/],
    ['the timer with a wrong tick', (b) => {
        b.bus.write32(WATCHDOG + 0x2c, 1 << 9 | 10);
        b.bus.read32(TIMER + 0x28);
    }, /TIMER used without/],
    ['the watchdog without a tick', (b) => {
        b.bus.write32(WATCHDOG + 0x2c, 0);
        b.bus.write32(WATCHDOG, 1 << 30);
    }, /without its tick/],
    ['USB without 48 MHz', (b) => {
        b.mcu.pllUsb.writeUint32(8, 99);
        b.bus.read32(0x50110040);
    }, /48 MHz/],
    ['a register that is not there', (b) => b.bus.read32(UART0 + 0x0c), /no register/],
    ['a byte access to SIO', (b) => b.bus.write8(0xd0000010, 1), /words/],
    ['a vector table off its boundary', (b) => b.bus.write32(0xe000ed08, 0x20000080), /VTOR/],
    ['SPI data while it is off', (b) => b.bus.write32(SPI0 + 8, 1), /disabled/],
    ['DMA to a private address', (b) => b.mcu.writeUint32(0xd0000010, 1), /private/],
    ['two DMA channels at one request', (b) => [0, 1].forEach((n) => startDma(b, n)), /same request 0/],
    ['a FIFO that DMA serves', (b) => {
        startDma(b, 0);
        b.bus.write8(PIO0 + 0x10, 1);
    }, /while DMA channel 0 serves it/],
    ['DMA off its alignment', (b) => b.mcu.readUint32(0x20000002), /unaligned/],
    ['an unknown flash command', (b) => b.bus.write32(0x18000060, 0x77), /flash command/],
    ['two drivers on one pin', (b) => {
        b.pins.drive(5, false);
        b.bus.write32(0x40014000 + 8 * 5 + 4, 5);
        b.bus.write32(0xd0000014, 1 << 5);
        b.bus.write32(0xd0000024, 1 << 5);
    }, /drive against each other/],
    ['a USB buffer handed over in one write', (b) => b.bus.write32(0x50100080, 1 << 15 | 1 << 10 | 5),
        /together with/],
    ['a USB buffer handed over too soon', (b) => {
        b.usb.writeDpram(0x84, 64, 4);
        b.usb.writeDpram(0x84, 64 | 1 << 10, 4);
    }, /one USB clock/],
    ['an IN buffer that is empty', (b) => {
        b.usb.writeDpram(0x80, 5, 4);
        b.cpu.cycles += 100;
        b.usb.writeDpram(0x80, 5 | 1 << 10, 4);
    }, /available empty/],
    ['a byte access to a USB buffer control', (b) => b.bus.write8(0x50100080, 1), /buffer control/],
    ['whatever rp2040js warns of', (b) => b.mcu.logger.warn('part', 'not implemented'), /not implemented/],
];

for (const [name, breakIt, message] of RULES) {
    test(`rule: ${name}`, () => {
        const board = idle();
        assert.throws(() => breakIt(board), message);
    });
}

test('PLLs and crystal take their time and may not be used before', () => {
    const board = bench([OP.LOOP]);
    const { mcu, bus } = board;
    assert.throws(() => mcu.pllSys.writeUint32(4, 0) ?? mcu.pllSys.writeUint32(8, 125), /XOSC/);
    mcu.peripherals[0x40024].writeUint32(0, 0xfabaa0);
    assert.equal(bus.read32(0x40024004) >>> 31, 0);
    assert.throws(() => mcu.clocks.writeUint32(0x3c, 1), /not locked/);
    mcu.clocks.writeUint32(0x3c, 0);
    assert.throws(() => mcu.clocks.writeUint32(0x30, 2), /clk_ref/);
});

test('failures say where', () => {
    const board = clocked(bench([0x6008, OP.LOOP], { registers: { 1: 0x10000000 } }));
    assert.throws(() => run(board, US), new RegExp(`write to flash.*pc 0x${CODE.toString(16)}`));
});
