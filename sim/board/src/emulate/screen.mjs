// SPDX-License-Identifier: MIT
// The view for a person at a terminal: the board's console on the left, the platform on the
// right, below them a command to copy, the keys, and where things stand.

import { TerminalLines, fit, textWidth, wrap } from './text.mjs';

const REDRAW_MS = 40;
const SEPARATOR = ' │ ';
const LINES_KEPT = 500;
const ENTER = '\x1b[?1049h\x1b[2J';
const LEAVE = '\x1b[?25h\x1b[?1049l';

function bold(text) {
    return `\x1b[1m${text}\x1b[0m`;
}

/** The last `count` rows of lines that are wrapped. */
function lastRows(lines, width, count, indent) {
    let rows = [];
    for (let i = lines.length - 1; i >= 0 && rows.length < count; i--) {
        rows = [...wrap(lines[i], width, indent), ...rows];
    }
    return rows.slice(-count);
}

export class ScreenView {
    constructor(board, keys, state) {
        this.title = board;
        this.keys = keys;
        this.state = state; // gives the text of the last row
        this.console = new TerminalLines();
        this.messages = [];
        this.shownCommand = '';
        this.drawn = [];
        this.timer = null;
        this.isClosed = false;
        this.onResize = () => {
            this.drawn = [];
            process.stdout.write('\x1b[2J');
            this.refresh();
        };
        process.stdout.write(ENTER);
        process.stdout.on('resize', this.onResize);
        this.refresh();
    }

    board(text) {
        this.console.feed(text);
        this.refresh();
    }

    platform(line) {
        this.messages.push(line);
        this.messages.splice(0, this.messages.length - LINES_KEPT);
        this.refresh();
    }

    note(text) {
        this.platform(`-- ${text}`);
    }

    /** A command line to be copied. */
    command(text) {
        this.shownCommand = text;
        this.drawn = [];
        this.refresh();
    }

    refresh() {
        this.timer ??= this.isClosed ? null : setTimeout(() => {
            this.timer = null;
            this.draw();
        }, REDRAW_MS);
    }

    draw() {
        const { columns = 80, rows = 24 } = process.stdout;
        const left = Math.max(10, Math.floor((columns - SEPARATOR.length) / 2));
        const right = Math.max(10, columns - SEPARATOR.length - left);
        const command = this.shownCommand === '' ? [] : wrap(this.shownCommand, columns);
        const height = Math.max(1, rows - 4 - command.length);
        const console = lastRows([...this.console.lines, this.console.current], left, height, '');
        const messages = lastRows(this.messages, right, height, '  ');
        const body = Array.from({ length: height }, (_, i) =>
            fit(console[i] ?? '', left) + SEPARATOR + fit(messages[i] ?? '', right));
        const screen = [
            bold(fit(`${this.title}, USB console`, left) + SEPARATOR + fit('onelink-platform', right)),
            ...body, '─'.repeat(columns),
            ...command.map((row) => fit(row, columns)),
            fit(this.keys, columns), fit(this.state(), columns)];
        this.put(screen.slice(0, rows), this.cursorAt(console.length, height, left));
    }

    /** Where the console's cursor stands on the screen. */
    cursorAt(rowsShown, height, left) {
        const before = textWidth(this.console.chars.slice(0, this.console.cursor).join(''));
        const current = wrap(this.console.current, left).length;
        const row = 1 + Math.min(rowsShown, height) - current + Math.floor(before / left);
        return `\x1b[${Math.max(1, row) + 1};${before % left + 1}H`;
    }

    /** Only rows that changed are written. */
    put(screen, cursor) {
        let out = '\x1b[?25l';
        screen.forEach((row, i) => {
            if (row !== this.drawn[i]) {
                out += `\x1b[${i + 1};1H${row}`;
            }
        });
        this.drawn = screen;
        process.stdout.write(`${out}${cursor}\x1b[?25h`);
    }

    /** The screen as it was before; may be called again. */
    close() {
        if (this.isClosed) {
            return;
        }
        this.isClosed = true;
        clearTimeout(this.timer);
        process.stdout.off('resize', this.onResize);
        process.stdout.write(LEAVE);
    }
}
