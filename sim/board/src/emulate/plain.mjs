// SPDX-License-Identifier: MIT
// The view for a file or a pipe: whole lines, each with who said it.

import { TerminalLines } from './text.mjs';

export class PlainView {
    constructor() {
        this.console = new TerminalLines();
        this.console.onLine = (line) => this.put('board', line);
    }

    put(who, line) {
        process.stdout.write(`${who.padEnd(9)}| ${line}`.trimEnd() + '\n');
    }

    board(text) {
        this.console.feed(text);
    }

    platform(line) {
        this.put('platform', line);
    }

    note(text) {
        process.stdout.write(`\n${text}\n`);
    }

    command() {}
    refresh() {}
    close() {}
}
