// SPDX-License-Identifier: MIT
// A board: an RP2040 from rp2040js with the parts of this folder in place of what silicon does
// otherwise, a W5500, flash, UART, USB cable and pins, in emulated time.

import { RP2040 } from 'rp2040js';
import { isBoot2 } from './boot2.mjs';
import { BOARDS } from './boards.mjs';
import { Bus } from './bus.mjs';
import { ChipPins } from './chip-pins.mjs';
import { Clock } from './clock.mjs';
import { Cpu, CpuFault } from './cpu.mjs';
import { BoardFailure, hex } from './failure.mjs';
import { Network } from './network.mjs';
import { Pins } from './pins.mjs';
import { PioScheduler } from './pio.mjs';
import { Random } from './random.mjs';
import { Resets } from './resets.mjs';
import { PowerCut, Rom } from './rom.mjs';
import { connectSpi, guardSpi } from './spi.mjs';
import { FlashChip, Ssi, flashStatus } from './ssi.mjs';
import { accessGuard, guardClocks, guardDma } from './strict.mjs';
import * as system from './system.mjs';
import { Timer } from './timer.mjs';
import { Uart } from './uart.mjs';
import { writeUf2 } from './uf2.mjs';
import { UsbDevice } from './usb-device.mjs';
import { UsbHost } from './usb-host.mjs';
import { REASON_TIMER, Watchdog } from './watchdog.mjs';

const FLASH_SIZE = 2 << 20;
const BOOT2_AT = 0x20041f00;
const ROSC_HZ = 6.5e6;
const REBOOT_MAGIC = 0xb007c0d3;
const ROM_BOOT_NS = 2e6; // mask ROM until boot2 runs

class Silent {
    debug() {}
    info() {}
    warn(component, message) {
        throw new BoardFailure(`${component}: ${message}`);
    }
    error(component, message) {
        throw new BoardFailure(`${component}: ${message}`);
    }
}

export class Board {
    /** options: board, flash (Uint8Array, kept), seed, usb (cable in at power-on), chip and lan
     *  (false: not there), symbols, coverage, takesFaults (HardFault as silicon has it). */
    constructor(options) {
        this.name = options.board;
        this.wiring = BOARDS[options.board];
        if (this.wiring === undefined) {
            throw new Error(`no board ${options.board}: ${Object.keys(BOARDS).join(', ')}`);
        }
        this.options = options;
        this.random_ = new Random(options.seed ?? 1);
        this.flash = options.flash ?? new Uint8Array(FLASH_SIZE).fill(0xff);
        this.symbols = options.symbols ?? null;
        this.clock = new Clock();
        this.chip = options.chip === false ? null :
            new Network(this.clock, { seed: options.seed, lan: options.lan });
        this.host = new UsbHost(this.clock);
        this.host.isPlugged = options.usb ?? true;
        this.flashStatus = flashStatus(options.flashQuad);
        this.crystal = { hangs: options.crystalHangs ?? 0, isHung: false };
        this.cycleBase = 0;
        this.nanoBase = 0;
        this.cpuCycles = 0; // before the reset
        this.sleepCycles = 0;
        this.sleepNs = 0;
        this.resets = []; // { reason, atNs }
        this.state = 'off';
        this.stopRequest = null;
        this.hasNews = false;
        this.onReset = () => {};
        this.onUart = () => {};
        this.onUartByte = (byte) => this.onUart(byte);
        this.adc = [0, 0, 0, 0, 876]; // 27 degrees
        this.onBreak = null; // BKPT in firmware: (n, board) => true when handled
        this.coverage = options.coverage ? new Uint8Array(FLASH_SIZE / 2) : null;
        this.takesFaults = options.takesFaults ?? false;
    }

    random(n) {
        return this.random_.below(n);
    }

    load(uf2) {
        writeUf2(uf2, this.flash);
    }

    // Power and reset

    powerOn() {
        this.crystal.isHung = false;
        this.buildMachine(null, 0);
        this.bootRom();
    }

