// SPDX-License-Identifier: MIT
// A rule that silicon enforces, or punishes later, and the firmware broke.

export class BoardFailure extends Error {}

export function hex(x, digits = 8) {
    return `0x${(x >>> 0).toString(16).padStart(digits, '0')}`;
}
