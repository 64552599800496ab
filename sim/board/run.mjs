// SPDX-License-Identifier: MIT
// Boots an image and connects its console to this terminal.
//
// usage: node run.mjs --image UF2 --board NAME [--no-usb] [--no-cable] [--seed N]
//            [--speed X] [--ms N] [--flash FILE] [--type TEXT] [--uart] [--pcap FILE]
//            [--forward PORT:TOPORT] [--name NAME=ADDRESS] [--console SOCKET]
//
// --speed is how much faster than real time it may run (default 1, or 20 when no terminal is
// there); --ms ends it after that much emulated time. --flash is loaded and saved. --type is typed
// when the console is there. --forward opens a TCP port of the virtual network's router to a real
// port here, and its time server begins with the real time then, as tokens run out; --name puts a
// name into its DNS, with any address outside 192.168.7.0/24. --console is a Unix socket that is the USB console
// of whoever connects (`onelink provision --emulator SOCKET`). Ends with 0 at --ms, Ctrl-C or
// SIGTERM, 1 when the firmware breaks a rule of the hardware, 2 on wrong arguments.

import fs from 'node:fs';
import net from 'node:net';
import { parseArgs } from 'node:util';
import { BOARDS, BoardFailure, boot, forwardTcp } from './index.mjs';

const OPTIONS = {
    image: { type: 'string' }, board: { type: 'string' }, seed: { type: 'string' },
    speed: { type: 'string' }, ms: { type: 'string' }, flash: { type: 'string' },
    type: { type: 'string' }, console: { type: 'string' }, pcap: { type: 'string' },
    'no-usb': { type: 'boolean' }, 'no-cable': { type: 'boolean' }, uart: { type: 'boolean' },
    forward: { type: 'string', multiple: true }, name: { type: 'string', multiple: true },
};

function number(values, name, otherwise) {
    const value = values[name] === undefined ? otherwise : Number(values[name]);
    if (!(value > 0)) {
        throw new Error(`--${name} takes a number above 0`);
    }
    return value;
}

function readArguments() {
    const { values } = parseArgs({ options: OPTIONS });
    if (values.image === undefined || values.board === undefined) {
        throw new Error('--image and --board are needed');
    }
    if (!fs.existsSync(values.image)) {
        throw new Error(`there is no ${values.image}; make firmware builds the images`);
    }
    if (BOARDS[values.board] === undefined) {
        throw new Error(`there is no board ${values.board}; these are: ${Object.keys(BOARDS).join(', ')}`);
    }
    return {
        ...values, seed: number(values, 'seed', 1), ms: number(values, 'ms', Infinity),
        speed: number(values, 'speed', process.stdin.isTTY ? 1 : 20),
        forwards: (values.forward ?? []).map((text) => text.split(':').map(Number)),
        names: (values.name ?? []).map((text) => text.split('=')),
    };
}

function connectTerminal(rig, args) {
    const console = args.uart || args['no-usb'] ? rig.uart : rig.usb;
    const type = (text) => console === rig.uart ? rig.typeUart(text) : rig.typeUsb(text);
    console.listeners.push((text) => process.stdout.write(text));
    if (process.stdin.isTTY) {
        process.stdin.setRawMode(true);
        process.stdin.on('data', (bytes) => bytes.includes(0x03) ? leave(rig, args, 0) : type(bytes));
    }
    if (args.type !== undefined) {
        rig.typeUsb(args.type.replaceAll('\\r', '\r'));
    }
}

/** One at a time has the console; it is open while somebody is there. */
function serveConsole(rig, socketPath) {
    let client = null;
    rig.usb.listeners.push((text) => client?.write(text));
    net.createServer((socket) => {
        client?.destroy();
        client = socket;
        rig.openUsb();
        socket.on('data', (data) => rig.typeUsb(data));
        socket.on('error', () => {});
        socket.on('close', () => {
            if (client === socket) {
                client = null;
                rig.closeUsb();
            }
        });
    }).listen(socketPath);
}

function leave(rig, args, status) {
    if (args.flash !== undefined) {
        rig.saveFlash(args.flash);
    }
    if (args.console !== undefined) {
        fs.rmSync(args.console, { force: true });
    }
    if (process.stdin.isTTY) {
        process.stdin.setRawMode(false);
    }
    process.exit(status);
}

async function main(args) {
    const flash = args.flash !== undefined && fs.existsSync(args.flash) ?
        new Uint8Array(fs.readFileSync(args.flash)) : undefined;
    const rig = boot(args.image, { board: args.board, seed: args.seed, usb: !args['no-usb'], flash });
    if (args['no-cable']) {
        rig.cable(false);
    }
    if (args.pcap !== undefined) {
        const file = fs.openSync(args.pcap, 'w');
        rig.network.startPcap((bytes) => fs.writeSync(file, bytes));
    }
    if (args.forwards.length > 0) {
        rig.setWall(Date.now());
    }
    for (const signal of ['SIGINT', 'SIGTERM']) {
        process.on(signal, () => leave(rig, args, 0));
    }
    args.names.forEach(([name, address]) => rig.addName(name, address));
    args.forwards.forEach(([port, toPort]) => forwardTcp(rig.network, rig.router, { port, toPort }));
    if (args.console === undefined) {
        rig.openUsb();
        connectTerminal(rig, args);
    } else {
        serveConsole(rig, args.console);
    }
    try {
        await rig.pace(args.ms, { speed: args.speed, until: () => rig.board.state !== 'running' });
    } catch (error) {
        process.stderr.write(`\n${error instanceof BoardFailure ? error.message : error.stack}\n`);
        leave(rig, args, 1);
    }
    if (rig.board.state === 'bootsel') {
        process.stderr.write('\nThe board shows its USB drive (BOOTSEL).\n');
    }
    leave(rig, args, 0);
}

let args;
try {
    args = readArguments();
} catch (error) {
    process.stderr.write(`run: ${error.message}\n`);
    process.exit(2);
}
await main(args);
