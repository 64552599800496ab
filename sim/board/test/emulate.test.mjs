// SPDX-License-Identifier: MIT
// The board's console as `make emulate` shows it.

import assert from 'node:assert/strict';
import test from 'node:test';
import { TerminalLines, fit, textWidth, wrap } from '../src/emulate/text.mjs';

function shown(...parts) {
    const terminal = new TerminalLines();
    parts.forEach((part) => terminal.feed(part));
    return [...terminal.lines, terminal.current];
}

test('a log line between what is being typed', () => {
    assert.deepEqual(shown('> se', '\r\x1b[K', '2.288 link up\r\n', '\r\x1b[K> se', 't'),
        ['2.288 link up', '> set']);
});

test('a cursor that goes back, and what is written over', () => {
    assert.deepEqual(shown('> ab\r> a', 'X'), ['> aX']);
    assert.deepEqual(shown('abc\b\bX'), ['aXc']);
    assert.deepEqual(shown('abc\r\x1b[Kd\n'), ['d', '']);
});

test('sequences cut anywhere, and those that it does not know', () => {
    for (let at = 0; at <= 10; at++) {
        const text = 'ab\x1b[31;1mcd';
        assert.deepEqual(shown(text.slice(0, at), text.slice(at)), ['abcd']);
    }
    assert.deepEqual(shown('a\x1bMb\x1b[?25l\x1b]c\x07\x00\x7f\x9bd'), ['abcd']);
});

test('lines that are kept do not grow without end', () => {
    const terminal = new TerminalLines();
    terminal.feed('x\n'.repeat(5000));
    assert.equal(terminal.lines.length, 1000);
});

test('wide letters take two columns', () => {
    assert.equal(textWidth('a网线'), 5);
    assert.deepEqual(wrap('网线已连接', 4), ['网线', '已连', '接']);
    assert.deepEqual(wrap('网线', 3), ['网', '线']);
    assert.deepEqual(wrap('abcdef', 4, '  '), ['abcd', '  ef']);
    assert.equal(fit('网线', 3), '网 ');
    assert.equal(fit('', 3), '   ');
});
