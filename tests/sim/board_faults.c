/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "tests/sim/board.h"

/* What goes wrong on a board and around it, and where. */

enum kind { LAN, CHIP, OWN };

/* What a fault of the chip excuses. */
enum excuse {
    NOTHING,
    MEDDLED, /* the chip misbehaves: it may be blamed and reset, and be told nonsense */
    GARBLED  /* and changes bytes that no checksum guards */
};

enum own_fault {
    CABLE,
    CHIP_RESET,
    CONN_RESET,
    CONN_END,
    CONN_SILENT,
    CRASH,
    POWER,
    COMMIT,
    TWIN,
    KEY,
    WALL,
    SLOW,
    LOSS,
    DUPLICATE,
    REORDER,
    CRC,
    FLIP
};

struct fault {
    const char *name;
    enum kind kind;
    unsigned code;
    uint32_t low; /* the argument is one of low..high */
    uint32_t high;
    enum excuse excuse;
};

static const struct fault faults[] = {
    {"cable pulled", OWN, CABLE, 0, 0, NOTHING},
    {"DHCP silent", LAN, SIM_LAN_FAULT_DHCP_SILENT, 1, 1, NOTHING},
    {"DHCP refuses", LAN, SIM_LAN_FAULT_DHCP_NAK, 1, 1, NOTHING},
    {"lease ends", LAN, SIM_LAN_FAULT_DHCP_NO_RENEW, 1, 1, NOTHING},
    {"NAK at renewal", LAN, SIM_LAN_FAULT_DHCP_MOVE, 1, 1, NOTHING},
    {"new address at renewal", LAN, SIM_LAN_FAULT_DHCP_MOVE, 2, 2, NOTHING},
    {"DHCP forged", LAN, SIM_LAN_FAULT_DHCP_FORGED, 1, SIM_LAN_FORGED_ALL, NOTHING},
    {"DHCP slow", LAN, SIM_LAN_FAULT_DHCP_DELAY, 100, 6000, NOTHING},
    {"address taken", LAN, SIM_LAN_FAULT_ADDRESS_TAKEN, SIM_IP4(192, 168, 7, 98),
     SIM_IP4(192, 168, 7, 100), NOTHING},
    {"DNS silent", LAN, SIM_LAN_FAULT_DNS_SILENT, 1, 1, NOTHING},
    {"DNS wrong", LAN, SIM_LAN_FAULT_DNS_WRONG_ADDRESS, SIM_PLATFORM + 50,
     SIM_PLATFORM + 60, NOTHING},
    {"DNS poisoned", LAN, SIM_LAN_FAULT_DNS_POISON, SIM_PLATFORM + 50, SIM_PLATFORM + 60,
     NOTHING},
    {"DNS fails", LAN, SIM_LAN_FAULT_DNS_RCODE, 2, 5, NOTHING},
    {"DNS garbage", LAN, SIM_LAN_FAULT_DNS_GARBAGE, 1, 5, NOTHING},
    {"DNS loop", LAN, SIM_LAN_FAULT_DNS_LOOP, 1, 4, NOTHING},
    {"DNS other id", LAN, SIM_LAN_FAULT_DNS_WRONG_ID, 1, 1, NOTHING},
    {"DNS other question", LAN, SIM_LAN_FAULT_DNS_WRONG_QUESTION, 1, 1, NOTHING},
    {"DNS other source", LAN, SIM_LAN_FAULT_DNS_WRONG_SOURCE, 1, 1, NOTHING},
    {"DNS truncated", LAN, SIM_LAN_FAULT_DNS_TRUNCATED, 1, 1, NOTHING},
    {"NTP blocked", LAN, SIM_LAN_FAULT_NTP_SILENT, 1, 1, NOTHING},
    {"NTP kiss of death", LAN, SIM_LAN_FAULT_NTP_KOD, 1, 3, NOTHING},
    {"NTP other origin", LAN, SIM_LAN_FAULT_NTP_WRONG_ORIGINATE, 1, 2, NOTHING},
    {"broker refuses", LAN, SIM_LAN_FAULT_TCP_REFUSE, SIM_PORT, SIM_PORT, NOTHING},
    {"broker silent", LAN, SIM_LAN_FAULT_TCP_SILENT, SIM_PORT, SIM_PORT, NOTHING},
    {"broker hangs", LAN, SIM_LAN_FAULT_TCP_DEAF, SIM_PORT, SIM_PORT, NOTHING},
    {"ARP silent", LAN, SIM_LAN_FAULT_ARP_SILENT, UINT32_MAX, UINT32_MAX, NOTHING},
    {"connection reset", OWN, CONN_RESET, 0, 0, NOTHING},
    {"connection ended", OWN, CONN_END, 0, 0, NOTHING},
    {"half-open", OWN, CONN_SILENT, 0, 0, NOTHING},
    {"broker restarts", OWN, CRASH, 0, 0, NOTHING},
    {"broker loses power", OWN, POWER, 0, 0, NOTHING},
    {"broker cannot store", OWN, COMMIT, 0, 0, NOTHING},
    {"twin", OWN, TWIN, 0, 0, NOTHING},
    {"CONNACK 4", OWN, KEY, 0, 0, NOTHING},
    {"wall clock jumps", OWN, WALL, 0, 0, NOTHING},
    {"slow wire", OWN, SLOW, 0, 0, NOTHING},
    {"frames lost", OWN, LOSS, 0, 0, NOTHING},
    {"frames doubled", OWN, DUPLICATE, 0, 0, NOTHING},
    {"frames reordered", OWN, REORDER, 0, 0, NOTHING},
    {"frames damaged", OWN, CRC, 0, 0, NOTHING},
    {"frames damaged unseen", OWN, FLIP, 0, 0, NOTHING},
    {"chip reset", OWN, CHIP_RESET, 0, 0, MEDDLED},
    {"CR stuck", CHIP, SIM_W5500_FAULT_CR_STUCK, 1, 0xFF, MEDDLED},
    {"CR slow", CHIP, SIM_W5500_FAULT_CR_SLOW, 10, 3000, NOTHING},
    {"INTn edge lost", CHIP, SIM_W5500_FAULT_NO_INT, 1, 1, NOTHING},
    {"MISO stuck at 0", CHIP, SIM_W5500_FAULT_MISO_LOW, 1, 1, MEDDLED},
    {"MISO stuck at 1", CHIP, SIM_W5500_FAULT_MISO_HIGH, 1, 1, MEDDLED},
    {"chip deaf", CHIP, SIM_W5500_FAULT_DEAF, 1, 1, MEDDLED},
    {"chip frozen", CHIP, SIM_W5500_FAULT_FROZEN, 1, 1, MEDDLED},
    {"version wrong", CHIP, SIM_W5500_FAULT_VERSION, 1, 255, MEDDLED},
    {"reads torn", CHIP, SIM_W5500_FAULT_TORN, 1, 1, MEDDLED},
    {"SENDOK lost", CHIP, SIM_W5500_FAULT_NO_SENDOK, 0xFF, 0xFF, MEDDLED},
    {"pointers random", CHIP, SIM_W5500_FAULT_POINTERS, 1, 1, MEDDLED},
    {"sizes impossible", CHIP, SIM_W5500_FAULT_RSR, 0x4001, 0xFFFF, MEDDLED},
    {"SPI bit flips", CHIP, SIM_W5500_FAULT_BIT_FLIPS, 200, 20000, GARBLED},
};

