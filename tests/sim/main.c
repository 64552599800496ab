/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/sim/board.h"
#include "tests/sim/table.h"

static struct sim_world world = {.site = &sim_plain_site};

static int usage(void)
{
    fputs(
        "usage: sim_run [--board] --seed N [--verbose] [--bug NAME]\n"
        "       sim_run [--board] --seeds A..B [--bug NAME]\n"
        "       sim_run [--board] --bugs COUNT\n"
        "       sim_run --table\n"
        "Simulates device and platform in virtual time; the same seed gives the same "
        "run.\n"
        "--board puts driver, chip model and virtual network between them; --table runs\n"
        "each fault of the board alone and tells the time to the next answered report.\n"
        "--bug makes the device misbehave; --bugs tells that each bug is found within "
        "COUNT\n"
        "seeds.\n",
        stderr);
    return 2;
}

static void tell_failure(enum sim_bug bug)
{
    printf("seed %llu: %s\n", (unsigned long long)world.seed, world.failure);
    printf("replay: build/tests/sim_run%s --seed %llu --verbose%s%s\n",
           world.site->is_strict ? " --board" : "", (unsigned long long)world.seed,
           bug != SIM_BUG_NONE ? " --bug " : "",
           bug != SIM_BUG_NONE ? sim_bug_str(bug) : "");
}

static int run_one(uint64_t seed, enum sim_bug bug, bool verbose)
{
    if (sim_run(&world, seed, bug, verbose)) {
        printf("seed %llu: ok\n", (unsigned long long)seed);
        return 0;
    }
    tell_failure(bug);
    return 1;
}

static void tell_totals(const struct sim_totals *t)
{
    printf("%llu virtual hours, %llu faults, %llu logins, %llu times online\n",
           (unsigned long long)(t->virtual_s / 3600), (unsigned long long)t->faults,
           (unsigned long long)t->logins, (unsigned long long)t->online);
    printf(
        "%llu posts (%llu again), %llu samples delivered, %llu refused by a full queue, "
        "%llu dropped with their property\n",
        (unsigned long long)t->posts, (unsigned long long)t->reposts,
        (unsigned long long)t->delivered, (unsigned long long)t->refused_full,
        (unsigned long long)t->dropped_aside);
    printf("%llu commands (%llu answered late), %llu runs without a date at first\n",
           (unsigned long long)t->commands, (unsigned long long)t->late,
           (unsigned long long)t->dateless);
}

static int run_many(uint64_t first, uint64_t last, enum sim_bug bug, bool verbose)
{
    clock_t begin = clock();
    uint64_t failed = 0;

    for (uint64_t seed = first; seed <= last; seed++) {
        if (!sim_run(&world, seed, bug, verbose)) {
            tell_failure(bug);
            if (++failed == 30) {
                last = seed;
            }
        }
    }
    double seconds = (double)(clock() - begin) / CLOCKS_PER_SEC;
    tell_totals(&world.totals);
    printf("seeds %llu..%llu: %llu failed, %.1f s\n", (unsigned long long)first,
           (unsigned long long)last, (unsigned long long)failed, seconds);
    return failed > 0;
}

/* Each deliberate bug must be found. */
static int run_bugs(uint64_t count)
{
    int missed = 0;
    int first = world.site->is_strict ? SIM_BUG_LEASE : SIM_BUG_NONE + 1;
    int end = world.site->is_strict ? SIM_BUG_COUNT : SIM_BUG_LEASE;

    for (int bug = first; bug < end; bug++) {
        uint64_t seed = 1;
        while (seed <= count && sim_run(&world, seed, (enum sim_bug)bug, false)) {
            seed++;
        }
        if (seed > count) {
            printf("%-10s NOT FOUND in %llu seeds\n", sim_bug_str((enum sim_bug)bug),
                   (unsigned long long)count);
            missed = 1;
        } else {
            printf("%-10s seed %llu: %s\n", sim_bug_str((enum sim_bug)bug),
                   (unsigned long long)seed, world.failure);
        }
    }
    return missed;
}

static bool find_bug(const char *name, enum sim_bug *bug)
{
    for (int i = 0; i < SIM_BUG_COUNT; i++) {
        if (strcmp(sim_bug_str((enum sim_bug)i), name) == 0) {
            *bug = (enum sim_bug)i;
            return true;
        }
    }
    return false;
}

int main(int argc, char **argv)
{
    enum sim_bug bug = SIM_BUG_NONE;
    bool verbose = false;
    bool table = false;
    uint64_t first = 0;
    uint64_t last = 0;
    uint64_t bugs = 0;

    for (int i = 1; i < argc; i++) {
        bool has_value = i + 1 < argc;
        if (strcmp(argv[i], "--board") == 0) {
            world.site = &sim_board_site;
        } else if (strcmp(argv[i], "--table") == 0) {
            table = true;
        } else if (strcmp(argv[i], "--verbose") == 0) {
            verbose = true;
        } else if (strcmp(argv[i], "--seed") == 0 && has_value) {
            first = last = strtoull(argv[++i], NULL, 10);
        } else if (strcmp(argv[i], "--bugs") == 0 && has_value) {
            bugs = strtoull(argv[++i], NULL, 10);
        } else if (strcmp(argv[i], "--seeds") == 0 && has_value) {
            char *end = argv[++i];
            first = strtoull(end, &end, 10);
            last = strncmp(end, "..", 2) == 0 ? strtoull(end + 2, NULL, 10) : 0;
        } else if (strcmp(argv[i], "--bug") == 0 && has_value) {
            if (!find_bug(argv[++i], &bug)) {
                return usage();
            }
        } else {
            return usage();
        }
    }
    if (table) {
        world.site = &sim_board_site;
        world.verbose = verbose;
        return sim_table(&world);
    }
    if (bugs > 0) {
        return run_bugs(bugs);
    }
    if (first == 0 || last < first) {
        return usage();
    }
    return first == last ? run_one(first, bug, verbose)
                         : run_many(first, last, bug, verbose);
}