    powerOff() {
        this.state = 'off';
        this.stopRequest = null;
        this.hasNews = true;
        this.host.forget();
        this.clock.dropPeripheralAlarms();
    }

    /** The supply goes and comes: RAM is what it happens to be. */
    powerCycle() {
        this.powerOff();
        this.cpuCycles += this.cpu.cycles;
        this.chip?.powerCycle();
        this.powerOn();
    }

    plugUsb(isIn) {
        if (isIn) {
            this.host.plug();
        } else {
            this.host.unplug();
        }
        this.pins.drive(this.wiring.vbus, isIn);
    }

    buildMachine(old, reason) {
        this.clock.dropPeripheralAlarms();
        this.sync();
        const mcu = new RP2040(this.clock);
        this.mcu = mcu;
        mcu.logger = new Silent();
        this.bus = new Bus(this, this.flash);
        this.cpu = new Cpu(this.bus);
        this.bus.cpu = this.cpu;
        mcu.core = this.cpu;
        this.cpu.onBreak = (n, pc) => this.breakpoint(n, pc);
        this.cpu.coverage = this.coverage;
        this.cpu.takesFaults = this.takesFaults;
        this.rebase();
        this.connectMemory(mcu);
        this.connectPeripherals(mcu, old === null);
        this.fillRam(old);
        if (old !== null) {
            this.watchdog.scratch.set(old.watchdog.scratch);
            this.watchdog.reason = reason;
        }
        mcu.clkSys = ROSC_HZ;
        mcu.clkPeri = ROSC_HZ;
        mcu.addClockListener(() => this.rebase());
        this.rebase();
        this.host.connect(this.usb);
        this.pins.drive(this.wiring.vbus, this.host.isPlugged);
        this.state = 'running';
    }

    connectMemory(mcu) {
        const { bus } = this;
        mcu.readUint32 = (a) => bus.dmaRead(a, 4);
        mcu.readUint16 = (a) => bus.dmaRead(a, 2);
        mcu.readUint8 = (a) => bus.dmaRead(a, 1);
        mcu.writeUint32 = (a, v) => bus.dmaWrite(a, v, 4);
        mcu.writeUint16 = (a, v) => bus.dmaWrite(a, v, 2);
        mcu.writeUint8 = (a, v) => bus.dmaWrite(a, v, 1);
    }

    connectPeripherals(mcu, isPowerOn) {
        const p = mcu.peripherals;
        this.pins = new Pins(mcu);
        this.pio = new PioScheduler(mcu, () => this.cpu.cycles);
        this.resetControl = p[0x4000c] = new Resets(mcu);
        this.watchdog = p[0x40058] = new Watchdog(mcu, (reason) => this.requestReset(reason));
        this.timer = p[0x40054] = new Timer(mcu);
        this.uarts = [new Uart(mcu, 'UART0', 20, { tx: 20, rx: 21 }),
            new Uart(mcu, 'UART1', 21, { tx: 22, rx: 23 })];
        [p[0x40034], p[0x40038]] = this.uarts;
        this.uarts[0].onByte = (byte) => this.onUartByte(byte);
        this.usb = p[0x50110] = new UsbDevice(mcu, () => this.cpu.cycles);
        this.bus.usb = this.usb;
        this.rom = new Rom(this);
        this.flashChip = new FlashChip(this.uniqueId(), this.flashStatus, this.clock);
        p[0x40018] = system.ioQspi(() => this.ssi?.selectChanged());
        this.ssi = p[0x18000] = new Ssi(this.flashChip, p[0x40018],
            (isIt) => { this.bus.xipOff = !isIt; });
        p[0x14000] = system.xipCtrl();
        p[0x40060] = system.rosc(this.random_);
        p[0x40064] = system.vreg(isPowerOn);
        this.psm = p[0x40010] = system.psm();
        this.ppb = new system.Ppb(mcu.ppb, this.cpu, () => this.requestReset(0));
        for (const [bit, block] of [[21, this.timer], [22, this.uarts[0]], [23, this.uarts[1]],
            [24, this.usb]]) {
            this.resetControl.blocks.set(bit, block);
        }
        guardClocks(mcu, () => this.watchdog.retime(), this.crystal);
        this.bus.fifoGuard = guardDma(mcu);
        this.bus.guard = accessGuard(mcu, this.resetControl, this.watchdog);
        mcu.adc.onADCRead = (channel) => this.convert(channel);
        this.connectChip(mcu);
    }

