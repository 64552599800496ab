// SPDX-License-Identifier: MIT
// Makes rp2040js's SPI take the time of its clock, respect its enable bit and DMA requests, and
// reach the chip only when the pins are set to it.

import { BoardFailure } from './failure.mjs';

const FUNCTION_SPI = 1;
const SSPDR = 0x08, SSPDMACR = 0x24;
const SSE = 2;

/** pins: { sck, mosi, miso } of the SPI; exchange(byte) => byte of what is connected. */
export function connectSpi(mcu, spi, pins, exchange) {
    let sent = 0;
    const alarm = mcu.clock.createAlarm(() => {
        const isWired = Object.values(pins).every((p) => mcu.gpio[p].functionSelect === FUNCTION_SPI);
        spi.completeTransmit(isWired ? exchange(sent) : 0);
    });
    spi.onTransmit = (value) => {
        if (spi.dataBits !== 8 || (spi.control0 & 0xf0) !== 0 && (spi.control0 & 0xf0) !== 0xc0) {
            throw new BoardFailure('SPI: the W5500 takes 8-bit frames in mode 0 or 3');
        }
        sent = value;
        alarm.schedule(8e9 / spi.clockFrequency);
    };
    guardSpi(mcu, spi);
}

export function guardSpi(mcu, spi) {
    const write = spi.writeUint32.bind(spi);
    spi.writeUint32 = (offset, value) => {
        if (offset === SSPDR && !(spi.control1 & SSE)) {
            throw new BoardFailure(`${spi.name}: data written while it is disabled`);
        }
        if (offset === SSPDR && spi.txFIFO.full) {
            throw new BoardFailure(`${spi.name}: transmit FIFO overrun`);
        }
        write(offset, value);
        if (offset === SSPDMACR) {
            spi.updateDMATx();
            spi.updateDMARx();
        }
    };
    const request = (channel, isOn) => isOn ? mcu.dma.setDREQ(channel) : mcu.dma.clearDREQ(channel);
    spi.updateDMATx = () => request(spi.dreq.tx, spi.dmaControl & 2 && !spi.txFIFO.full);
    spi.updateDMARx = () => request(spi.dreq.rx, spi.dmaControl & 1 && !spi.rxFIFO.empty);
}
