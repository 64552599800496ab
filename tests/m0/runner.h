/* SPDX-License-Identifier: MIT */
#ifndef TESTS_M0_RUNNER_H
#define TESTS_M0_RUNNER_H

/* One file of tests, with its main() under the file's name. An image holds those of a module;
 * the list ends with a NULL name and is written by tests/m0/images.cmake. */
struct m0_program {
    const char *name;
    int (*run)(void);
};

extern const struct m0_program m0_programs[];

/* The program and the test that run now, for whoever reports a fault; "-" outside of them. */
const char *m0_running_program(void);
const char *m0_running_test(void);

#endif
