/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SIM_BOARD_H
#define TESTS_SIM_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "onelink/agent/agent_dhcp.h"
#include "onelink/wiznet/w5500.h"
#include "sim/chip/w5500.h"
#include "sim/lan/chip_port.h"
#include "sim/lan/lan.h"
#include "tests/sim/world.h"

/* The device on a board: its agent over the driver, the driver over the chip's model, the chip on
 * a virtual network with a router that has DHCP, DNS and time, and the platform behind it. */

#define SIM_MS          UINT64_C(1000000) /* in nanoseconds */
#define SIM_PLATFORM    SIM_IP4(203, 0, 113, 10)
#define SIM_PLATFORM_AT "203.0.113.10"
#define SIM_PORT        1883

#define SIM_LINKS 24

struct sim_board;

/* The platform's end of a TCP connection. */
struct sim_link {
    struct sim_board *board;
    uint32_t conn;
    uint16_t peer_port;
    uint8_t phase;
    bool is_new;    /* not accepted yet */
    bool is_silent; /* half-open, by a fault */
    int32_t failure;
    ol_ms give_up_at;
};

/* Where a fault strikes. */
enum sim_place {
    SIM_PLACE_NOW,
    SIM_PLACE_LINK,      /* before the link is up */
    SIM_PLACE_DHCP,      /* DISCOVER is out */
    SIM_PLACE_REQUEST,   /* REQUEST is out */
    SIM_PLACE_PROBE,     /* the wire is asked whether the address is free */
    SIM_PLACE_CLOCK,     /* a time server is asked */
    SIM_PLACE_DNS,       /* the name is asked for */
    SIM_PLACE_CONNECT,   /* SYN is out */
    SIM_PLACE_LOGIN,     /* CONNECT is out */
    SIM_PLACE_SUBSCRIBE, /* SUBSCRIBE is out */
    SIM_PLACE_IDLE,      /* online, nothing under way for 2 s */
    SIM_PLACE_POST,      /* a report is out, not answered */
    SIM_PLACE_WRITE,     /* half of a report is in the chip's memory */
    SIM_PLACE_READ,      /* half of an answer is read from the chip's memory */
    SIM_PLACE_WIRE,      /* a report is on the wire: the cable only */
    SIM_PLACE_RENEW,     /* the lease is being renewed */
    SIM_PLACE_COUNT
};

struct sim_board {
    struct sim_world *world;
    struct sim_lan *lan;
    struct sim_w5500 *chip;
    struct sim_wire wire;
    struct sim_link link[SIM_LINKS];
    unsigned next_link; /* none is used again soon */
    struct ol_rng rng;
    uint64_t now_ns;
    uint64_t due_ns;   /* when the wire must be stepped */
    uint64_t check_ns; /* when that is to be asked again */
    uint32_t station;
    uint32_t router;
    uint32_t lease_s;
    bool has_news; /* of a connection of the platform */

    /* The device. */
    struct ol_w5500 driver;
    struct ol_w5500_tcp tcp;
    struct ol_w5500_udp udp;
    struct ol_w5500_udp dhcp_udp;
    struct ol_agent_dhcp dhcp;
    bool has_dhcp;
    bool has_int;       /* INTn is wired */
    unsigned low_turns; /* of the loop with INTn low, one after the other */
    uint64_t nap_ns;    /* INTn counts as stuck; when to look again */

    /* A fault that waits for its place. */
    bool is_armed;
    unsigned fault;
    enum sim_place place;
    uint32_t arg;  /* of it, instead of one by chance; 0: by chance */
    uint32_t rule; /* SIM_PLACE_WIRE */
    ol_ms idle_at; /* when something was under way last */
    ol_ms struck_at;
    unsigned strikes;

    /* What is excused. */
    bool is_meddled; /* the chip misbehaved: it may be blamed, reset and told nonsense */
};

#define SIM_BOARD_FAULTS 55

extern const struct sim_site sim_board_site;

struct sim_board *sim_board_of(const struct sim_world *w);

/* The number of a fault by its name; fault_count when there is none such. */
unsigned sim_board_fault_find(const char *name);
const char *sim_place_str(enum sim_place place);

/* ---- between the files of the board ---- */

bool sim_board_fault_start(struct sim_world *w, unsigned fault);
void sim_board_fault_stop(struct sim_world *w, unsigned fault);
const char *sim_board_fault_str(unsigned fault);
/* Lets the fault wait for its place. */
void sim_board_arm(struct sim_world *w, unsigned fault, enum sim_place place);
/* Strikes when the device is there. */
void sim_board_look(struct sim_world *w);
/* Half of a frame's data went over the bus. */
void sim_board_half_way(struct sim_world *w, bool is_write);

/* The platform's side. */
void sim_links_init(struct sim_board *b);
struct sim_front sim_links_front(struct sim_board *b);
/* The one to which the device is connected, or NULL. */
struct sim_link *sim_link_find(const struct sim_board *b);
ol_ms sim_links_next(const struct sim_board *b);

#endif
