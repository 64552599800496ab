/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_WIZNET_W5500_PRIVATE_H
#define ONELINK_WIZNET_W5500_PRIVATE_H

#include <string.h>

#include "onelink/wiznet/w5500.h"

/* ---- Registers, W5500 datasheet 1.0.9, 3.1, 3.2, 4.1 and 4.2 ---- */

#define OL_W5500_VERSION 0x04

enum { /* block 0 */
       COMMON_MR = 0x00,
       COMMON_GAR = 0x01,
       COMMON_SUBR = 0x05,
       COMMON_SHAR = 0x09,
       COMMON_SIPR = 0x0F,
       COMMON_IR = 0x15,
       COMMON_SIR = 0x17,
       COMMON_SIMR = 0x18,
       COMMON_RTR = 0x19,
       COMMON_RCR = 0x1B,
       COMMON_PHYCFGR = 0x2E,
       COMMON_VERSIONR = 0x39,
       COMMON_COUNT
};

enum { MR_RST = 0x80, PHYCFGR_LINK = 0x01, PHYCFGR_CONFIG = 0xF8 };

enum { /* block 4n + 1 */
       SN_MR = 0x00,
       SN_CR = 0x01,
       SN_IR = 0x02,
       SN_SR = 0x03,
       SN_PORT = 0x04,
       SN_DHAR = 0x06,
       SN_DIPR = 0x0C,
       SN_DPORT = 0x10,
       SN_MSSR = 0x12,
       SN_RXBUF_SIZE = 0x1E,
       SN_TX_WR = 0x24,
       SN_RX_RSR = 0x26,
       SN_RX_RD = 0x28,
       SN_RX_WR = 0x2A,
       SN_IMR = 0x2C
};

enum {
    SN_MR_TCP = 0x01,
    SN_MR_UDP = 0x02,
    SN_MR_NO_DELAYED_ACK = 0x20,
    SN_MR_MULTI = 0x80
};

enum {
    CR_OPEN = 0x01,
    CR_LISTEN = 0x02,
    CR_CONNECT = 0x04,
    CR_DISCON = 0x08,
    CR_CLOSE = 0x10,
    CR_SEND = 0x20,
    CR_RECV = 0x40
};

enum {
    IR_CON = 0x01,
    IR_DISCON = 0x02,
    IR_RECV = 0x04,
    IR_TIMEOUT = 0x08,
    IR_SENDOK = 0x10,
    IR_ALL = 0x1F
};

enum {
    SR_CLOSED = 0x00,
    SR_INIT = 0x13,
    SR_LISTEN = 0x14,
    SR_ESTABLISHED = 0x17,
    SR_TIME_WAIT = 0x1B,
    SR_CLOSE_WAIT = 0x1C,
    SR_LAST_ACK = 0x1D,
    SR_UDP = 0x22,
    SR_LOST = 0x100 /* ours: the chip, or the address, is gone */
};

/* Where a transfer begins: the block above, as it stands in the control byte of a frame's header,
 * and the address in 16 bits below. */
#define AT(block, addr)    ((uint32_t)(block) << 19 | (uint32_t)(addr))
#define AT_COMMON(addr)    AT(0, addr)
#define AT_SOCKET(n, addr) AT(4u * (n) + 1u, addr)
#define AT_TX(n, addr)     AT(4u * (n) + 2u, addr)
#define AT_RX(n, addr)     AT(4u * (n) + 3u, addr)

/* ---- State ---- */

#define OL_W5500_COMMAND_MS 100 /* for a command, which takes microseconds */
#define OL_W5500_ARP_SLACK_MS                                                            \
    1000 /* on top of what ARP may take, until SENDOK is missed */
#define OL_W5500_SENDOK_UDP_MS 5000 /* ARP takes less, unless somebody set it otherwise */
#define OL_W5500_LEFT_MAX      0x40000000u /* of a time within the driver; 12 days */
#define OL_W5500_PORT_FIRST    0xC000u     /* of the dynamic ports, RFC 6335 section 6 */
#define OL_W5500_TRIES         4 /* readings before a contradiction is believed */

enum {
    STATE_IDLE,  /* until next_at */
    STATE_RESET, /* the pin is low */
    STATE_WAKE,  /* it is high, the version is asked for */
    STATE_SOFT,  /* reset by command */
    STATE_UP
};

enum {
    PHASE_CLOSED, /* no socket of the chip is ours */
    PHASE_START,  /* ours; it must be closed first */
    PHASE_INIT,   /* OPEN was given */
    PHASE_SYN,    /* CONNECT was given */
    PHASE_LISTEN,
    PHASE_OPEN,
    PHASE_DONE,    /* the peer or the network ended it; bytes may be left */
    PHASE_CLOSING, /* what was sent goes out first */
    PHASE_FIN      /* DISCON was given */
};

