/* SPDX-License-Identifier: MIT */
#ifndef SIM_LAN_TCP_H
#define SIM_LAN_TCP_H

#include "sim/lan/internal.h"

/* What tcp_in.c, tcp_out.c and tcp_api.c share (RFC 9293; RTO of RFC 6298; fast retransmit and
 * recovery of RFC 6582 without congestion control but after a time-out). */

#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_PSH 0x08
#define TCP_ACK 0x10

#define TCP_LINGER    (2 * NS_PER_S)  /* in TIME_WAIT */
#define TCP_FIN_WAIT  (60 * NS_PER_S) /* in FIN_WAIT_2 */
#define TCP_UNLIMITED UINT32_C(0x40000000)

/* a after b, in sequence numbers. */
static inline bool is_after(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b) > 0;
}

/* ---- tcp_api.c ---- */

/* A connection of the host in CONN_SYN_SENT, without addresses; NULL: no room. */
struct conn *tcp_new(struct sim_lan *lan, uint32_t host,
                     const struct sim_lan_tcp_owner *owner);
/* The connection is over; its owner will be told, if it has one. */
void tcp_die(struct sim_lan *lan, struct conn *c, enum sim_lan_closed why);
/* Both sides closed: the owner will be told, the connection lingers. */
void tcp_linger(struct sim_lan *lan, struct conn *c);
bool tcp_is_silent(const struct sim_lan *lan, const struct conn *c);

/* ---- tcp_out.c ---- */

/* One segment with len bytes of the ring from seq on; ACK is added where it belongs. */
void tcp_emit(struct sim_lan *lan, struct conn *c, uint32_t seq, uint8_t flags,
              uint32_t len);
/* Sends the first unacknowledged segment again. */
void tcp_resend_first(struct sim_lan *lan, struct conn *c);
/* Sends what the windows allow, or a bare ACK when one is due. */
void tcp_output(struct sim_lan *lan, struct conn *c);
/* RST in answer to a segment that belongs to no connection. */
void tcp_refuse(struct sim_lan *lan, const struct packet *p, uint32_t seq, uint32_t ack,
                uint8_t flags);
/* Whether taking bytes opened the window so far that the peer should know. */
bool tcp_window_opened(const struct sim_lan *lan, const struct conn *c);

#endif
