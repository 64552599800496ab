/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_HELP_H
#define PLATFORM_HELP_H

#include <stdio.h>

#include "platform/options.h"

/* How a command is called: one or two lines that begin with "usage: ". */
void ol_help_usage(FILE *to, enum ol_command command);

/* What the command does and all its options. */
void ol_help(FILE *to, enum ol_command command);

#endif
