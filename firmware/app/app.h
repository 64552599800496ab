/* SPDX-License-Identifier: MIT */
#ifndef FIRMWARE_APP_APP_H
#define FIRMWARE_APP_APP_H

#include "firmware/app/editor.h"
#include "firmware/app/machine.h"
#include "firmware/app/message.h"
#include "firmware/app/source.h"
#include "onelink/agent/agent.h"
#include "onelink/agent/agent_dhcp.h"
#include "onelink/agent/settings.h"
#include "onelink/base/log.h"
#include "onelink/store/record.h"
#include "onelink/wiznet/w5500.h"

/* The firmware's application: consoles, settings, network chip, agent, sources and commands over
 * struct app_machine. Portable; a board calls app_main, tests call app_init and app_step. */

#define APP_TEXT_CAP     2048u /* bytes of all settings as text */
#define APP_PROPERTY_MAX 16u
#define APP_PAGE_CAP     256u
#define APP_RX_CAP       1024u /* largest packet from the platform */
#define APP_TX_CAP       1536u
#define APP_QUEUE_CAP    3072u /* values that wait for delivery: 16 bytes and their text */
#define APP_NAG_MS       5000u /* between two lines about a chip that does not answer */
#define APP_NO_LINK_MS   5000u /* a link takes up to 3 s; then it is told to be missing */
#define APP_WELL_MS      60000u
#define APP_GOODBYE_MS   2500u

struct app;

/* Text of settings. */
struct app_text_buf {
    uint16_t len;
    char ptr[APP_TEXT_CAP];
};

struct app_settings {
    bool is_unsaved;
    struct ol_record store;
    struct ol_settings parsed; /* of the text that app_settings_parse was given last */
    struct ol_settings_property table[APP_PROPERTY_MAX];
    struct app_text_buf used;   /* what the agent was set up from; its spans point here */
    struct app_text_buf edited; /* what the consoles show and change */
};

/* A command that says more than a line: `next` says the lines one by one as there is room.
 * false: that was all. */
struct app_job {
    bool (*next)(struct app *app, unsigned index);
    unsigned index;
    bool waits; /* set by `next`: nothing to do until something else has happened */
};

struct app_terminal {
    bool is_open;
    bool is_greeted;
    struct app_job job;
    struct app_editor editor;
};

/* The network chip as this program sees it. */
struct app_chip {
    uint8_t mac[6];
    bool is_settled;  /* the bus was tried by patterns */
    uint8_t failures; /* without a good while between them */
    uint8_t reason;   /* enum ol_w5500_reason of the last one */
    bool is_found;
    bool was_found; /* ever: so it is not the wrong board */
    uint32_t bus_hz;
    ol_ms nag_at;
    ol_ms no_link_at; /* when to tell that there is no link; 0: not */
    ol_ms found_at;
    struct ol_netif
        netif; /* the driver's; the agent gets one that knows the dns setting */
    struct ol_w5500_tcp tcp;
    struct ol_w5500_udp udp;
    struct ol_w5500_udp dhcp_udp;
    struct ol_w5500 w5500;
};

#define APP_REPLIES 5

/* What `status` tells of the past. */
struct app_memory {
    uint64_t reply_id;                /* of the last reply */
    int32_t reply_codes[APP_REPLIES]; /* the last one first; 0: none yet */
    uint8_t cause;                    /* enum ol_agent_cause of the last trouble */
};

struct app_led {
    unsigned pin;
    bool is_lit;
    bool is_bound; /* a property has it */
    bool wanted;   /* by that property */
    uint8_t pattern;
    ol_ms began_at; /* the pattern */
    ol_ms next_at;
};

enum app_phase {
    APP_IDLE,   /* not configured */
    APP_ACTIVE, /* the agent works */
    APP_ENDING  /* the agent says goodbye, then `after` is done */
};

/* What is asked for last does not undo what does more. */
enum app_after { APP_AFTER_RESTART, APP_AFTER_REBOOT, APP_AFTER_BOOTSEL };

/* All members are private. The small and busy ones stand first, which keeps the code that gets at
 * them short. */
struct app {
    const struct app_machine *machine;
    ol_ms now;
    enum app_language language;
    enum ol_log_level level;
    uint8_t console; /* that is being answered */
    enum app_phase phase;
    enum app_after after;
    uint8_t selftest_bad;
    bool has_agent; /* APP_ENDING: there is one to step */
    bool is_static;
    bool is_well; /* the machine was told */
    uint32_t interval_ms;
    uint32_t base_hz;      /* SPI clock by settings or board */
    struct ol_writer said; /* into `line` */
    ol_ms end_at;          /* APP_ENDING at the latest */
    ol_ms flush_until;     /* the consoles get so long before a reboot */
    ol_ms sample_at;
    struct app_memory memory;
    struct app_led led;
    struct ol_onenet_model model;

    struct app_chip chip;
    struct ol_netif_config address; /* by settings */
    struct ol_netif_ops netif_ops;  /* the driver's but one */
    struct ol_agent_config config;
    struct ol_agent_dhcp dhcp;
    struct ol_agent agent;
    struct app_terminal terminals[APP_CONSOLE_COUNT];
    struct app_settings settings;
    struct ol_onenet_field fields[APP_PROPERTY_MAX];
    struct app_binding bindings[APP_PROPERTY_MAX];
    struct ol_agent_slot slots[APP_PROPERTY_MAX];
    char line[APP_LINE_CAP]; /* what is being said */
    /* `work` is the settings record's page, too: neither is used while the other is. */
    struct ol_agent_scratch scratch;
    uint8_t rx[APP_RX_CAP];
    uint8_t tx[APP_TX_CAP];
    uint8_t queue[APP_QUEUE_CAP];
};

/* Sets everything up and says hello; *app and *machine must outlive it. */
void app_init(struct app *app, const struct app_machine *machine);

/* One turn of the loop: does what is to be done and sleeps. */
void app_step(struct app *app);

/* Both, for ever. */
void app_main(const struct app_machine *machine);

#endif