_Static_assert(sizeof faults / sizeof faults[0] == SIM_BOARD_FAULTS, "count them");
_Static_assert(SIM_BOARD_FAULTS <= SIM_FAULTS_MAX, "room for each");

const char *sim_board_fault_str(unsigned fault)
{
    return faults[fault].name;
}

unsigned sim_board_fault_find(const char *name)
{
    unsigned i = 0;

    while (i < SIM_BOARD_FAULTS && strcmp(faults[i].name, name) != 0) {
        i++;
    }
    return i;
}

const char *sim_place_str(enum sim_place place)
{
    static const char *const names[SIM_PLACE_COUNT] = {"at once",
                                                       "before the link",
                                                       "in DISCOVER",
                                                       "in REQUEST",
                                                       "in the address probe",
                                                       "in SNTP",
                                                       "in DNS",
                                                       "in connect",
                                                       "in login",
                                                       "in SUBSCRIBE",
                                                       "idle",
                                                       "in a report",
                                                       "in a write",
                                                       "in a read",
                                                       "on the wire",
                                                       "in renewal"};

    return names[place];
}

/* ---- Faults of our own ---- */

static void change_wire(struct sim_board *b, enum own_fault fault, uint32_t ppm)
{
    struct sim_lan_wire wire = sim_lan_get_wire(b->lan);

    wire.loss_ppm = fault == LOSS ? ppm : wire.loss_ppm;
    wire.duplicate_ppm = fault == DUPLICATE ? ppm : wire.duplicate_ppm;
    wire.reorder_ppm = fault == REORDER ? ppm : wire.reorder_ppm;
    wire.crc_ppm = fault == CRC ? ppm : wire.crc_ppm;
    wire.flip_ppm = fault == FLIP ? ppm : wire.flip_ppm;
    sim_lan_set_wire(b->lan, &wire);
}

static void slow_down(struct sim_board *b, uint64_t delay_ns)
{
    struct sim_lan_wire wire = sim_lan_get_wire(b->lan);

    wire.delay_ns = delay_ns;
    sim_lan_set_wire(b->lan, &wire);
}

