/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_DEVICE_H
#define TOOLS_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "onelink/agent/agent.h"
#include "onelink/agent/settings.h"
#include "ports/posix/datagram.h"
#include "ports/posix/netif.h"
#include "ports/posix/stream.h"
#include "tools/backlog.h"
#include "tools/command.h"
#include "tools/faults.h"
#include "tools/file.h"
#include "tools/lines.h"
#include "tools/log.h"
#include "tools/model.h"
#include "tools/secret.h"
#include "tools/source.h"
#include "tools/trouble.h"

/* Everything that `onelink run` works with. One per process, too large for a stack. */

#define CLI_PACKET_MAX   65535 /* largest packet in either direction */
#define CLI_PROPERTY_MAX OL_ONENET_POINTS_MAX

/* What the settings say about one property of the model. */
struct cli_property {
    struct cli_source source;
    struct cli_command command;
    struct cli_trouble reading; /* the source gives no value */
    struct cli_trouble fitting; /* its values do not fit the model */
    bool rounding_told;
};

struct cli_device {
    struct cli_log log;
    struct cli_faults faults; /* of the settings */
    bool has_wrong_lines;     /* so what is not set may stand in one of them */
    struct cli_file config;
    struct ol_settings settings;
    struct ol_settings_property table[CLI_PROPERTY_MAX];
    struct cli_secret secret;
    struct cli_model model;
    struct cli_property properties[CLI_PROPERTY_MAX]; /* as in the model */
    bool uses_stdin;
    bool uses_stdout;
    bool has_own_sources; /* some source besides standard input */
    bool has_commands;    /* some property obeys commands */

    struct ol_agent agent;
    struct ol_agent_config agent_config;
    struct ol_agent_slot slots[CLI_PROPERTY_MAX];
    struct ol_agent_scratch scratch;
    uint8_t rx[CLI_PACKET_MAX];
    uint8_t tx[CLI_PACKET_MAX];
    struct ol_posix_stream stream;
    struct ol_posix_datagram datagram;
    struct ol_posix_netif netif;

    struct cli_lines lines;
    struct cli_outbox outbox;
    struct cli_source_room room;
    struct cli_backlog backlog;
    bool queue_full;       /* told, and not over yet */
    uint32_t dropped_told; /* of stats.refused_full */
};

/* Reads the settings, the key and the model and prepares the agent, closed. command is the
 * one the user gave, for what is said. true, or false after a sentence on standard error
 * for each thing that is wrong. *d is all zero before. */
bool cli_device_init(struct cli_device *d, const char *command, const char *config_path);

/* Wipes the secrets and frees what init took, also after it failed. */
void cli_device_free(struct cli_device *d);

#endif
