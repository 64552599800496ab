/* SPDX-License-Identifier: MIT */
#ifndef SIM_CHIP_CHIP_H
#define SIM_CHIP_CHIP_H

#include <string.h>

#include "sim/chip/w5500.h"

/* What the files of the model share. Section numbers ("model 4.2") are those of
 * docs/chip-model.md. */

#define W5_SOCKETS 8
#define W5_MEMORY  16384 /* bytes each way, shared by the sockets */
#define W5_US      UINT64_C(1000)
#define W5_MS      UINT64_C(1000000)

/* Common registers, block 0 (model 4.1). */
enum {
    W5_MR = 0x00,
    W5_GAR = 0x01,
    W5_SUBR = 0x05,
    W5_SHAR = 0x09,
    W5_SIPR = 0x0F,
    W5_IR = 0x15,
    W5_IMR = 0x16,
    W5_SIR = 0x17,
    W5_SIMR = 0x18,
    W5_RTR = 0x19,
    W5_RCR = 0x1B,
    W5_PTIMER = 0x1C,
    W5_PMRU = 0x26,
    W5_UIPR = 0x28,
    W5_UPORTR = 0x2C,
    W5_PHYCFGR = 0x2E,
    W5_VERSIONR = 0x39,
    W5_COMMON_SIZE = 0x3A
};

enum { W5_MR_RST = 0x80, W5_MR_PB = 0x10, W5_MR_FARP = 0x02 };
enum { W5_IR_CONFLICT = 0x80, W5_IR_UNREACH = 0x40, W5_IR_BITS = 0xF0 };

/* Socket registers, blocks 4n+1 (model 4.2). */
enum {
    W5_SN_MR = 0x00,
    W5_SN_CR = 0x01,
    W5_SN_IR = 0x02,
    W5_SN_SR = 0x03,
    W5_SN_PORT = 0x04,
    W5_SN_DHAR = 0x06,
    W5_SN_DIPR = 0x0C,
    W5_SN_DPORT = 0x10,
    W5_SN_MSSR = 0x12,
    W5_SN_PROTO = 0x14,
    W5_SN_TOS = 0x15,
    W5_SN_TTL = 0x16,
    W5_SN_RXBUF_SIZE = 0x1E,
    W5_SN_TXBUF_SIZE = 0x1F,
    W5_SN_TX_FSR = 0x20,
    W5_SN_TX_RD = 0x22,
    W5_SN_TX_WR = 0x24,
    W5_SN_RX_RSR = 0x26,
    W5_SN_RX_RD = 0x28,
    W5_SN_RX_WR = 0x2A,
    W5_SN_IMR = 0x2C,
    W5_SN_FRAG = 0x2D,
    W5_SN_KPALVTR = 0x2F,
    W5_SOCKET_SIZE = 0x30
};

enum { W5_SN_MULTI = 0x80, W5_SN_BCASTB = 0x40, W5_SN_ND = 0x20, W5_SN_UCASTB = 0x10 };
enum { W5_TCP = 1, W5_UDP = 2, W5_IPRAW = 3, W5_MACRAW = 4 };
enum {
    W5_INT_SENDOK = 0x10,
    W5_INT_TIMEOUT = 0x08,
    W5_INT_RECV = 0x04,
    W5_INT_DISCON = 0x02,
    W5_INT_CON = 0x01,
    W5_INT_BITS = 0x1F
};
enum {
    W5_OPEN = 0x01,
    W5_LISTEN = 0x02,
    W5_CONNECT = 0x04,
    W5_DISCON = 0x08,
    W5_CLOSE = 0x10,
    W5_SEND = 0x20,
    W5_SEND_MAC = 0x21,
    W5_SEND_KEEP = 0x22,
    W5_RECV = 0x40
};
enum {
    W5_ST_CLOSED = 0x00,
    W5_ST_INIT = 0x13,
    W5_ST_LISTEN = 0x14,
    W5_ST_SYNSENT = 0x15,
    W5_ST_SYNRECV = 0x16,
    W5_ST_ESTABLISHED = 0x17,
    W5_ST_FIN_WAIT = 0x18,
    W5_ST_CLOSING = 0x1A,
    W5_ST_TIME_WAIT = 0x1B,
    W5_ST_CLOSE_WAIT = 0x1C,
    W5_ST_LAST_ACK = 0x1D,
    W5_ST_UDP = 0x22,
    W5_ST_IPRAW = 0x32,
    W5_ST_MACRAW = 0x42
};

