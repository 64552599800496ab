// SPDX-License-Identifier: MIT
// Boots a board's image beside a local platform and shows both: at a terminal side by side, with
// the keyboard on the board's USB console, until Ctrl-C; else line by line until five reports were
// answered and a command was obeyed. At the end what it cost.
//
// usage: node emulate.mjs BOARD
//
// OL_BINARY_DIR is the build folder with firmware/, sim/ and bin/; build/ without it. Ends with 0,
// with 1 and the reason when something is missing within its time, with 2 on wrong arguments.

import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { BOARDS, BUILD } from './index.mjs';
import { figuresText, measure } from './src/emulate/figures.mjs';
import { followErrors, followMessages } from './src/emulate/message-log.mjs';
import { PlainView } from './src/emulate/plain.mjs';
import { ScreenView } from './src/emulate/screen.mjs';
import { DEVICE, INTERVAL_S, Left, Session } from './src/emulate/session.mjs';
import { LocalPlatform } from './src/local-platform.mjs';

const MODEL = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../examples/board/model.json');
const REPORTS = 5;
const MESSAGE_LIMIT_MS = 10000;
const CTRL_C = '\x03';
const KEYS = { cable: ['\x1bOQ', '\x1b[12~', '\x1b[[B'], power: ['\x1bOR', '\x1b[13~', '\x1b[[C'],
    led: ['\x1bOS', '\x1b[14~', '\x1b[[D'] };
const HELP = 'F2 cable   F3 power   F4 LED command   Ctrl-C end   the rest goes to the board';

class Program {
    constructor(board) {
        this.board = board;
        this.image = path.join(BUILD, `firmware/onelink-${board}.uf2`);
        this.isTerminal = Boolean(process.stdin.isTTY && process.stdout.isTTY);
        this.ends = [];
        this.isCableIn = true;
        this.stage = 'starts';
        this.onMessage = () => {};
    }

    async run() {
        this.platform = await LocalPlatform.start(MODEL);
        const key = this.platform.addDevice(DEVICE);
        this.view = this.isTerminal ? new ScreenView(this.board, HELP, () => this.stateText()) :
            new PlainView();
        this.follow();
        this.session = new Session(this.image, this.board, this.platform, this.view,
            this.isTerminal ? 1 : 10);
        this.ends.push(() => this.session.close());
        if (this.isTerminal) {
            this.listen();
        }
        try {
            await this.story(key);
        } catch (error) {
            if (!(error instanceof Left)) {
                throw error;
            }
        }
        await this.finish();
    }

    follow() {
        // A board that is emulated faster than real time seems to report too often.
        const isAbout = (line) => this.isTerminal || !/\*\* limit |: limit exceeded/.test(line);
        const show = (line) => {
            if (isAbout(line)) {
                this.view.platform(line);
                this.onMessage(line);
            }
        };
        this.ends.push(followMessages(this.platform, DEVICE, show),
            followErrors(path.join(this.platform.folder, 'platform.log'), show));
    }

    /** Kept when the platform tells what the pattern matches. */
    told(pattern) {
        return new Promise((resolve, reject) => {
            const timer = setTimeout(reject, MESSAGE_LIMIT_MS,
                new Error(`the platform's message log did not show ${pattern}`));
            this.onMessage = (line) => {
                if (pattern.test(line)) {
                    clearTimeout(timer);
                    resolve();
                }
            };
        });
    }

    note(text) {
        this.stage = text;
        this.view.note(text);
    }

    async story(key) {
        const { session } = this;
        const limit = this.isTerminal ? Infinity : 30000;
        this.note(`The platform listens on port ${this.platform.port}; the settings are typed`);
        await session.configure(key);
        this.view.command(session.curl(true));
        this.note('The board reports');
        await session.reports(REPORTS, limit);
        this.note('The platform switches the LED on');
        const told = this.told(/property\/set_reply \[200\]/);
        told.catch(() => {}); // also when nobody waits for it any more
        await session.command(true);
        await session.during(told);
        if (this.isTerminal) {
            this.note('It goes on until Ctrl-C');
            await session.go(Infinity);
        }
        this.note(`${REPORTS} reports were answered, the command was obeyed: the LED is on`);
    }