static inline uint16_t ol_w5500_get16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static inline void ol_w5500_set16(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static inline uint8_t ol_w5500_bit(unsigned n)
{
    return (uint8_t)(1u << n);
}

static inline bool ol_w5500_is_usable(const struct ol_w5500 *c)
{
    return c->state == STATE_UP && c->fault == OL_W5500_REASON_NONE;
}

/* A command was given to it and has not been seen taken. */
bool ol_w5500_is_busy(const struct ol_w5500_socket *s);

/* ---- Time (w5500_bus.c) ---- */

/* In ms milliseconds, as a time within the driver. */
uint32_t ol_w5500_after(const struct ol_w5500 *c, uint32_t ms);
/* A time of a caller, as far as it reaches. */
uint32_t ol_w5500_time(const struct ol_w5500 *c, ol_ms at);
/* It has come; 0 never does. */
bool ol_w5500_is_due(const struct ol_w5500 *c, uint32_t at);
/* The earlier of `left` and what is left until `at`. */
uint32_t ol_w5500_left(const struct ol_w5500 *c, uint32_t at, uint32_t left);
/* What is left until a socket wants to be looked at, at most `left`. */
uint32_t ol_w5500_socket_left(const struct ol_w5500_socket *s, uint32_t left);

/* Looks at everything with the next step instead of a second after the last time. */
void ol_w5500_check_now(struct ol_w5500 *c);

/* ---- Bus (w5500_bus.c) ---- */

/* A transfer. false: it failed, or a fault is on record and nothing was done; then what was to
 * be read is all zero. */
bool ol_w5500_get(struct ol_w5500 *c, uint32_t at, void *buf, size_t len);
bool ol_w5500_put(struct ol_w5500 *c, uint32_t at, const void *data, size_t len);
/* Registers of a socket: any, one byte, two bytes. */
bool ol_w5500_get_regs(struct ol_w5500_socket *s, unsigned addr, void *buf, size_t len);
bool ol_w5500_put_regs(struct ol_w5500_socket *s, unsigned addr, const void *data,
                       size_t len);
bool ol_w5500_put8(struct ol_w5500_socket *s, unsigned addr, unsigned v);
bool ol_w5500_put16(struct ol_w5500_socket *s, unsigned addr, unsigned v);
/* What waits in the memory of a socket, `skip` bytes behind what was read. */
bool ol_w5500_peek(struct ol_w5500_socket *s, unsigned skip, void *buf, size_t len);
/* Records the first fault; the next step acts on it. */
void ol_w5500_fault(struct ol_w5500 *c, enum ol_w5500_reason reason);

/* ---- Sockets (w5500_socket.c) ---- */

/* Closed; `on_status` hears of Sn_IR and Sn_SR, when has_news and is_sending are up to date; `mode`
 * is Sn_MR. */
void ol_w5500_socket_init(struct ol_w5500_socket *s, struct ol_w5500 *chip,
                          void (*on_status)(struct ol_w5500_socket *, unsigned, unsigned),
                          unsigned mode);
/* Takes a free socket of the chip and begins to open it. OL_OK, OL_E_NOSPC, OL_E_IO. */
int32_t ol_w5500_socket_open(struct ol_w5500_socket *s);
/* Leads through START and INIT; true when the socket is in the state `wanted`. */
bool ol_w5500_socket_opening(struct ol_w5500_socket *s, unsigned sr, unsigned wanted);
/* Opens the socket anew. */
void ol_w5500_socket_reopen(struct ol_w5500_socket *s);
/* Gives the chip's socket back, with a last command; the chip finishes by itself. */
void ol_w5500_socket_release(struct ol_w5500_socket *s, unsigned command);
/* Asks the chip about socket n: clears what Sn_IR shows and tells the owner. true: there was
 * something in Sn_IR. */
bool ol_w5500_look(struct ol_w5500 *c, unsigned n);
/* Tells the owners of all sockets with one of these bits in Sn_MR that they are gone. */
void ol_w5500_lose_sockets(struct ol_w5500 *c, unsigned modes);
/* Lets the next look without interrupt come soon, then later and later. */
void ol_w5500_socket_wait(struct ol_w5500_socket *s);
/* Gives a command; the socket is busy until it is seen taken. */
void ol_w5500_command(struct ol_w5500_socket *s, unsigned command);
/* Takes over what the chip's pointers say: rx_left, and tx_free when it was read twice. What only
 * we change must be as we left it, unless the socket is_new. false: they contradict each other,
 * for now, or the bus failed. */
bool ol_w5500_socket_count(struct ol_w5500_socket *s, bool is_new);
/* Writes data behind what waits to be sent. */
void ol_w5500_socket_write(struct ol_w5500_socket *s, const void *data, size_t len);
/* A datagram, whole; there is room for it. */
void ol_w5500_socket_send_to(struct ol_w5500_socket *s, const struct ol_addr *to,
                             const void *data, size_t len);
/* Hands what was written to the chip's network side. */
void ol_w5500_socket_flush(struct ol_w5500_socket *s);
/* Tells the chip of what was read, once it is a quarter of the buffer. */
void ol_w5500_socket_tell(struct ol_w5500_socket *s);
/* Goes past n bytes of what waits. */
void ol_w5500_socket_skip(struct ol_w5500_socket *s, size_t n);
/* 16 unpredictable bits. OL_OK or the status of the entropy source. */
int32_t ol_w5500_random(struct ol_w5500 *c, uint16_t *out);

/* Bytes of a socket's memory. */
unsigned ol_w5500_rx_size(const struct ol_w5500_socket *s);
unsigned ol_w5500_tx_size(const struct ol_w5500_socket *s);

/* ---- Probe (w5500_probe.c) ---- */

/* As in struct ol_netif_ops. */
int32_t ol_w5500_probe(void *ctx, const struct ol_addr *candidate, ol_ms now);
enum ol_probe ol_w5500_probe_result(void *ctx, ol_ms now);
/* Puts registers from the image into the chip, now or when it comes up. OL_OK, OL_E_IO. */
int32_t ol_w5500_put_common(struct ol_w5500 *c, unsigned addr, size_t len);

/* ---- TCP (w5500_tcp.c) ---- */

/* For a server: listens (OL_OK, OL_E_NOSPC, OL_E_IO); closes at once. */
int32_t ol_w5500_tcp_listen(struct ol_w5500_tcp *tcp, uint16_t port);
void ol_w5500_tcp_drop(struct ol_w5500_tcp *tcp);

#endif
