/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_OPTIONS_H
#define PLATFORM_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* What the command line of onelink-platform asks for. */
enum ol_command {
    OL_COMMAND_HELP, /* about all commands */
    OL_COMMAND_SERVE,
    OL_COMMAND_PRODUCT, /* only help about it, like OL_COMMAND_DEVICE */
    OL_COMMAND_PRODUCT_CREATE,
    OL_COMMAND_PRODUCT_LIST,
    OL_COMMAND_DEVICE,
    OL_COMMAND_DEVICE_CREATE,
    OL_COMMAND_DEVICE_LIST,
    OL_COMMAND_LOG,
    OL_COMMAND_BACKUP,
    OL_COMMAND_CHECK,
    OL_COMMAND_VERSION
};

/* How strictly the rate limits of the platform are kept: docs/protocol.md §1.7. */
enum ol_options_limits { OL_OPTIONS_OFF, OL_OPTIONS_WARN, OL_OPTIONS_ENFORCE };

/* The strings point into argv. NULL where an option was not given and has no default. */
struct ol_options {
    enum ol_command command;
    bool help;             /* tell about the command instead of doing it */
    const char *data;      /* --data DIR */
    const char *mqtt;      /* --mqtt ADDR:PORT */
    const char *http;      /* --http ADDR:PORT */
    const char *model;     /* --model FILE */
    const char *id;        /* --id PID */
    const char *product;   /* --product PID */
    const char *name;      /* --name NAME */
    const char *key_file;  /* --key-file FILE|- */
    const char *to;        /* --to FILE */
    bool force;            /* --force: overwrite FILE */
    uint32_t history_days; /* --history-days N, 0: for ever */
    uint32_t history_mb;   /* --history-mb N, 0: any size */
    enum ol_options_limits limits;
    bool suite_limits;      /* --limit-table suite: the older MQTT suite's */
    uint32_t set_timeout_s; /* 1..60 */
    const char *device; /* --device NAME */
    const char *since;  /* --since now|all */
    bool rejected;      /* --rejected: clients that were not let in */
    bool follow;        /* --follow */
    bool bytes;         /* --bytes: and the bytes of each packet */
    bool json;          /* --json: a JSON object a line */
    bool message_log;
    uint32_t log_bytes; /* of the message log of each device */
    uint32_t log_days;  /* --log-days N, 0: for ever */
    bool quiet;         /* --quiet: no lines about devices on standard error */
    bool studio_lists;  /* --lists studio: data.list where the current platform has an
                          array */
};

#define OL_EXIT_OK     0
#define OL_EXIT_FAILED 1 /* what was asked for could not be done */
#define OL_EXIT_USAGE  2 /* what was asked for is wrong: command line, model or key */

/* Reads the command line into *out. OL_EXIT_OK, or OL_EXIT_USAGE after one sentence and
 * the usage on err. */
int ol_options_parse(int argc, char **argv, struct ol_options *out, FILE *err);

#endif
