/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_REPORT_H
#define TOOLS_REPORT_H

#include "tools/device.h"

/* Reads every file: and sim: source once and hands the values to the agent; what fails
 * or does not fit the model is told at once, then once a minute, and when it works
 * again. elapsed: since the program began. */
void cli_report_sources(struct cli_device *d, ol_ms elapsed);

/* One line of standard input: a JSON object of properties whose source is stdio. What is
 * wrong is told with the line's number; the other members are reported. */
void cli_report_line(struct cli_device *d, struct ol_str line);

/* All whole lines of standard input that are there. */
void cli_report_lines(struct cli_device *d);

/* A report with this body was sent for the first time. */
void cli_report_posted(struct cli_device *d, struct ol_str body);

/* Tells when values come faster than they go out, and when that is over. Call it once a
 * turn. */
void cli_report_backlog(struct cli_device *d);

#endif
