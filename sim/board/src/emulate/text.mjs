// SPDX-License-Identifier: MIT
// What a serial terminal makes of a board's output: lines, as its CR and escape sequences leave
// them; and how wide text is on a screen.

const WIDE = /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/u;

function widthOf(char) {
    return WIDE.test(char) ? 2 : 1;
}

export function textWidth(text) {
    return [...text].reduce((sum, char) => sum + widthOf(char), 0);
}

/** Rows of at most `width` columns, those after the first indented. */
export function wrap(text, width, indent = '') {
    const rows = [];
    let row = '';
    let used = 0;
    for (const char of text) {
        if (used + widthOf(char) > width) {
            rows.push(row);
            row = indent;
            used = indent.length;
        }
        row += char;
        used += widthOf(char);
    }
    return [...rows, row];
}

/** Cut or filled up to exactly `width` columns. */
export function fit(text, width) {
    const [row] = wrap(text, width);
    return row + ' '.repeat(Math.max(0, width - textWidth(row)));
}

const ESCAPE = '\x1b';
const LINES_KEPT = 1000;

/** Control sequences that it does not know are dropped, none reaches the screen. */
export class TerminalLines {
    constructor() {
        this.lines = []; // finished
        this.chars = []; // the line that is being written
        this.cursor = 0;
        this.escape = '';
        this.onLine = () => {};
    }

    get current() {
        return this.chars.join('');
    }

    feed(text) {
        for (const char of text) {
            if (this.escape !== '') {
                this.takeEscape(char);
            } else {
                this.takeChar(char);
            }
        }
    }

    takeChar(char) {
        switch (char) {
        case '\r':
            this.cursor = 0;
            break;
        case '\n':
            this.endLine();
            break;
        case '\b':
            this.cursor = Math.max(0, this.cursor - 1);
            break;
        case ESCAPE:
            this.escape = char;
            break;
        default:
            if (char >= ' ' && !(char >= '\x7f' && char < '\xa0')) {
                this.chars[this.cursor++] = char;
            }
        }
    }

    endLine() {
        const line = this.current;
        this.lines.push(line);
        this.lines.splice(0, this.lines.length - LINES_KEPT);
        this.chars = [];
        this.cursor = 0;
        this.onLine(line);
    }

    takeEscape(char) {
        this.escape += char;
        const isBegin = this.escape === `${ESCAPE}[`;
        if (!isBegin && (this.escape[1] !== '[' || char >= '@')) {
            if (char === 'K') {
                this.chars.length = Math.min(this.chars.length, this.cursor);
            }
            this.escape = '';
        }
    }
}
