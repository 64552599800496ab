/* SPDX-License-Identifier: MIT */
/* The engines of DHCP, DNS and SNTP on an interface of Linux, for the tests in network namespaces:
 * reads words from standard input, prints what happens.
 *
 *     open, close, release    of the lease
 *     taken                   the next address that is offered is somebody else's
 *     resolve NAME            by the DNS servers of the lease
 *     time                    by its NTP servers
 *     quit
 *
 * The time of DHCP runs SPEED times as fast as the clock, so that leases of minutes end in
 * seconds.
 *
 *     net_client INTERFACE SPEED */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "onelink/net/dhcp.h"
#include "ports/posix/clock.h"
#include "ports/posix/entropy.h"
#include "tests/interop/net_client.h"

struct client {
    struct ol_dhcp dhcp;
    const char *interface;
    unsigned speed;
    int fd;
    bool next_is_taken;
};

static ol_ms now_of(const struct client *c)
{
    return ol_posix_now_ms() * c->speed;
}

void require(bool holds, const char *what)
{
    if (!holds) {
        perror(what);
        exit(1);
    }
}

static void get_mac(const struct client *c, uint8_t mac[6])
{
    struct ifreq req = {0};

    (void)snprintf(req.ifr_name, sizeof req.ifr_name, "%s", c->interface);
    require(ioctl(c->fd, SIOCGIFHWADDR, &req) == 0, "hardware address");
    memcpy(mac, req.ifr_hwaddr.sa_data, 6);
}

static void open_socket(struct client *c)
{
    const struct sockaddr_in any = {.sin_family = AF_INET,
                                    .sin_port = htons(OL_DHCP_CLIENT_PORT)};
    int on = 1;

    c->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    require(c->fd >= 0, "socket");
    require(setsockopt(c->fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof on) == 0 &&
                setsockopt(c->fd, SOL_SOCKET, SO_BINDTODEVICE, c->interface,
                           (socklen_t)strlen(c->interface)) == 0 &&
                bind(c->fd, (const struct sockaddr *)&any, sizeof any) == 0,
            "port 68");
}

/* The host as text; empty for none. */
static void encode_host(const struct ol_addr *addr, char text[OL_ADDR_TEXT_CAP])
{
    struct ol_addr host = *addr;

    host.port = 0;
    text[0] = '\0';
    if (host.family != OL_ADDR_NONE) {
        require(ol_addr_encode(&host, text, OL_ADDR_TEXT_CAP) > 0, "address");
    }
}

/* By the system's own tool: an interface that the engine's address is really put on. */
static void configure(const struct client *c, const struct ol_dhcp_lease *lease)
{
    char command[160];
    char text[OL_ADDR_TEXT_CAP];

    (void)snprintf(command, sizeof command, "ip addr flush dev %s scope global",
                   c->interface);
    require(system(command) == 0, "ip addr flush");
    if (lease == NULL) {
        return;
    }
    encode_host(&lease->address, text);
    (void)snprintf(command, sizeof command, "ip addr add %s/%d dev %s", text,
                   lease->prefix_len, c->interface);
    require(system(command) == 0, "ip addr add");
    encode_host(&lease->gateway, text);
    (void)snprintf(command, sizeof command, "ip route add default via %s", text);
    require(text[0] == '\0' || system(command) == 0, "ip route add");
}

static void print_addr(const char *name, const struct ol_addr *addr)
{
    char text[OL_ADDR_TEXT_CAP];

    encode_host(addr, text);
    if (text[0] != '\0') {
        printf(" %s=%s", name, text);
    }
}

static void print_lease(const struct ol_dhcp_lease *lease)
{
    print_addr("address", &lease->address);
    printf("/%d", lease->prefix_len);
    print_addr("gateway", &lease->gateway);
    for (size_t i = 0; i < OL_DHCP_SERVERS_MAX; i++) {
        print_addr("dns", &lease->dns[i]);
    }
    for (size_t i = 0; i < OL_DHCP_SERVERS_MAX; i++) {
        print_addr("ntp", &lease->ntp[i]);
    }
    printf(" domain=%s lease=%u renew=%u rebind=%u", lease->domain, lease->lease_s,
           lease->renew_s, lease->rebind_s);
}

static void take_events(struct client *c)
{
    static const char *const names[] = {
        [OL_DHCP_EVENT_PROBE] = "probe",     [OL_DHCP_EVENT_BOUND] = "bound",
        [OL_DHCP_EVENT_LOST] = "lost",       [OL_DHCP_EVENT_TAKEN] = "taken",
        [OL_DHCP_EVENT_REFUSED] = "refused", [OL_DHCP_EVENT_SILENT] = "silent"};
    struct ol_dhcp_event ev;

    while (ol_dhcp_next_event(&c->dhcp, &ev)) {
        printf("%s", names[ev.kind]);
        if (ev.kind == OL_DHCP_EVENT_BOUND) {
            configure(c, ev.lease);
            print_lease(ev.lease);
        } else if (ev.kind == OL_DHCP_EVENT_LOST) {
            configure(c, NULL);
        }
        printf("\n");
        if (ev.kind == OL_DHCP_EVENT_PROBE) {
            ol_dhcp_probe_done(&c->dhcp, c->next_is_taken, now_of(c));
            c->next_is_taken = false;
        }
    }
}

