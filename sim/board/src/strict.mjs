// SPDX-License-Identifier: MIT
// Rules that silicon enforces by hanging or misbehaving, checked at each register access.

import { BoardFailure, hex } from './failure.mjs';
import { RESET_BIT } from './resets.mjs';

const TIMER = 0x40054;
const PLL_LOCK_NS = 50e3;
const USB_HZ = 48e6;
const USB = 0x50110;
const TREQ_TIMER0 = 0x3b; // and above: paced by a timer, or not at all

/** The check before each access to a register: (key, offset, isWrite, value). */
export function accessGuard(mcu, resets, watchdog) {
    return (key, offset) => {
        const bit = RESET_BIT.get(key);
        if (bit === undefined) {
            return;
        }
        if (!resets.isReady(bit)) {
            const name = mcu.peripherals[key].name;
            throw new BoardFailure(`${name}+${hex(offset, 2)} accessed while it is in reset`);
        }
        if (key === TIMER && !watchdog.hasTick) {
            throw new BoardFailure('TIMER used without a WATCHDOG_TICK of 1 us');
        }
        if (key === USB && mcu.pllUsb.frequency !== USB_HZ) {
            throw new BoardFailure('USBCTRL used without 48 MHz from PLL_USB');
        }
    };
}

/** Oscillator and PLLs take their time; nobody may run from them before. crystal: { hangs, isHung }
 *  outlives resets by the watchdog, as the crystal does: so many starts hang until it is switched
 *  off. */
export function guardClocks(mcu, changed, crystal) {
    const xosc = mcu.peripherals[0x40024];
    let xoscSince = Infinity;
    Object.defineProperty(xosc, 'stable', {
        get: () => !crystal.isHung &&
            mcu.clock.nanos - xoscSince >= xoscStartNs(xosc, mcu.xoscFreq),
        set: (isOn) => {
            if (isOn && xoscSince === Infinity && !crystal.isHung) {
                crystal.isHung = crystal.hangs-- > 0;
            }
            crystal.isHung &&= isOn;
            xoscSince = isOn ? Math.min(xoscSince, mcu.clock.nanos) : Infinity;
        },
    });
    const locks = [guardPll(mcu, mcu.pllSys, xosc), guardPll(mcu, mcu.pllUsb, xosc)];
    const write = mcu.clocks.writeUint32.bind(mcu.clocks);
    mcu.clocks.writeUint32 = (offset, value) => {
        write(offset, value);
        checkSources(mcu, xosc, locks);
        changed();
    };
}

/** STARTUP counts 256 crystal cycles, or four times as many. */
function xoscStartNs(xosc, hz) {
    const cycles = (xosc.startup & 0x3fff) * 256 * (xosc.startup & 1 << 20 ? 4 : 1);
    return Math.max(cycles, 256 * 47) * 1e9 / hz;
}

function guardPll(mcu, pll, xosc) {
    let since = Infinity;
    const isOn = () => (pll.pwr & 0x21) === 0 && pll.fbdivInt !== 0;
    const isLocked = () => isOn() && mcu.clock.nanos - since >= PLL_LOCK_NS;
    const write = pll.writeUint32.bind(pll);
    pll.writeUint32 = (offset, value) => {
        write(offset, value);
        if (!isOn()) {
            since = Infinity;
        } else if (since === Infinity) {
            if (!xosc.stable) {
                throw new BoardFailure(`${pll.name} switched on before XOSC is stable`);
            }
            since = mcu.clock.nanos;
        }
    };
    const read = pll.readUint32.bind(pll);
    pll.readUint32 = (offset) => {
        const value = read(offset) >>> 0;
        return offset === 0 ? (value & 0x7fffffff | (isLocked() ? 0x80000000 : 0)) >>> 0 : value;
    };
    return isLocked;
}

function checkSources(mcu, xosc, [sysLocked, usbLocked]) {
    const { clocks } = mcu;
    if ((clocks.refCtrl & 3) === 2 && !xosc.stable) {
        throw new BoardFailure('clk_ref runs from XOSC before it is stable');
    }
    if ((clocks.sysCtrl & 1) === 1) {
        const source = clocks.sysCtrl >> 5 & 7;
        if (source === 0 && !sysLocked() || source === 1 && !usbLocked()) {
            throw new BoardFailure('clk_sys runs from a PLL that is not locked');
        }
    }
}

/** A channel counts what its peripheral has room for or has got; two of one request, or a processor
 *  that helps itself, and the count is wrong. Returns the check of a processor's access. */
export function guardDma(mcu) {
    const { channels } = mcu.dma;
    for (const channel of channels) {
        const start = channel.start.bind(channel);
        channel.start = () => {
            start();
            const other = channels.find((c) => c !== channel && c.active && channel.active &&
                c.treq === channel.treq && c.treq < TREQ_TIMER0);
            if (other !== undefined) {
                throw new BoardFailure(
                    `DMA channels ${other.index} and ${channel.index} at the same request ${channel.treq}`);
            }
        };
    }
    return (address, isWrite) => {
        const channel = channels.find((c) => c.active && c.treq < TREQ_TIMER0 &&
            (isWrite ? c.writeAddr : c.readAddr) >>> 0 === address);
        if (channel !== undefined) {
            throw new BoardFailure(`FIFO at ${hex(address)} accessed while DMA channel ${channel.index} serves it`);
        }
    };
}