/* What a socket waits for; each is an instant or SIM_NEVER. */
enum w5_timer {
    W5_T_COMMAND, /* the command in CR is taken */
    W5_T_ARP,     /* the ARP request is repeated or given up */
    W5_T_SENDOK,  /* the last frame of a SEND has left */
    W5_T_RTO,     /* TCP retransmission */
    W5_T_PROBE,   /* TCP zero window probe */
    W5_T_KEEP,    /* TCP keep alive */
    W5_T_ACK,     /* TCP delayed acknowledgement */
    W5_T_END,     /* end of TIME_WAIT, or of waiting for the peer's FIN */
    W5_T_COUNT
};

struct w5_tcp {
    uint32_t iss, snd_una, snd_nxt, snd_max;
    uint32_t send_end; /* sequence up to which SEND has released data */
    uint32_t snd_wl1, snd_wl2;
    uint16_t snd_wnd;
    uint32_t rcv_nxt;
    uint32_t rcv_adv; /* right edge of the window that the peer was told last */
    uint16_t mss;     /* of segments that we send */
    uint8_t tries;    /* retransmission waits that ran out */
    uint16_t probe_tries, probe_lost, keep_lost;
    bool is_repeating; /* after a wait ran out: one segment until the next ACK */
    bool is_fin_queued, is_fin_sent, is_fin_acked;
    bool has_exchanged; /* data went or came, which keep alive waits for */
};

struct w5_socket {
    uint8_t reg[W5_SOCKET_SIZE]; /* what is stored as written; live ones are below */
    uint8_t sr, ir, command;
    uint8_t sr_seen; /* SR as the bus showed it last */
    uint16_t tx_ack; /* TX memory is free below (TCP: the acknowledged pointer) */
    uint16_t tx_rd, tx_wr;
    uint16_t tx_end; /* where TX_WR stood at the last SEND */
    uint16_t rx_rd, rx_wr;
    uint16_t rx_freed; /* RX_RD at the last RECV */
    bool is_sending;   /* from SEND taken to SENDOK */
    uint32_t arp_ip;   /* asked for */
    uint32_t known_ip; /* DHAR belongs to it; 0: to none */
    uint8_t arp_tries;
    uint8_t to_mac[6]; /* of the datagrams going out now */
    uint32_t to_ip;
    uint16_t to_port;
    uint16_t seen[6]; /* 16-bit registers from TX_FSR on as the bus showed them last */
    uint64_t timer[W5_T_COUNT];
    struct w5_tcp tcp;
};

struct w5_spi {
    bool is_selected;
    bool is_dead;    /* touched while in reset: deaf until the next select */
    bool is_counted; /* this select's first byte has come */
    uint8_t head_len;
    uint8_t head[3];
    uint16_t addr;
    uint8_t left; /* data bytes to go in a fixed length mode */
    uint8_t miso; /* goes out with the next byte */
    bool has_low; /* low is the second half of the register being read */
    uint8_t low;
};

struct sim_w5500 {
    struct sim_w5500_host host;
    struct sim_w5500_stats stats;
    uint64_t now;
    uint64_t rng, fault_rng;
    uint32_t fault[SIM_W5500_FAULT_COUNT];
    struct w5_spi spi;
    bool is_held; /* reset pin low */
    uint64_t held_at;
    uint64_t ready_at;      /* PLL locked; SIM_NEVER: it is */
    uint64_t soft_reset_at; /* end of MR.RST; SIM_NEVER: none */
    bool has_cable, has_link;
    uint64_t link_at; /* end of negotiation; SIM_NEVER: none under way */
    uint8_t phy_mode;
    uint64_t mac_free_at;
    uint64_t due; /* w5_deadline, while is_due_known */
    bool is_due_known;
    uint8_t wants; /* sockets that may have a frame to send */
    uint8_t turn;  /* whose it is */
    uint16_t ip_id;
    uint8_t common[W5_COMMON_SIZE];
    struct w5_socket socket[W5_SOCKETS];
    uint8_t tx[W5_MEMORY];
    uint8_t rx[W5_MEMORY];
    uint8_t frame[SIM_FRAME_MAX]; /* the one that goes out */
};