static void send_out(struct client *c)
{
    static const char *const types[] = {"?",       "DISCOVER", "?",   "REQUEST",
                                        "DECLINE", "ACK",      "NAK", "RELEASE"};
    uint8_t buf[OL_DHCP_REQUEST_MAX];
    struct ol_addr to;
    int32_t len = ol_dhcp_output(&c->dhcp, buf, sizeof buf, &to, now_of(c));

    if (len <= 0) {
        return;
    }
    struct sockaddr_in sa = {.sin_family = AF_INET, .sin_port = htons(to.port)};
    memcpy(&sa.sin_addr, to.bytes, 4);
    ssize_t n = sendto(c->fd, buf, (size_t)len, 0, (struct sockaddr *)&sa, sizeof sa);
    if (n < 0 && errno == EAGAIN) {
        return;
    }
    printf("%s %s%s\n", types[buf[242] & 7], to.bytes[0] == 255 ? "broadcast" : "unicast",
           n < 0 ? " failed" : "");
    ol_dhcp_output_done(&c->dhcp, now_of(c));
}

static void receive(struct client *c)
{
    uint8_t buf[OL_DHCP_MESSAGE_MAX];
    struct sockaddr_in sa;
    socklen_t sa_len = sizeof sa;
    ssize_t n;

    while ((n = recvfrom(c->fd, buf, sizeof buf, 0, (struct sockaddr *)&sa, &sa_len)) >=
           0) {
        const uint8_t *b = (const uint8_t *)&sa.sin_addr;
        struct ol_addr from = ol_addr_ipv4(b[0], b[1], b[2], b[3], ntohs(sa.sin_port));
        (void)ol_dhcp_input(&c->dhcp, &from, buf, (size_t)n, now_of(c));
        take_events(c);
    }
}

static void open_dhcp(struct client *c)
{
    struct ol_entropy entropy = ol_posix_entropy();
    uint32_t random;

    require(entropy.fill(entropy.ctx, &random, sizeof random) == OL_OK, "entropy");
    configure(c, NULL);
    ol_dhcp_open(&c->dhcp, random, now_of(c));
}

/* false: the end. */
static bool obey(struct client *c, char *line)
{
    const char *word = strtok(line, " \n");
    const char *name = strtok(NULL, " \n");
    const struct ol_dhcp_lease *lease = ol_dhcp_get_lease(&c->dhcp, NULL);

    require(word != NULL, "an empty line");
    if (strcmp(word, "open") == 0) {
        open_dhcp(c);
    } else if (strcmp(word, "taken") == 0) {
        c->next_is_taken = true;
    } else if (strcmp(word, "close") == 0) {
        ol_dhcp_close(&c->dhcp);
    } else if (strcmp(word, "release") == 0) {
        ol_dhcp_release(&c->dhcp, now_of(c));
    } else if (strcmp(word, "resolve") == 0 && name != NULL && lease != NULL) {
        print_answer(lease, name);
    } else if (strcmp(word, "time") == 0 && lease != NULL) {
        print_time(lease);
    } else {
        return false;
    }
    return true;
}

static int timeout_ms(const struct client *c)
{
    ol_ms at = ol_dhcp_deadline(&c->dhcp);
    ol_ms now = now_of(c);

    if (at <= now) {
        return 0;
    }
    ol_ms left = (at - now) / c->speed + 1;
    return left > 1000 ? 1000 : (int)left;
}

int main(int argc, char **argv)
{
    struct client c = {.fd = -1};
    struct ol_dhcp_config config = {.hostname = OL_STR("onelink-test")};
    char line[300];

    if (argc != 3) {
        return 2;
    }
    c.interface = argv[1];
    c.speed = (unsigned)strtoul(argv[2], NULL, 10);
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    (void)setvbuf(stdin, NULL, _IONBF, 0);
    open_socket(&c);
    get_mac(&c, config.mac);
    require(ol_dhcp_init(&c.dhcp, &config) == OL_OK, "init");
    for (;;) {
        struct pollfd fds[2] = {{.fd = 0, .events = POLLIN},
                                {.fd = c.fd, .events = POLLIN}};
        (void)poll(fds, 2, timeout_ms(&c));
        if ((fds[0].revents & (POLLIN | POLLHUP)) != 0 &&
            (fgets(line, sizeof line, stdin) == NULL || !obey(&c, line))) {
            return 0;
        }
        receive(&c);
        ol_dhcp_step(&c.dhcp, now_of(&c));
        take_events(&c);
        send_out(&c);
    }
}
