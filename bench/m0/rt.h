/* SPDX-License-Identifier: MIT */
#ifndef BENCH_M0_RT_H
#define BENCH_M0_RT_H

#include <stdint.h>

/* What a benchmark image for the emulated Cortex-M0 has instead of an operating system. Code of
 * the harness (rt.c and the image's own file) is not counted; everything else that runs between
 * m0_begin and m0_end is.
 *
 * An image is bench/m0/NAME.c with `int main(void)` and a comment line
 *     m0-sources: onelink/base onelink/mqtt        (folders or files, compiled with it)
 * and, where needed, `m0-flags: ...`. main returns 0 when every answer was as expected;
 * bench/m0/run NAME prints the figures. */

/* Starts a measurement. name is printed with its figures and lives until the program's end. */
void m0_begin(const char *name);

/* Ends it: instructions since m0_begin and stack below the caller of m0_begin. */
void m0_end(void);

/* Prints a figure that the image knows by itself, such as the size of a context. */
void m0_figure(const char *name, uint32_t value, const char *unit);

/* Ends the program with an error when ok is 0. what says what failed. */
void m0_check(int ok, const char *what);

#endif
