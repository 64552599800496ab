// SPDX-License-Identifier: MIT
// The model as WebAssembly repeats what its native twin was told and answered, to the byte.
// usage: node sim_chip_wasm.mjs CHIP.wasm TRANSCRIPT   (format: tests/unit/sim_chip_rig.c)
import { readFileSync } from 'node:fs';

const [wasmPath, transcriptPath] = process.argv.slice(2);
const out = [];
const { instance } = await WebAssembly.instantiate(readFileSync(wasmPath), {
  env: {
    frame_out: (pointer, length, at) =>
      out.push(`${at} ${Buffer.from(chip.memory.buffer, pointer, length).toString('hex')}`),
  },
});
const chip = instance.exports;

function frameIn(hex, now) {
  const frame = Buffer.from(hex, 'hex');
  new Uint8Array(chip.memory.buffer).set(frame, chip.buffer());
  chip.frame_in(frame.length, now);
}

const never = 18446744073709551615n;
let expected = [];
let steps = 0;
let frames = 0;

function run(line) {
  const [kind, a, b, c, d] = line.split(' ');
  switch (kind) {
    case 'i': chip.init(Number(a)); return '';
    case 's': chip.select(Number(a), Number(b)); return '';
    case 'x': {
      const ahead = chip.peek();
      const miso = chip.exchange(Number(a), Number(b));
      const level = chip.int_n();
      return miso === ahead && miso === Number(c) && level === Number(d)
        ? '' : `MISO ${miso}, ahead ${ahead}, INTn ${level}`;
    }
    case 'f': frameIn(b, Number(a)); return '';
    case 't': {
      chip.step(Number(a));
      const due = chip.deadline();
      const want = BigInt(b) === never ? Infinity : Number(b);
      return due === want ? '' : `deadline ${due}`;
    }
    case 'l': chip.link(Number(a), Number(b)); return '';
    case 'r': chip.reset_pin(Number(a), Number(b)); return '';
    case 'p': chip.set_fault(Number(a), Number(b)); return '';
    default: return 'unknown line';
  }
}

const lines = readFileSync(transcriptPath, 'latin1').trimEnd().split('\n');
for (const line of lines) {
  if (line.startsWith('o ')) {
    expected.push(line.slice(2));
    continue;
  }
  let wrong = run(line);
  if (!wrong && out.join() !== expected.join()) {
    wrong = `frames out:\n${out.join('\n')}\nexpected:\n${expected.join('\n')}`;
  }
  if (wrong) {
    console.error(`line ${line.slice(0, 80)}: ${wrong}`);
    process.exit(1);
  }
  steps += 1;
  frames += out.length;
  out.length = 0;
  expected = [];
}
if (chip.stat(5) === 0 || chip.stat(7) !== 1 || frames < 40) {
  console.error(`a run of ${frames} frames, ${chip.stat(5)} in, ${chip.stat(7)} resets proves little`);
  process.exit(1);
}
console.log(`${steps} steps, ${frames} frames out: alike`);
