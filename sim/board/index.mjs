// SPDX-License-Identifier: MIT
// What tests and programs use of the board emulator.

export { boot, Rig } from './src/rig.mjs';
export { Board } from './src/board.mjs';
export { BOARDS } from './src/boards.mjs';
export { BoardFailure } from './src/failure.mjs';
export { BUILD, CHIP_FAULTS, ip4 } from './src/network.mjs';
export { forwardTcp, forwardUdp } from './src/gateway.mjs';
export { Symbols } from './src/symbols.mjs';
