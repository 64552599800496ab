// SPDX-License-Identifier: MIT
// Numbers from a seed (xorshift32), the same in every run.

export class Random {
    constructor(seed) {
        this.state = seed >>> 0 || 0x9e3779b9;
    }

    next() {
        let x = this.state;
        x ^= x << 13;
        x ^= x >>> 17;
        x ^= x << 5;
        this.state = x >>> 0;
        return this.state;
    }

    below(n) {
        return this.next() % n;
    }
}