    connectChip(mcu) {
        const { wiring } = this;
        mcu.spi.forEach((spi, i) => i !== wiring.spi && guardSpi(mcu, spi));
        if (this.chip === null) {
            return;
        }
        this.chipPins = new ChipPins(this.pins, wiring, this.chip, this.pio);
        this.chip.changed = () => this.chipPins.showInterrupt();
        if (wiring.spi !== null) {
            const { sck, mosi, miso } = wiring;
            connectSpi(mcu, mcu.spi[wiring.spi], { sck, mosi, miso },
                (byte) => this.chipPins.exchange(byte));
        }
    }

    fillRam(old) {
        if (old !== null) {
            this.bus.sram.set(old.bus.sram);
            return;
        }
        const words = new Uint32Array(this.bus.sram.buffer);
        for (let i = 0; i < words.length; i++) {
            words[i] = this.random_.next();
        }
    }

    uniqueId() {
        const random = new Random((this.options.seed ?? 1) ^ 0x5eed1d);
        return Array.from({ length: 8 }, () => random.below(256));
    }

    convert(channel) {
        const { adc } = this.mcu;
        adc.currentChannel = channel;
        adc.channelValues[channel] = this.adc[channel];
        adc.sampleAlarm.schedule(2000);
    }

    setTemperature(celsius) {
        this.adc[4] = Math.round((0.706 - (celsius - 27) * 0.001721) * 4096 / 3.3);
    }

    /** What the mask ROM does before boot2. */
    bootRom() {
        this.spend(ROM_BOOT_NS);
        const { cpu } = this;
        const { scratch } = this.watchdog;
        const isVectored = scratch[4] === REBOOT_MAGIC &&
            (scratch[5] ^ -REBOOT_MAGIC) >>> 0 === scratch[7];
        if (isVectored) {
            scratch[4] = 0;
            cpu.SP = scratch[6];
            cpu.PC = scratch[7];
            return;
        }
        if (!isBoot2(this.flash)) {
            this.enterBootsel(0);
            return;
        }
        this.ssi.leaveXip();
        this.bus.sram.set(this.flash.subarray(0, 256), BOOT2_AT - 0x20000000);
        cpu.PC = BOOT2_AT;
        cpu.LR = 0;
        cpu.SP = BOOT2_AT;
    }

    /** The RP2040 shows itself as a USB drive. */
    enterBootsel(gpioMask) {
        this.state = 'bootsel';
        this.hasNews = true;
        this.host.forget();
        this.bootselGpio = gpioMask;
        this.bus.stop();
    }

    /** A file is dragged onto that drive: the ROM writes it and lets the watchdog reset. */
    drop(uf2) {
        if (this.state !== 'bootsel') {
            throw new BoardFailure('there is no USB drive to write to');
        }
        this.load(uf2);
        this.watchdog.scratch[4] = 0;
        this.psm.write(system.PSM_WDSEL, system.PSM_PROC0);
        this.warmReset(REASON_TIMER);
    }

    requestReset(reason) {
        this.stopRequest = () => this.warmReset(reason);
        this.bus.stop();
    }

    warmReset(reason) {
        if (reason !== 0 && !(this.psm.read(system.PSM_WDSEL) & system.PSM_PROC0)) {
            throw new BoardFailure('the watchdog fired, but PSM_WDSEL does not reset the processor');
        }
        const old = { bus: this.bus, watchdog: this.watchdog };
        this.resets.push({ reason, atNs: this.clock.nanos });
        this.host.forget();
        this.cpuCycles += this.cpu.cycles;
        this.buildMachine(old, reason);
        this.bootRom();
        this.hasNews = true;
        this.onReset();
    }

