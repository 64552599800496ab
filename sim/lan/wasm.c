/* SPDX-License-Identifier: MIT */
#include "sim/lan/lan.h"

#include <string.h>

/* The network as a WebAssembly module: one network in static memory, the functions of lan.h
 * without sim_lan_ in front, and those of <string.h>, as there is no C library.
 *
 * Time is f64 nanoseconds (exact up to 2^53 ns, 104 days); no deadline is +Infinity. Wall time
 * is f64 milliseconds. A snapshot is a copy of the exported memory. Addresses are unsigned:
 * what comes out has to be taken >>> 0. Names and bytes that go in are written to buffer()
 * first, names with a NUL behind them; what recv takes is there afterwards.
 *
 * Owners of TCP and UDP are numbers that the caller chooses (tag) and gets back. Imported from
 * "env", all called from within step only, pointers valid during the call:
 *   frame(station, pointer, length, at_ns)
 *   link(station, is_up, at_ns)
 *   datagram(tag, from, from_port, to, pointer, length)
 *   accept(tag, conn, local, local_port, remote, remote_port)
 *   data(tag, conn)  writable(tag, conn)  closed(tag, conn, why)
 *   pcap(pointer, length) */

#define EXPORT(name) __attribute__((export_name(name)))
#define IMPORT(name) __attribute__((import_module("env"), import_name(name)))

#define BUFFER_CAP 65536

IMPORT("frame")
extern void host_frame(uint32_t station, const uint8_t *frame, size_t len, double at_ns);
IMPORT("link") extern void host_link(uint32_t station, int is_up, double at_ns);
IMPORT("datagram")
extern void host_datagram(uint32_t tag, uint32_t from, uint32_t from_port, uint32_t to,
                          const uint8_t *data, size_t len);
IMPORT("accept")
extern void host_accept(uint32_t tag, uint32_t conn, uint32_t local, uint32_t local_port,
                        uint32_t remote, uint32_t remote_port);
IMPORT("data") extern void host_data(uint32_t tag, uint32_t conn);
IMPORT("writable") extern void host_writable(uint32_t tag, uint32_t conn);
IMPORT("closed") extern void host_closed(uint32_t tag, uint32_t conn, uint32_t why);
IMPORT("pcap") extern void host_pcap(const void *data, size_t len);

/* struct sim_lan is known to its own files only; init checks that it fits. */
static _Alignas(8) uint8_t memory[4 << 20];
static uint8_t buffer[BUFFER_CAP];

static struct sim_lan *lan(void)
{
    return (struct sim_lan *)(void *)memory;
}

/* ---- Time ---- */

/* NaN and what is below zero count as 0, what is above 2^62 as 2^62. */
static uint64_t ns(double now)
{
    if (!(now > 0)) {
        return 0;
    }
    return now < 0x1p62 ? (uint64_t)now : UINT64_C(1) << 62;
}

EXPORT("buffer") uint8_t *lan_buffer(void)
{
    return buffer;
}

/* The text in the buffer, ended where the buffer ends. */
static const char *text(void)
{
    buffer[BUFFER_CAP - 1] = 0;
    return (const char *)buffer;
}

/* A device's ctx is the place of its number, which is known only after it was added. */
static uint8_t device_numbers[SIM_LAN_STATIONS];
static unsigned device_count;

/* 0: the module was built wrong. */
EXPORT("init") int lan_init(double seed)
{
    device_count = 0;
    if (sim_lan_size() > sizeof memory) {
        return 0;
    }
    sim_lan_init(lan(), ns(seed));
    return 1;
}

EXPORT("step") void lan_step(double now)
{
    sim_lan_step(lan(), ns(now));
}

EXPORT("deadline") double lan_deadline(void)
{
    uint64_t due = sim_lan_deadline(lan());
    return due == SIM_LAN_NEVER ? __builtin_inf() : (double)due;
}

EXPORT("now") double lan_now(void)
{
    return (double)sim_lan_now(lan());
}

EXPORT("set_wall") void lan_set_wall(double unix_ms)
{
    sim_lan_set_wall(lan(), (int64_t)ns(unix_ms) * 1000000);
}

EXPORT("get_wall") double lan_get_wall(void)
{
    return (double)(sim_lan_get_wall(lan()) / 1000000);
}

/* ---- Stations ---- */

static void frame(void *ctx, const uint8_t *data, size_t len, uint64_t at_ns)
{
    host_frame(*(const uint8_t *)ctx, data, len, (double)at_ns);
}

