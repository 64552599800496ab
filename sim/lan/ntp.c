/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "sim/lan/bytes.h"
#include "sim/lan/internal.h"

/* The NTP servers (RFC 5905, client mode only). */

#define MESSAGE_LEN 48
#define ORIGINATE   24
#define RECEIVE     32
#define TRANSMIT    40
#define ERA_OFFSET  INT64_C(2208988800) /* 1900 to 1970 */

uint32_t sim_lan_add_ntp(struct sim_lan *lan, uint32_t host)
{
    uint32_t n = lan_is_host(lan, host) ? lan_server_of(lan->ntp, 0) : 0;
    if (n != 0) {
        lan->ntp[n] = host;
    }
    return n;
}

uint32_t sim_lan_ntp_queries(const struct sim_lan *lan)
{
    return lan->ntp_queries;
}

static void put_time(uint8_t *p, int64_t unix_ns)
{
    int64_t s = unix_ns / (int64_t)NS_PER_S;
    int64_t ns = unix_ns % (int64_t)NS_PER_S;
    if (ns < 0) {
        s--;
        ns += (int64_t)NS_PER_S;
    }
    put32(p, (uint32_t)(uint64_t)(s + ERA_OFFSET));
    put32(p + 4, (uint32_t)(((uint64_t)ns << 32) / NS_PER_S));
}

static int64_t server_time(const struct sim_lan *lan)
{
    int64_t off = (int32_t)lan->faults[SIM_LAN_FAULT_NTP_OFFSET];
    return sim_lan_get_wall(lan) + off * (int64_t)NS_PER_S;
}

static void put_quality(const struct sim_lan *lan, uint8_t *m, unsigned version)
{
    static const char kisses[3][5] = {"RATE", "DENY", "RSTR"};
    uint32_t kiss = lan->faults[SIM_LAN_FAULT_NTP_KOD];
    bool is_lost = kiss != 0 || lan->faults[SIM_LAN_FAULT_NTP_UNSYNCHRONISED] != 0;
    m[0] = (uint8_t)((is_lost ? 3u << 6 : 0) | version << 3 | 4);
    m[1] = kiss != 0 ? 0 : is_lost ? 16 : 2;
    if (kiss != 0) {
        memcpy(m + 12, kisses[(kiss - 1) % 3], 4);
    } else {
        put32(m + 12, SIM_IP4(192, 0, 2, 1));
    }
}

void ntp_datagram_in(struct sim_lan *lan, const struct datagram *d)
{
    uint8_t m[MESSAGE_LEN] = {0};
    unsigned version = d->len >= MESSAGE_LEN ? d->data[0] >> 3 & 7 : 0;
    if (version < 1 || version > 4 || (d->data[0] & 7) != 3) {
        lan->stats.malformed++;
        return;
    }
    lan->ntp_queries++;
    if (lan->faults[SIM_LAN_FAULT_NTP_SILENT] != 0) {
        return;
    }
    put_quality(lan, m, version);
    m[2] = d->data[2];
    m[3] = (uint8_t)-20;
    put32(m + 4, 0x00000200); /* root delay 8 ms, dispersion 16 ms */
    put32(m + 8, 0x00000400);
    put_time(m + 16, server_time(lan) - 16 * (int64_t)NS_PER_S);
    memcpy(m + ORIGINATE, d->data + TRANSMIT, 8);
    if (lan->faults[SIM_LAN_FAULT_NTP_WRONG_ORIGINATE] == 1) {
        m[ORIGINATE + 7] ^= 1;
    } else if (lan->faults[SIM_LAN_FAULT_NTP_WRONG_ORIGINATE] != 0) {
        memset(m + ORIGINATE, 0, 8);
    }
    put_time(m + RECEIVE, server_time(lan));
    put_time(m + TRANSMIT, server_time(lan));
    udp_send(lan,
             &(struct datagram){.host = d->host,
                                .from = d->to,
                                .to = d->from,
                                .from_port = d->to_port,
                                .to_port = d->from_port,
                                .data = m,
                                .len = lan->faults[SIM_LAN_FAULT_NTP_SHORT] != 0
                                           ? MESSAGE_LEN - 1
                                           : MESSAGE_LEN},
             NULL, lan->faults[SIM_LAN_FAULT_NTP_DELAY]);
}
