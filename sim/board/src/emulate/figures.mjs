// SPDX-License-Identifier: MIT
// What a configured board costs: from power-on to the first answered report, and while it reports.

const STACK_PAINT = 0x4b415453; // firmware/boot/reset.c
const MEASURED_MS = 60000;
const START_LIMIT_MS = 60000;
const FAST = 10; // times real time: what takes the platform 1 ms is 10 ms to the board

/** The last part ends with the first answered report. */
const PARTS = [
    ['start of the program', /onelink \S+ on /],
    ['network chip', /network chip found/],
    ['link', /link up/],
    ['DHCP, with the check that nobody has the address', /address \S+ by DHCP/],
    ['clock, with DNS', /the time comes from/],
    ['DNS', /connects/],
    ['TCP, after the random wait that keeps boards of one switch apart', /logs in/],
    ['login, subscriptions', /logged in at/],
    ['first report and its answer', /<- reply \d+: 200/],
];

function answered(text) {
    return (text.match(/<- reply \d+: 200/g) ?? []).length;
}

/** A power cycle without a USB host, in real time, as the platform's answers take theirs. */
async function measureStart(session) {
    const { rig } = session;
    rig.unplugUsb();
    rig.setWall(Date.now());
    const from = rig.ms;
    rig.board.flash.set(session.configuredFlash); // whatever was done on the console since
    rig.powerCycle();
    rig.uart.read = rig.uart.text.length;
    const parts = [];
    let last = from;
    for (const [name, pattern] of PARTS) {
        await session.expect(rig.uart, pattern, `"${name}" after power-on`, START_LIMIT_MS, 1);
        parts.push({ name, ms: rig.ms - last });
        last = rig.ms;
        if (parts.length === 1) {
            rig.typeUart('log debug\r'); // tells the steps; until the next start
        }
    }
    return { total: last - from, parts };
}

async function measureReporting(session, intervalS) {
    const { rig } = session;
    await session.go(1000 * intervalS, { speed: FAST });
    const cycles = rig.cycles();
    const chip = rig.network.chipStats();
    const text = rig.uart.text.length;
    await session.go(MEASURED_MS, { speed: FAST });
    const after = rig.network.chipStats();
    const reports = answered(rig.uart.text.slice(text));
    if (reports < MEASURED_MS / 1000 / intervalS - 1) {
        throw new Error(`only ${reports} reports were answered in ${MEASURED_MS / 1000} s`);
    }
    return { awake: rig.cycles(cycles).awakeShare, reports,
        frames: (after.spiFrames - chip.spiFrames) / reports,
        bytes: (after.spiBytes - chip.spiBytes) / reports };
}

function stack(rig) {
    if (rig.symbols === null) {
        return null;
    }
    const [bottom, top] = ['stack_bottom', 'stack_top'].map((name) => rig.symbols.address(name));
    return { used: rig.stackUsed(bottom, top, STACK_PAINT), size: top - bottom };
}

/** The board is configured and its cable in; it reports every intervalS seconds. */
export async function measure(session, intervalS) {
    const { rig } = session;
    const start = await measureStart(session);
    rig.typeUart('log info\r');
    const alone = await measureReporting(session, intervalS);
    rig.plugUsb();
    rig.openUsb();
    const hosted = await measureReporting(session, intervalS);
    return { start, alone, hosted, stack: stack(rig), intervalS };
}

function percent(share) {
    return `${(100 * share).toFixed(3)} %`;
}

export function figuresText({ start, alone, hosted, stack: depth, intervalS }) {
    const rows = start.parts.map(({ name, ms }) => `  ${ms.toFixed(0).padStart(6)}  ${name}`);
    return [
        'Emulated milliseconds from power-on to the first answered report, without USB:',
        ...rows, `  ${start.total.toFixed(0).padStart(6)}  together`,
        `Share of cycles awake while it reports every ${intervalS} s:`,
        `  ${percent(alone.awake)} without a USB host, ${percent(hosted.awake)} with a terminal on USB`,
        `SPI for each report, its answers and all else: ${alone.frames.toFixed(1)} frames, ` +
            `${alone.bytes.toFixed(0)} bytes`,
        ...depth ? [`Stack: ${depth.used} of ${depth.size} bytes used`] : [],
    ].join('\n');
}