static void link_changed(void *ctx, bool is_up, uint64_t at_ns)
{
    host_link(*(const uint8_t *)ctx, is_up, (double)at_ns);
}

EXPORT("add_device") uint32_t lan_add_device(void)
{
    if (device_count == SIM_LAN_STATIONS) {
        return 0;
    }
    uint8_t *number = &device_numbers[device_count];
    uint32_t n =
        sim_lan_add_device(lan(), &(struct sim_lan_device){number, frame, link_changed});
    device_count += n != 0;
    *number = (uint8_t)n;
    return n;
}

EXPORT("transmit") void lan_transmit(uint32_t station, size_t len, double at_ns)
{
    sim_lan_transmit(lan(), station, buffer, len, ns(at_ns));
}

EXPORT("cable") void lan_cable(uint32_t station, int is_in)
{
    sim_lan_cable(lan(), station, is_in != 0);
}

EXPORT("add_host")
uint32_t lan_add_host(uint32_t address, uint32_t prefix_len, uint32_t gateway,
                      int is_router)
{
    return sim_lan_add_host(lan(),
                            &(struct sim_lan_host){.address = address,
                                                   .prefix_len = (uint8_t)prefix_len,
                                                   .gateway = gateway,
                                                   .is_router = is_router != 0});
}

EXPORT("add_router") uint32_t lan_add_router(void)
{
    return sim_lan_add_router(lan());
}

EXPORT("host_set_address") void lan_host_set_address(uint32_t host, uint32_t address)
{
    sim_lan_host_set_address(lan(), host, address);
}

EXPORT("host_announce") void lan_host_announce(uint32_t host)
{
    sim_lan_host_announce(lan(), host);
}

/* ---- Wire ---- */

EXPORT("set_wire")
void lan_set_wire(double delay_ns, double jitter_ns, uint32_t loss_ppm,
                  uint32_t duplicate_ppm, uint32_t reorder_ppm, double reorder_ns,
                  uint32_t crc_ppm, uint32_t flip_ppm)
{
    sim_lan_set_wire(lan(), &(struct sim_lan_wire){.delay_ns = ns(delay_ns),
                                                   .jitter_ns = ns(jitter_ns),
                                                   .loss_ppm = loss_ppm,
                                                   .duplicate_ppm = duplicate_ppm,
                                                   .reorder_ppm = reorder_ppm,
                                                   .reorder_ns = ns(reorder_ns),
                                                   .crc_ppm = crc_ppm,
                                                   .flip_ppm = flip_ppm});
}

/* In the order of struct sim_lan_rule. */
EXPORT("add_rule")
uint32_t lan_add_rule(uint32_t from, uint32_t to, uint32_t ethertype, uint32_t protocol,
                      uint32_t address, uint32_t port, uint32_t payload_min,
                      uint32_t tcp_flags, uint32_t tcp_flags_not, uint32_t skip,
                      uint32_t count, uint32_t action, double arg)
{
    return sim_lan_add_rule(
        lan(), &(struct sim_lan_rule){.from = from,
                                      .to = to,
                                      .ethertype = (uint16_t)ethertype,
                                      .protocol = (uint8_t)protocol,
                                      .address = address,
                                      .port = (uint16_t)port,
                                      .payload_min = (uint16_t)payload_min,
                                      .tcp_flags = (uint8_t)tcp_flags,
                                      .tcp_flags_not = (uint8_t)tcp_flags_not,
                                      .skip = skip,
                                      .count = count,
                                      .action = (enum sim_lan_action)action,
                                      .arg = ns(arg)});
}

EXPORT("remove_rule") void lan_remove_rule(uint32_t rule)
{
    sim_lan_remove_rule(lan(), rule);
}

EXPORT("rule_hits") uint32_t lan_rule_hits(uint32_t rule)
{
    return sim_lan_rule_hits(lan(), rule);
}

static void pcap(void *ctx, const void *data, size_t len)
{
    (void)ctx;
    host_pcap(data, len);
}

/* Calls pcap at once, with the file header. */
EXPORT("set_pcap") void lan_set_pcap(int is_on)
{
    sim_lan_set_pcap(lan(), NULL, is_on != 0 ? pcap : NULL);
}

/* The counters of struct sim_lan_stats in order. */
EXPORT("stat") double lan_stat(uint32_t i)
{
    const struct sim_lan_stats *s = sim_lan_get_stats(lan());
    const uint64_t counters[] = {s->sent,         s->delivered,   s->lost,
                                 s->damaged,      s->duplicated,  s->reordered,
                                 s->unplugged,    s->overrun,     s->invalid,
                                 s->bad_checksum, s->malformed,   s->tcp_retransmits,
                                 s->tcp_refused,  s->tcp_no_room, s->tcp_window_closed};
    return i < sizeof counters / sizeof counters[0] ? (double)counters[i] : 0;
}