static void end_connection(struct sim_board *b, enum own_fault fault)
{
    struct sim_link *l = sim_link_find(b);

    if (l == NULL) {
        return;
    }
    if (fault == CONN_RESET) {
        sim_lan_tcp_reset(b->lan, l->conn);
    } else if (fault == CONN_END) {
        sim_lan_tcp_close(b->lan, l->conn);
    } else {
        sim_lan_tcp_silence(b->lan, l->conn, true);
        l->is_silent = true;
    }
}

static void start_own(struct sim_world *w, enum own_fault fault)
{
    static const char wrong_key[] = "d3JvbmcgMDEyMzQ1Njc4OUFCQ0RFRkdISUpLTE1OT1A=";
    struct sim_board *b = sim_board_of(w);

    switch (fault) {
    case CABLE:
        sim_lan_cable(b->lan, b->station, false);
        break;
    case CHIP_RESET:
        sim_w5500_glitch_reset(b->chip, b->now_ns);
        break;
    case CONN_RESET:
    case CONN_END:
    case CONN_SILENT:
        end_connection(b, fault);
        break;
    case CRASH:
    case POWER:
        sim_cloud_crash(&w->cloud, fault == POWER);
        sim_lan_set_fault(
            b->lan, fault == POWER ? SIM_LAN_FAULT_TCP_SILENT : SIM_LAN_FAULT_TCP_REFUSE,
            SIM_PORT);
        break;
    case COMMIT:
        w->cloud.history.fail_commits = 1 + (unsigned)sim_roll(w, 4);
        break;
    case TWIN:
        sim_cloud_twin(&w->cloud);
        break;
    case KEY:
        w->cloud.history.device_key = ol_str_from(wrong_key);
        end_connection(b, CONN_RESET);
        break;
    case WALL:
        sim_jump_wall(w);
        break;
    case SLOW:
        slow_down(b, (20 + sim_roll(w, 400)) * SIM_MS);
        break;
    default:
        change_wire(b, fault, 10000 + (uint32_t)sim_roll(w, 300000));
        break;
    }
}

static void stop_own(struct sim_world *w, enum own_fault fault)
{
    struct sim_board *b = sim_board_of(w);

    switch (fault) {
    case CABLE:
        sim_lan_cable(b->lan, b->station, true);
        break;
    case CRASH:
        sim_lan_set_fault(b->lan, SIM_LAN_FAULT_TCP_REFUSE, 0);
        sim_cloud_start(&w->cloud);
        break;
    case POWER:
        sim_lan_set_fault(b->lan, SIM_LAN_FAULT_TCP_SILENT, 0);
        sim_cloud_start(&w->cloud);
        break;
    case COMMIT:
        w->cloud.history.fail_commits = 0;
        break;
    case KEY:
        w->cloud.history.device_key = w->config.key;
        break;
    case SLOW:
        slow_down(b, SIM_MS / 2);
        break;
    case LOSS:
    case DUPLICATE:
    case REORDER:
    case CRC:
    case FLIP:
        change_wire(b, fault, 0);
        break;
    default:
        break;
    }
}

/* ---- Any fault ---- */

static void strike(struct sim_world *w)
{
    struct sim_board *b = sim_board_of(w);
    const struct fault *f = &faults[b->fault];
    uint32_t arg = f->low + (uint32_t)sim_roll(w, (uint64_t)f->high - f->low + 1);

    if (b->arg != 0) {
        arg = b->arg;
    } else if (w->is_fixed) {
        arg = f->high;
    }
    b->is_armed = false;
    b->strikes++;
    b->struck_at = w->began_at + b->now_ns / SIM_MS;
    sim_say(w, "fault    %s strikes %s", f->name, sim_place_str(b->place));
    sim_cloud_disturb(&w->cloud);
    b->is_meddled |= f->excuse >= MEDDLED;
    w->is_garbled |= f->excuse >= GARBLED;
    if (f->kind == LAN) {
        sim_lan_set_fault(b->lan, (enum sim_lan_fault)f->code, arg);
    } else if (f->kind == CHIP) {
        sim_w5500_set_fault(b->chip, (enum sim_w5500_fault)f->code, arg);
    } else {
        start_own(w, (enum own_fault)f->code);
    }
}

static void disarm(struct sim_board *b)
{
    b->is_armed = false;
    if (b->rule != 0) {
        sim_lan_remove_rule(b->lan, b->rule);
        b->rule = 0;
    }
}