/* What became of a frame that came. */
enum w5_fate {
    W5_BAD,     /* malformed, wrong checksum, not for us */
    W5_DROPPED, /* no room or no socket */
    W5_USED
};

/* An IPv4 packet that came, checked. */
struct w5_packet {
    const uint8_t *mac; /* the sender's */
    const uint8_t *to_mac;
    const uint8_t *header;
    uint32_t src, dst;
    const uint8_t *data;
    size_t len;
};

static inline uint16_t w5_get16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t w5_get32(const uint8_t *p)
{
    return (uint32_t)w5_get16(p) << 16 | w5_get16(p + 2);
}

static inline void w5_put16(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static inline void w5_put32(uint8_t *p, uint32_t v)
{
    w5_put16(p, v >> 16);
    w5_put16(p + 2, v);
}

static inline uint64_t w5_max(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static inline uint8_t w5_bit(const struct sim_w5500 *c, const struct w5_socket *s)
{
    return (uint8_t)(1U << (unsigned)(s - c->socket));
}

/* misc.c */
uint64_t w5_random(uint64_t *state);
void w5_misuse(struct sim_w5500 *c, const char *text);
void w5_note(struct sim_w5500 *c, const char *text);
bool w5_is_frozen(const struct sim_w5500 *c);

/* memory.c: buffers and their pointers (model 4.3 to 4.6) */
bool w5_is_buffer_size(uint8_t kilobytes);
uint32_t w5_tx_size(const struct w5_socket *s);
uint32_t w5_rx_size(const struct w5_socket *s);
uint32_t w5_rx_free(const struct w5_socket *s);
/* The byte of TX or RX memory that a free-running pointer names; NULL: the socket has none. */
uint8_t *w5_tx_byte(struct sim_w5500 *c, const struct w5_socket *s, uint16_t pointer);
uint8_t *w5_rx_byte(struct sim_w5500 *c, const struct w5_socket *s, uint16_t pointer);
void w5_tx_copy(struct sim_w5500 *c, const struct w5_socket *s, uint16_t from,
                uint8_t *out, size_t len);
void w5_rx_put(struct sim_w5500 *c, struct w5_socket *s, const uint8_t *data, size_t len);
uint16_t w5_live16(const struct w5_socket *s, unsigned offset);

/* registers.c: the file as the chip has it */
void w5_reset_registers(struct sim_w5500 *c);
uint8_t w5_register(const struct sim_w5500 *c, unsigned block, uint16_t offset);
void w5_register_write(struct sim_w5500 *c, unsigned block, uint16_t offset,
                       uint8_t value);
uint8_t w5_socket_interrupts(const struct sim_w5500 *c);

/* phy.c */
uint8_t w5_phy_register(const struct sim_w5500 *c);
void w5_phy_write(struct sim_w5500 *c, uint8_t value);
void w5_phy_update(struct sim_w5500 *c);
void w5_phy_restart(struct sim_w5500 *c);
void w5_phy_due(struct sim_w5500 *c);

/* command.c */
void w5_command_write(struct sim_w5500 *c, struct w5_socket *s, uint8_t command);
void w5_command_due(struct sim_w5500 *c, struct w5_socket *s);
void w5_socket_reset(struct w5_socket *s);
void w5_socket_close(struct sim_w5500 *c, struct w5_socket *s, uint8_t interrupt);
void w5_sendok_due(struct sim_w5500 *c, struct w5_socket *s);

/* net.c: Ethernet and IPv4 */
uint32_t w5_own_ip(const struct sim_w5500 *c);
bool w5_is_broadcast(const struct sim_w5500 *c, uint32_t ip);
uint32_t w5_sum(const uint8_t *data, size_t len, uint32_t start);
uint16_t w5_fold(uint32_t sum);
uint16_t w5_pseudo_sum(uint32_t src, uint32_t dst, uint8_t protocol, const uint8_t *data,
                       size_t len);
/* Where the IPv4 payload of the frame that goes out is written. */
uint8_t *w5_payload(struct sim_w5500 *c);
void w5_emit(struct sim_w5500 *c, size_t len);
/* s gives TTL, TOS and fragment flags; NULL: what the chip itself sends. */
void w5_ip_send(struct sim_w5500 *c, const struct w5_socket *s, const uint8_t mac[6],
                uint32_t dst, uint8_t protocol, size_t payload_len);
void w5_frame_in(struct sim_w5500 *c, const uint8_t *frame, size_t len);

/* arp.c */
uint64_t w5_wait(const struct sim_w5500 *c, unsigned doublings);
uint32_t w5_next_hop(const struct sim_w5500 *c, uint32_t ip);
/* Asks for the next hop to ip. */
void w5_arp_start(struct sim_w5500 *c, struct w5_socket *s, uint32_t ip);
void w5_arp_due(struct sim_w5500 *c, struct w5_socket *s);
enum w5_fate w5_arp_in(struct sim_w5500 *c, const uint8_t *frame, size_t len);

/* icmp.c */
enum w5_fate w5_icmp_in(struct sim_w5500 *c, const struct w5_packet *p);
void w5_igmp_send(struct sim_w5500 *c, const struct w5_socket *s, bool is_join);

/* datagram.c: UDP, IPRAW, MACRAW */
void w5_datagram_send(struct sim_w5500 *c, struct w5_socket *s, bool is_mac_given);
void w5_datagram_resolved(struct sim_w5500 *c, struct w5_socket *s);
void w5_datagram_unresolved(struct sim_w5500 *c, struct w5_socket *s);
bool w5_datagram_output(struct sim_w5500 *c, struct w5_socket *s);
enum w5_fate w5_udp_in(struct sim_w5500 *c, const struct w5_packet *p);
enum w5_fate w5_ipraw_in(struct sim_w5500 *c, const struct w5_packet *p);
bool w5_macraw_in(struct sim_w5500 *c, const uint8_t *frame, size_t len);

/* tcp.c: connections as commands and timers drive them */
void w5_tcp_connect(struct sim_w5500 *c, struct w5_socket *s);
void w5_tcp_start(struct sim_w5500 *c, struct w5_socket *s);
void w5_tcp_resolved(struct sim_w5500 *c, struct w5_socket *s);
void w5_tcp_send(struct sim_w5500 *c, struct w5_socket *s, uint16_t added);
void w5_tcp_discon(struct sim_w5500 *c, struct w5_socket *s);
void w5_tcp_received(struct sim_w5500 *c, struct w5_socket *s);
void w5_tcp_keep_command(struct sim_w5500 *c, struct w5_socket *s);
void w5_tcp_rearm_keep(struct sim_w5500 *c, struct w5_socket *s);
void w5_tcp_due(struct sim_w5500 *c, struct w5_socket *s, enum w5_timer timer);

/* tcp_output.c */
enum { W5_FIN = 0x01, W5_SYN = 0x02, W5_RST = 0x04, W5_PSH = 0x08, W5_ACK = 0x10 };
bool w5_tcp_is_open(const struct w5_socket *s);
bool w5_tcp_output(struct sim_w5500 *c, struct w5_socket *s);
void w5_tcp_segment(struct sim_w5500 *c, struct w5_socket *s, uint8_t flags, uint32_t seq,
                    size_t len);
void w5_tcp_ack(struct sim_w5500 *c, struct w5_socket *s);
void w5_tcp_poke(struct sim_w5500 *c, struct w5_socket *s);

/* tcp_input.c */
enum w5_fate w5_tcp_in(struct sim_w5500 *c, const struct w5_packet *p);

/* chip.c */
uint64_t w5_deadline(const struct sim_w5500 *c);
void w5_advance(struct sim_w5500 *c, uint64_t now);
bool w5_is_in_reset(const struct sim_w5500 *c);

#endif