/* ---- Faults ---- */

EXPORT("set_fault") void lan_set_fault(uint32_t fault, uint32_t arg)
{
    sim_lan_set_fault(lan(), (enum sim_lan_fault)fault, arg);
}

EXPORT("get_fault") uint32_t lan_get_fault(uint32_t fault)
{
    return sim_lan_get_fault(lan(), (enum sim_lan_fault)fault);
}

/* Pointer of a text; 0: no such fault, which is how to find all. */
EXPORT("fault_str") const char *lan_fault_str(uint32_t fault)
{
    return sim_lan_fault_str((enum sim_lan_fault)fault);
}

/* ---- Servers ---- */

/* The domain is in the buffer, "" for none. */
EXPORT("add_dhcp")
uint32_t lan_add_dhcp(uint32_t host, uint32_t first, uint32_t count, uint32_t lease_s,
                      uint32_t t1_s, uint32_t t2_s, uint32_t router, uint32_t dns_1,
                      uint32_t dns_2, uint32_t ntp_1, uint32_t ntp_2,
                      int is_authoritative)
{
    return sim_lan_add_dhcp(
        lan(), host,
        &(struct sim_lan_dhcp){.first = first,
                               .count = count,
                               .lease_s = lease_s,
                               .t1_s = t1_s,
                               .t2_s = t2_s,
                               .router = router,
                               .dns = {dns_1, dns_2},
                               .ntp = {ntp_1, ntp_2},
                               .domain = text(),
                               .is_authoritative = is_authoritative != 0});
}

/* discovers, requests, declines, releases, informs, offers, acks, naks, wrong, last_state,
 * last_declined, last_released, last_bound, last_ack_ns. */
EXPORT("dhcp_stat") double lan_dhcp_stat(uint32_t server, uint32_t i)
{
    const struct sim_lan_dhcp_stats *s = sim_lan_dhcp_get_stats(lan(), server);
    const double values[] = {s->discovers,     s->requests,
                             s->declines,      s->releases,
                             s->informs,       s->offers,
                             s->acks,          s->naks,
                             s->wrong,         s->last_state,
                             s->last_declined, s->last_released,
                             s->last_bound,    (double)s->last_ack_ns};
    return i < sizeof values / sizeof values[0] ? values[i] : 0;
}

EXPORT("dhcp_wrong_text") const char *lan_dhcp_wrong_text(uint32_t server)
{
    return sim_lan_dhcp_get_stats(lan(), server)->wrong_text;
}

EXPORT("dhcp_forget") void lan_dhcp_forget(uint32_t server)
{
    sim_lan_dhcp_forget(lan(), server);
}

EXPORT("add_dns") uint32_t lan_add_dns(uint32_t host)
{
    return sim_lan_add_dns(lan(), host);
}

EXPORT("dns_add_a") int lan_dns_add_a(uint32_t address, uint32_t ttl_s)
{
    return sim_lan_dns_add_a(lan(), text(), address, ttl_s);
}

/* The name, NUL, the target, NUL are in the buffer. */
EXPORT("dns_add_cname") int lan_dns_add_cname(uint32_t ttl_s)
{
    const char *name = text();
    size_t len = strlen(name);
    return len + 1 < BUFFER_CAP &&
           sim_lan_dns_add_cname(lan(), name, name + len + 1, ttl_s);
}

/* "" in the buffer: all. */
EXPORT("dns_remove") void lan_dns_remove(void)
{
    sim_lan_dns_remove(lan(), buffer[0] != 0 ? text() : NULL);
}

EXPORT("dns_queries") uint32_t lan_dns_queries(void)
{
    return sim_lan_dns_queries(lan());
}

EXPORT("add_ntp") uint32_t lan_add_ntp(uint32_t host)
{
    return sim_lan_add_ntp(lan(), host);
}

EXPORT("ntp_queries") uint32_t lan_ntp_queries(void)
{
    return sim_lan_ntp_queries(lan());
}

/* ---- Owners: ctx is the tag ---- */

static void *tag_ctx(uint32_t tag)
{
    return (void *)(uintptr_t)tag;
}

static uint32_t tag_of(void *ctx)
{
    return (uint32_t)(uintptr_t)ctx;
}

static void datagram(void *ctx, uint32_t from, uint16_t from_port, uint32_t to,
                     const uint8_t *data, size_t len)
{
    host_datagram(tag_of(ctx), from, from_port, to, data, len);
}

