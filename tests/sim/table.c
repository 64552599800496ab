/* SPDX-License-Identifier: MIT */
#include "tests/sim/table.h"

#include <stdio.h>

#include "tests/sim/board.h"

/* Every fault alone, at a fixed place, and how long it takes until the next answered report. */

#define PATIENCE_MS 1200000 /* of a run, faults included */
#define REPORT_MS   5000

struct scenario {
    const char *fault;
    enum sim_place place;
    ol_ms lasts_ms; /* 0: an event */
    uint32_t arg;
};

static const struct scenario scenarios[] = {
    {"cable pulled", SIM_PLACE_NOW, 20000, 0},
    {"cable pulled", SIM_PLACE_DHCP, 5000, 0},
    {"cable pulled", SIM_PLACE_REQUEST, 5000, 0},
    {"cable pulled", SIM_PLACE_PROBE, 5000, 0},
    {"cable pulled", SIM_PLACE_CLOCK, 5000, 0},
    {"cable pulled", SIM_PLACE_DNS, 5000, 0},
    {"cable pulled", SIM_PLACE_CONNECT, 5000, 0},
    {"cable pulled", SIM_PLACE_LOGIN, 5000, 0},
    {"cable pulled", SIM_PLACE_SUBSCRIBE, 5000, 0},
    {"cable pulled", SIM_PLACE_IDLE, 5000, 0},
    {"cable pulled", SIM_PLACE_POST, 5000, 0},
    {"cable pulled", SIM_PLACE_WRITE, 5000, 0},
    {"cable pulled", SIM_PLACE_READ, 5000, 0},
    {"cable pulled", SIM_PLACE_WIRE, 5000, 0},
    {"cable pulled", SIM_PLACE_RENEW, 5000, 0},
    {"DHCP silent", SIM_PLACE_NOW, 20000, 0},
    {"DHCP silent", SIM_PLACE_REQUEST, 20000, 0},
    {"DHCP refuses", SIM_PLACE_DHCP, 10000, 0},
    {"lease ends", SIM_PLACE_IDLE, 50000, 0},
    {"NAK at renewal", SIM_PLACE_RENEW, 10000, 0},
    {"new address at renewal", SIM_PLACE_RENEW, 10000, 0},
    {"DHCP forged", SIM_PLACE_NOW, 20000, 0},
    {"address taken", SIM_PLACE_NOW, 20000, 0},
    {"DNS silent", SIM_PLACE_DNS, 15000, 0},
    {"DNS wrong", SIM_PLACE_DNS, 15000, 0},
    {"DNS poisoned", SIM_PLACE_NOW, 15000, 0},
    {"DNS fails", SIM_PLACE_DNS, 15000, 0},
    {"DNS garbage", SIM_PLACE_DNS, 15000, 0},
    {"DNS loop", SIM_PLACE_DNS, 15000, 0},
    {"DNS other id", SIM_PLACE_DNS, 15000, 0},
    {"DNS other question", SIM_PLACE_DNS, 15000, 0},
    {"DNS other source", SIM_PLACE_DNS, 15000, 0},
    {"DNS truncated", SIM_PLACE_DNS, 15000, 0},
    {"NTP blocked", SIM_PLACE_NOW, 60000, 0},
    {"NTP kiss of death", SIM_PLACE_NOW, 60000, 0},
    {"NTP other origin", SIM_PLACE_NOW, 60000, 0},
    {"broker refuses", SIM_PLACE_DNS, 15000, 0},
    {"broker silent", SIM_PLACE_DNS, 15000, 0},
    {"broker silent", SIM_PLACE_LOGIN, 15000, 0},
    {"broker silent", SIM_PLACE_IDLE, 60000, 0},
    {"broker hangs", SIM_PLACE_CONNECT, 15000, 0},
    {"broker hangs", SIM_PLACE_IDLE, 60000, 0},
    {"half-open", SIM_PLACE_IDLE, 0, 0},
    {"half-open", SIM_PLACE_POST, 0, 0},
    {"connection reset", SIM_PLACE_SUBSCRIBE, 0, 0},
    {"connection reset", SIM_PLACE_IDLE, 0, 0},
    {"connection ended", SIM_PLACE_IDLE, 0, 0},
    {"broker restarts", SIM_PLACE_IDLE, 5000, 0},
    {"broker loses power", SIM_PLACE_IDLE, 30000, 0},
    {"broker cannot store", SIM_PLACE_IDLE, 5000, 0},
    {"twin", SIM_PLACE_IDLE, 0, 0},
    {"CONNACK 4", SIM_PLACE_IDLE, 10000, 0},
    {"ARP silent", SIM_PLACE_DNS, 10000, 0},
    {"slow wire", SIM_PLACE_IDLE, 30000, 0},
    {"frames lost", SIM_PLACE_NOW, 60000, 0},
    {"frames doubled", SIM_PLACE_NOW, 60000, 0},
    {"frames reordered", SIM_PLACE_NOW, 60000, 0},
    {"frames damaged", SIM_PLACE_NOW, 60000, 0},
    {"frames damaged unseen", SIM_PLACE_NOW, 60000, 0},
    {"chip reset", SIM_PLACE_LINK, 0, 0},
    {"chip reset", SIM_PLACE_DHCP, 0, 0},
    {"chip reset", SIM_PLACE_PROBE, 0, 0},
    {"chip reset", SIM_PLACE_DNS, 0, 0},
    {"chip reset", SIM_PLACE_CONNECT, 0, 0},
    {"chip reset", SIM_PLACE_LOGIN, 0, 0},
    {"chip reset", SIM_PLACE_IDLE, 0, 0},
    {"chip reset", SIM_PLACE_WRITE, 0, 0},
    {"chip reset", SIM_PLACE_READ, 0, 0},
    {"CR stuck", SIM_PLACE_DHCP, 5000, 0},
    {"CR stuck", SIM_PLACE_CONNECT, 5000, 0},
    {"CR stuck", SIM_PLACE_IDLE, 5000, 0},
    {"CR slow", SIM_PLACE_NOW, 20000, 0},
    {"INTn edge lost", SIM_PLACE_NOW, 30000, 0},
    {"INTn edge lost", SIM_PLACE_IDLE, 30000, 0},
    {"MISO stuck at 0", SIM_PLACE_NOW, 10000, 0},
    {"MISO stuck at 0", SIM_PLACE_IDLE, 10000, 0},
    {"MISO stuck at 1", SIM_PLACE_IDLE, 10000, 0},
    {"chip deaf", SIM_PLACE_IDLE, 10000, 0},
    {"chip frozen", SIM_PLACE_IDLE, 10000, 0},
    {"version wrong", SIM_PLACE_IDLE, 10000, 3},
    {"reads torn", SIM_PLACE_NOW, 20000, 0},
    {"SENDOK lost", SIM_PLACE_IDLE, 10000, 0},
    {"pointers random", SIM_PLACE_IDLE, 10000, 0},
    {"sizes impossible", SIM_PLACE_IDLE, 10000, 0},
    {"SPI bit flips", SIM_PLACE_NOW, 20000, 500},
    {"SPI bit flips", SIM_PLACE_IDLE, 20000, 500},
};

