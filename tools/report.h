/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_REPORT_H
#define TOOLS_REPORT_H

#include "tools/device.h"

/* Reads every file: and sim: source once and hands the values to the agent; what fails is
 * told once and again when it works. elapsed: since the program began. */
void cli_report_sources(struct cli_device *d, ol_ms elapsed);

/* One line of standard input: a JSON object of properties whose source is stdio. What is
 * wrong is told with the line's number; the other members are reported. */
void cli_report_line(struct cli_device *d, struct ol_str line);

/* All whole lines of standard input that are there. */
void cli_report_lines(struct cli_device *d);

#endif