void sim_board_arm(struct sim_world *w, unsigned fault, enum sim_place place)
{
    struct sim_board *b = sim_board_of(w);

    disarm(b);
    b->fault = fault;
    b->place = place;
    b->is_armed = true;
    if (place == SIM_PLACE_NOW) {
        strike(w);
    } else if (place == SIM_PLACE_WIRE) {
        b->rule = sim_lan_add_rule(b->lan, &(struct sim_lan_rule){.from = b->station,
                                                                  .to = b->router,
                                                                  .port = SIM_PORT,
                                                                  .payload_min = 64,
                                                                  .count = 1,
                                                                  .action = SIM_LAN_PULL,
                                                                  .arg = b->station});
    }
}

/* Most faults wait for a place; only one can, the others strike at once. */
bool sim_board_fault_start(struct sim_world *w, unsigned fault)
{
    struct sim_board *b = sim_board_of(w);
    const struct fault *f = &faults[fault];
    enum sim_place place = (enum sim_place)sim_roll(w, SIM_PLACE_COUNT);

    if (w->until[fault] != 0 ||
        (f->kind == OWN && f->code == KEY && sim_roll(w, 4) != 0)) {
        return false; /* there already, or costs five minutes each time */
    }
    if (b->is_armed || sim_roll(w, 2) == 0 || (place == SIM_PLACE_WIRE && fault != 0)) {
        place = SIM_PLACE_NOW;
    }
    if (b->is_armed) {
        return false;
    }
    sim_board_arm(w, fault, place);
    return true;
}

void sim_board_fault_stop(struct sim_world *w, unsigned fault)
{
    struct sim_board *b = sim_board_of(w);
    const struct fault *f = &faults[fault];

    if (b->is_armed && b->fault == fault) {
        disarm(b);
    }
    if (f->kind == LAN) {
        sim_lan_set_fault(b->lan, (enum sim_lan_fault)f->code, 0);
    } else if (f->kind == CHIP) {
        sim_w5500_set_fault(b->chip, (enum sim_w5500_fault)f->code, 0);
    } else {
        stop_own(w, (enum own_fault)f->code);
    }
    if (b->rule != 0) {
        disarm(b);
    }
}

/* ---- Places ---- */

static bool is_dhcp(const struct sim_board *b, enum ol_dhcp_state state)
{
    return b->has_dhcp && ol_agent_dhcp_get_state(&b->dhcp) == state;
}

static bool is_there(const struct sim_world *w, const struct sim_board *b)
{
    enum ol_agent_state state = ol_agent_get_state(&w->agent);

    switch (b->place) {
    case SIM_PLACE_NOW:
        return true;
    case SIM_PLACE_LINK:
        return state == OL_AGENT_LINK;
    case SIM_PLACE_DHCP:
        return is_dhcp(b, OL_DHCP_SELECTING);
    case SIM_PLACE_REQUEST:
        return is_dhcp(b, OL_DHCP_REQUESTING);
    case SIM_PLACE_PROBE:
        return is_dhcp(b, OL_DHCP_PROBING);
    case SIM_PLACE_CLOCK:
        return state == OL_AGENT_CLOCK;
    case SIM_PLACE_DNS:
        return state == OL_AGENT_RESOLVE;
    case SIM_PLACE_CONNECT:
        return state == OL_AGENT_CONNECT;
    case SIM_PLACE_LOGIN:
        return state == OL_AGENT_LOGIN;
    case SIM_PLACE_SUBSCRIBE:
        return state == OL_AGENT_SUBSCRIBE;
    case SIM_PLACE_IDLE:
        return w->clock.now >= b->idle_at + 2000;
    case SIM_PLACE_POST:
        return state == OL_AGENT_ONLINE &&
               ol_mqtt_client_get_in_flight(&w->agent.mqtt) > 0;
    case SIM_PLACE_WIRE:
        return b->rule != 0 && sim_lan_rule_hits(b->lan, b->rule) > 0;
    case SIM_PLACE_RENEW:
        return is_dhcp(b, OL_DHCP_RENEWING) || is_dhcp(b, OL_DHCP_REBINDING);
    default:
        return false; /* sim_board_half_way */
    }
}

void sim_board_look(struct sim_world *w)
{
    struct sim_board *b = sim_board_of(w);

    if (ol_agent_get_state(&w->agent) != OL_AGENT_ONLINE ||
        ol_agent_get_waiting(&w->agent) > 0) {
        b->idle_at = w->clock.now;
    }
    if (b->is_armed && is_there(w, b)) {
        strike(w);
    }
}

void sim_board_half_way(struct sim_world *w, bool is_write)
{
    struct sim_board *b = sim_board_of(w);

    if (b->is_armed && b->place == (is_write ? SIM_PLACE_WRITE : SIM_PLACE_READ)) {
        strike(w);
        /* The rest of the frame is read from a chip that is not there any more. */
        w->is_garbled |= b->is_meddled && !is_write;
    }
}