    breakpoint(n, pc) {
        if (pc < 0x4000) {
            this.sync();
            this.rom.call(n);
            this.bus.stop();
            return true;
        }
        return this.onBreak !== null && this.onBreak(n, this);
    }

    // Time

    rebase() {
        this.nanoBase = this.clock.nanos;
        this.cycleBase = this.cpu.cycles;
        this.nsPerCycle = 1e9 / this.mcu.clkSys;
    }

    nanosAt(cycle) {
        return this.nanoBase + (cycle - this.cycleBase) * this.nsPerCycle;
    }

    cycleAt(nanos) {
        return this.cycleBase + (nanos - this.nanoBase) / this.nsPerCycle;
    }

    /** Brings time and what runs beside the processor up to its cycle. */
    sync() {
        if (this.state === 'running') {
            this.pio.runUntil(this.cpu.cycles);
            this.clock.advanceTo(this.nanosAt(this.cpu.cycles));
        }
    }

    /** Time in which the processor does nothing else (boot ROM). */
    spend(ns) {
        this.cpu.cycles += ns / this.nsPerCycle;
        this.sync();
    }

    /** Runs until emulated time is untilNs, or until the predicate holds, which is asked when
     *  there is news; whether it does. */
    runUntil(untilNs, until = null) {
        try {
            while (this.clock.nanos < untilNs) {
                if (this.hasNews) {
                    this.hasNews = false;
                    if (until !== null && until()) {
                        return true;
                    }
                }
                this.runSlice(untilNs);
            }
        } catch (error) {
            this.explain(error);
            throw error;
        }
        return until !== null && until();
    }

    runSlice(untilNs) {
        if (this.state !== 'running') { // the world outside goes on
            this.clock.advanceTo(Math.min(untilNs, this.clock.nextAlarm?.nanos ?? Infinity));
            return;
        }
        try {
            this.slice(untilNs);
        } catch (error) {
            if (!(error instanceof PowerCut)) {
                throw error;
            }
            this.powerOff();
        }
        if (this.stopRequest !== null) {
            const act = this.stopRequest;
            this.stopRequest = null;
            act();
        }
    }

    slice(untilNs) {
        const { cpu, clock } = this;
        let toNs = untilNs;
        if (clock.nextAlarm !== null && clock.nextAlarm.nanos < toNs) {
            toNs = clock.nextAlarm.nanos;
        }
        const pioDue = this.pio.nextDue();
        const limit = Math.min(this.cycleAt(toNs), pioDue);
        if (cpu.waiting && (cpu.interruptsUpdated || cpu.pendingSystick) && cpu.wakes) {
            cpu.waiting = false;
        }
        const isAsleep = cpu.waiting;
        if (isAsleep) {
            const gone = Math.max(0, limit - cpu.cycles);
            this.sleepCycles += gone;
            this.sleepNs += gone * this.nsPerCycle;
            cpu.cycles += gone;
        } else {
            cpu.run(Math.max(limit, cpu.cycles + 1));
        }
        this.pio.runUntil(cpu.cycles);
        const now = this.nanosAt(cpu.cycles);
        // Rounding must not stop time just before the alarm that is slept for.
        clock.advanceTo(isAsleep && limit < pioDue ? Math.max(now, toNs) : now);
    }

    explain(error) {
        if (!(error instanceof BoardFailure || error instanceof CpuFault || error instanceof PowerCut) ||
            error.isExplained) {
            return;
        }
        error.isExplained = true;
        const at = (a) => `${hex(a)}${this.symbols ? ` ${this.symbols.at(a)}` : ''}`;
        error.message += ` [pc ${at(this.cpu.PC)}, lr ${at(this.cpu.LR & ~1)}, ` +
            `${(this.clock.nanos / 1e6).toFixed(3)} ms]`;
    }
}