EXPORT("udp_bind") uint32_t lan_udp_bind(uint32_t host, uint32_t port, uint32_t tag)
{
    return sim_lan_udp_bind(lan(), host, (uint16_t)port,
                            &(struct sim_lan_udp){tag_ctx(tag), datagram});
}

EXPORT("udp_send")
void lan_udp_send(uint32_t host, uint32_t from, uint32_t from_port, uint32_t to,
                  uint32_t to_port, size_t len)
{
    if (len <= BUFFER_CAP) {
        sim_lan_udp_send(lan(), host, from, (uint16_t)from_port, to, (uint16_t)to_port,
                         buffer, len);
    }
}

static void accept(void *ctx, uint32_t conn, const struct sim_lan_peer *peer)
{
    host_accept(tag_of(ctx), conn, peer->local, peer->local_port, peer->remote,
                peer->remote_port);
}

static void data(void *ctx, uint32_t conn)
{
    host_data(tag_of(ctx), conn);
}

static void writable(void *ctx, uint32_t conn)
{
    host_writable(tag_of(ctx), conn);
}

static void closed(void *ctx, uint32_t conn, enum sim_lan_closed why)
{
    host_closed(tag_of(ctx), conn, why);
}

static struct sim_lan_tcp_owner owner(uint32_t tag)
{
    return (struct sim_lan_tcp_owner){tag_ctx(tag), accept, data, writable, closed};
}

EXPORT("tcp_listen")
uint32_t lan_tcp_listen(uint32_t host, uint32_t address, uint32_t port, uint32_t tag)
{
    struct sim_lan_tcp_owner o = owner(tag);
    return sim_lan_tcp_listen(lan(), host, address, (uint16_t)port, &o);
}

EXPORT("tcp_unlisten") void lan_tcp_unlisten(uint32_t listener)
{
    sim_lan_tcp_unlisten(lan(), listener);
}

EXPORT("tcp_connect")
uint32_t lan_tcp_connect(uint32_t host, uint32_t to, uint32_t to_port, uint32_t tag)
{
    struct sim_lan_tcp_owner o = owner(tag);
    return sim_lan_tcp_connect(lan(), host, to, (uint16_t)to_port, &o);
}

EXPORT("tcp_recv") int32_t lan_tcp_recv(uint32_t conn, size_t cap)
{
    return sim_lan_tcp_recv(lan(), conn, buffer, cap < BUFFER_CAP ? cap : BUFFER_CAP);
}

EXPORT("tcp_readable") size_t lan_tcp_readable(uint32_t conn)
{
    return sim_lan_tcp_readable(lan(), conn);
}

EXPORT("tcp_send") size_t lan_tcp_send(uint32_t conn, size_t len)
{
    return sim_lan_tcp_send(lan(), conn, buffer, len < BUFFER_CAP ? len : BUFFER_CAP);
}

EXPORT("tcp_room") size_t lan_tcp_room(uint32_t conn)
{
    return sim_lan_tcp_room(lan(), conn);
}

EXPORT("tcp_unacked") size_t lan_tcp_unacked(uint32_t conn)
{
    return sim_lan_tcp_unacked(lan(), conn);
}

EXPORT("tcp_close") void lan_tcp_close(uint32_t conn)
{
    sim_lan_tcp_close(lan(), conn);
}

EXPORT("tcp_reset") void lan_tcp_reset(uint32_t conn)
{
    sim_lan_tcp_reset(lan(), conn);
}

EXPORT("tcp_silence") void lan_tcp_silence(uint32_t conn, int is_silent)
{
    sim_lan_tcp_silence(lan(), conn, is_silent != 0);
}

EXPORT("tcp_forget") void lan_tcp_forget(uint32_t conn)
{
    sim_lan_tcp_forget(lan(), conn);
}

EXPORT("tcp_restart") void lan_tcp_restart(uint32_t port, int with_reset)
{
    sim_lan_tcp_restart(lan(), (uint16_t)port, with_reset != 0);
}

EXPORT("set_tcp")
void lan_set_tcp(uint32_t mss, uint32_t window, uint32_t ack_delay_us,
                 uint32_t rto_min_ms, uint32_t retries)
{
    sim_lan_set_tcp(lan(), &(struct sim_lan_tcp){.mss = (uint16_t)mss,
                                                 .window = (uint16_t)window,
                                                 .ack_delay_us = ack_delay_us,
                                                 .rto_min_ms = rto_min_ms,
                                                 .retries = retries});
}