    /** Figures are taken in the end, as that needs the board for itself. */
    async finish() {
        const { session } = this;
        if (this.isTerminal) {
            this.silence();
            if (!session.isConfigured) {
                return;
            }
            process.stdout.write('Measuring, about 15 s; Ctrl-C leaves at once.\n');
        } else {
            this.view.note('Measuring: power off and on; 60 s without USB, 60 s with a terminal');
            this.silence();
        }
        session.isLeaving = false;
        session.rig.cable(true);
        try {
            const figures = await measure(session, INTERVAL_S);
            session.checkChip();
            process.stdout.write(`\n${figuresText(figures)}\n`);
        } catch (error) {
            if (!(error instanceof Left)) {
                throw error;
            }
        }
    }

    // The keyboard

    listen() {
        process.stdin.setRawMode(true);
        process.stdin.setEncoding('utf8');
        process.stdin.on('data', (text) => this.take(text));
        this.ends.push(() => process.stdin.setRawMode(false));
    }

    take(text) {
        const pressed = Object.keys(KEYS).find((name) => KEYS[name].includes(text));
        if (text.includes(CTRL_C)) {
            this.session.isLeaving = true;
        } else if (pressed !== undefined) {
            this.press(pressed);
        } else if (this.session.isConfigured) {
            this.session.rig.typeUsb(text);
        }
        this.view.refresh();
    }

    press(key) {
        const { rig } = this.session;
        if (key === 'cable') {
            this.isCableIn = !this.isCableIn;
            rig.cable(this.isCableIn);
            this.view.note(`The network cable is ${this.isCableIn ? 'in' : 'out'}`);
        } else if (key === 'power') {
            this.view.note('Power goes and comes');
            rig.powerCycle();
        } else {
            this.sendCommand(!this.session.ledLevel);
        }
    }

    async sendCommand(led) {
        try {
            const answer = await this.platform.api('thingmodel/set-device-property',
                this.session.setBody(led));
            this.view.note(`set {"led":${led}}: ${JSON.stringify(answer)}`);
        } catch (error) {
            this.view.note(`set {"led":${led}}: ${error.message}`);
        }
    }

    stateText() {
        const { session } = this;
        if (session === undefined) {
            return '';
        }
        const { rig } = session;
        const stage = rig.board.state === 'bootsel' ? 'USB drive: press F3' : this.stage;
        return `${(rig.ms / 1000).toFixed(1)} s   LED ${session.ledLevel ? '●' : '○'}   ` +
            `cable ${this.isCableIn ? 'in' : 'out'}   ` +
            `awake ${(100 * rig.cycles().awakeShare).toFixed(2)} % of cycles   ${stage}`;
    }

    // The end

    /** From now on only what the program itself has to say is shown. */
    silence() {
        this.view.close();
        this.view = new PlainView();
        this.view.platform = () => {};
        this.view.board = () => {};
        this.session.view = this.view;
    }

    close() {
        this.closing ??= this.end();
        return this.closing;
    }

    async end() {
        this.view?.close();
        this.ends.reverse().forEach((end) => end());
        if (this.platform?.process?.exitCode === null && this.platform.process.signalCode === null) {
            await this.platform.stop();
        } else if (this.platform !== undefined) {
            fs.rmSync(this.platform.folder, { recursive: true, force: true });
        }
    }
}

async function main(board) {
    const program = new Program(board);
    const leave = (status) => program.close().then(() => process.exit(status));
    for (const [signal, status] of [['SIGHUP', 129], ['SIGINT', 130], ['SIGTERM', 143]]) {
        process.on(signal, () => leave(status));
    }
    process.stdout.on('error', () => leave(141)); // whoever read it has gone
    let status = 0;
    try {
        await program.run();
    } catch (error) {
        program.view?.close();
        process.stderr.write(`\nemulate: ${error.message}\n`);
        status = 1;
    }
    await program.close();
    process.exit(status);
}

if (process.argv.length !== 3 || BOARDS[process.argv[2]] === undefined) {
    process.stderr.write(`usage: node emulate.mjs BOARD    (${Object.keys(BOARDS).join(', ')})\n`);
    process.exit(2);
}
await main(process.argv[2]);
