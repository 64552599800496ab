/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/lan/lan.h"

/* sim_lan_trace clean|faulty FILE: one run of everything on the network, captured into a pcap
 * file. sim_lan_trace.mjs does the same with the WebAssembly module; the files must be equal. */

#define PEER  SIM_IP4(192, 168, 7, 20)
#define CLOUD SIM_IP4(203, 0, 113, 5)
#define TOTAL 100000u

struct run {
    struct sim_lan *lan;
    FILE *file;
    uint32_t sent, echoed;
};

static void write_pcap(void *ctx, const void *data, size_t len)
{
    struct run *r = ctx;
    if (fwrite(data, 1, len, r->file) != len) {
        perror("sim_lan_trace");
        exit(1);
    }
}

/* The server gives back what it gets. */
static void server_data(void *ctx, uint32_t conn)
{
    struct run *r = ctx;
    uint8_t buf[1000];
    size_t room;
    while ((room = sim_lan_tcp_room(r->lan, conn)) > 0) {
        int32_t n = sim_lan_tcp_recv(r->lan, conn, buf, room < 1000 ? room : 1000);
        if (n == SIM_LAN_END) {
            sim_lan_tcp_close(r->lan, conn);
        }
        if (n <= 0) {
            return;
        }
        sim_lan_tcp_send(r->lan, conn, buf, (size_t)n);
    }
}

static void client_send(void *ctx, uint32_t conn)
{
    struct run *r = ctx;
    uint8_t buf[1000];
    while (r->sent < TOTAL) {
        uint32_t len = TOTAL - r->sent < 1000 ? TOTAL - r->sent : 1000;
        for (uint32_t i = 0; i < len; i++) {
            buf[i] = (uint8_t)((r->sent + i) * 7);
        }
        size_t n = sim_lan_tcp_send(r->lan, conn, buf, len);
        r->sent += (uint32_t)n;
        if (n < len) {
            return;
        }
    }
}

static void client_accept(void *ctx, uint32_t conn, const struct sim_lan_peer *peer)
{
    (void)peer;
    client_send(ctx, conn);
}

static void client_data(void *ctx, uint32_t conn)
{
    struct run *r = ctx;
    uint8_t buf[1000];
    int32_t n;
    while ((n = sim_lan_tcp_recv(r->lan, conn, buf, 1000)) > 0) {
        for (int32_t i = 0; i < n; i++) {
            if (buf[i] != (uint8_t)((r->echoed + (uint32_t)i) * 7)) {
                fprintf(stderr, "byte %u came back wrong\n", r->echoed + (uint32_t)i);
                exit(1);
            }
        }
        r->echoed += (uint32_t)n;
    }
    if (r->echoed == TOTAL) {
        sim_lan_tcp_close(r->lan, conn);
    }
}

static void ask(struct run *r, uint32_t peer, uint32_t router)
{
    static const uint8_t dns[] = "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x06"
                                 "broker\x04test\x00\x00\x01\x00\x01";
    uint8_t ntp[48] = {0x23};
    uint8_t dhcp[244] = {1, 1, 6, 0, 1, 2, 3, 4};
    static const uint8_t discover[] = {0x63, 0x82, 0x53, 0x63, 53, 1, 1, 255};
    memcpy(dhcp + 28, "\x02\x00\x00\x00\x00\x33", 6);
    memcpy(dhcp + 236, discover, 8);
    sim_lan_udp_send(r->lan, peer, 0, 40000, SIM_IP4(192, 168, 7, 1), 53, dns,
                     sizeof dns - 1);
    sim_lan_udp_send(r->lan, peer, 0, 40001, SIM_IP4(203, 0, 113, 123), 123, ntp, 48);
    sim_lan_udp_send(r->lan, peer, 0, 68, UINT32_MAX, 67, dhcp, 244);
    sim_lan_udp_send(r->lan, router, 0, 1, PEER, 9, "nobody", 6);
    sim_lan_udp_send(r->lan, router, 0, 1, SIM_IP4(224, 0, 0, 251), 45679, "many", 4);
    sim_lan_host_announce(r->lan, peer);
}

static void everything(struct run *r, int is_faulty)
{
    uint32_t router = sim_lan_add_router(r->lan);
    uint32_t peer = sim_lan_add_host(
        r->lan,
        &(struct sim_lan_host){.address = PEER, .gateway = SIM_IP4(192, 168, 7, 1)});
    struct sim_lan_tcp_owner server = {
        .ctx = r, .data = server_data, .writable = server_data};
    struct sim_lan_tcp_owner client = {
        .ctx = r, .accept = client_accept, .data = client_data, .writable = client_send};
    sim_lan_set_pcap(r->lan, r, write_pcap);
    sim_lan_dns_add_cname(r->lan, "broker.test", "cloud.example", 60);
    sim_lan_dns_add_a(r->lan, "cloud.example", CLOUD, 60);
    if (is_faulty) {
        sim_lan_set_wire(r->lan, &(struct sim_lan_wire){.delay_ns = 500000,
                                                        .jitter_ns = 300000,
                                                        .loss_ppm = 30000,
                                                        .duplicate_ppm = 20000,
                                                        .reorder_ppm = 20000,
                                                        .reorder_ns = 2000000,
                                                        .crc_ppm = 10000,
                                                        .flip_ppm = 10000});
        sim_lan_set_fault(r->lan, SIM_LAN_FAULT_DHCP_FORGED, SIM_LAN_FORGED_RANDOM);
        sim_lan_set_fault(r->lan, SIM_LAN_FAULT_DNS_GARBAGE, 1);
    }
    ask(r, peer, router);
    sim_lan_tcp_listen(r->lan, router, 0, 45678, &server);
    sim_lan_tcp_connect(r->lan, peer, CLOUD, 45678, &client);
    sim_lan_step(r->lan, UINT64_C(60000000000));
}

int main(int argc, char **argv)
{
    struct run r = {0};
    if (argc != 3 || (r.file = fopen(argv[2], "wb")) == NULL ||
        (r.lan = malloc(sim_lan_size())) == NULL) {
        fputs("usage: sim_lan_trace clean|faulty FILE\n", stderr);
        return 2;
    }
    sim_lan_init(r.lan, 42);
    everything(&r, strcmp(argv[1], "faulty") == 0);
    free(r.lan);
    if (fclose(r.file) != 0 || r.echoed != TOTAL) {
        fprintf(stderr, "%u of %u bytes came back\n", r.echoed, TOTAL);
        return 1;
    }
    return 0;
}