/* What a scenario amounted to, in ms. */
struct outcome {
    ol_ms next;    /* from the blow to the next answered report */
    ol_ms silence; /* the longest time without one, until after the end of the fault */
};

/* true: reports are answered again after the fault. */
static bool run_until_answer(struct sim_world *w, const struct scenario *sc,
                             unsigned fault, struct outcome *out)
{
    struct sim_board *b = sim_board_of(w);
    unsigned strikes = 0;
    ol_ms last = 0;
    ol_ms end = OL_NEVER;

    sim_board_arm(w, fault, sc->place);
    while (w->delivered_at <= end || w->answered_at == 0) {
        if (b->strikes != strikes) {
            strikes = b->strikes;
            last = b->struck_at;
            end = b->struck_at + sc->lasts_ms;
            w->until[fault] = end + 1;
            sim_await(w);
        }
        if (w->clock.now > w->began_at + PATIENCE_MS || !sim_go_on(w)) {
            return false;
        }
        if (strikes > 0 && w->answered_at != 0 && w->delivered_at > last) {
            out->silence = w->delivered_at - last > out->silence ? w->delivered_at - last
                                                                 : out->silence;
            last = w->delivered_at;
        }
    }
    out->next = w->answered_at - b->struck_at;
    return true;
}

static bool run_scenario(struct sim_world *w, const struct scenario *sc)
{
    struct sim_board *b = sim_board_of(w);
    unsigned fault = sim_board_fault_find(sc->fault);
    struct outcome out = {0};

    w->is_fixed = true;
    sim_begin(w, 1, SIM_BUG_NONE, w->verbose);
    b->arg = sc->arg;
    w->sample_every_ms = REPORT_MS;
    w->fault_at = OL_NEVER;
    w->calm_at = OL_NEVER;
    w->end_at = OL_NEVER;
    bool is_back = run_until_answer(w, sc, fault, &out);
    /* And everything that the simulator asks for at the end of a run. */
    w->calm_at = w->clock.now;
    w->end_at = w->calm_at + PATIENCE_MS;
    while (is_back && sim_go_on(w)) {
    }
    bool is_good = sim_finish(w) && is_back;
    printf("| %-22s | %-20s | %6.1f |", sc->fault, sim_place_str(sc->place),
           (double)sc->lasts_ms / 1000.0);
    if (is_good) {
        printf(" %8.1f | %8.1f |\n", (double)out.next / 1000.0,
               (double)out.silence / 1000.0);
    } else {
        printf(" never: %s |\n", w->failure);
    }
    return is_good;
}

int sim_table(struct sim_world *w)
{
    int failed = 0;

    printf("| %-22s | %-20s | %6s | %8s | %8s |\n", "fault", "where", "lasts", "answer",
           "silence");
    printf("|---|---|---:|---:|---:|\n");
    for (size_t i = 0; i < sizeof scenarios / sizeof scenarios[0]; i++) {
        failed += !run_scenario(w, &scenarios[i]);
    }
    printf("Seconds of virtual time: how long the fault lasts, from its blow to the next "
           "answered "
           "report,\nand the longest time without one until all is well. A reading every "
           "%.0f "
           "s at most.\n",
           2.0 * REPORT_MS / 1000.0);
    return failed > 0;
}
