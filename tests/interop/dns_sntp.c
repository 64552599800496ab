/* SPDX-License-Identifier: MIT */
/* Resolver and SNTP client over real sockets on loopback, against programs of others:
 * dnsmasq, and chronyd where it is installed. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "onelink/net/dns.h"
#include "onelink/net/sntp.h"
#include "ports/posix/clock.h"
#include "ports/posix/datagram.h"
#include "ports/posix/entropy.h"
#include "ports/posix/wait.h"

#define MANY 40 /* addresses of one name: more than a datagram of 512 bytes holds */

/* A server program that this test has started. */
struct server {
    pid_t pid;
    struct ol_addr address;
};

struct fixture {
    char dir[40];
    struct server dns;
    struct ol_posix_datagram socket;
    struct ol_datagram link;
};

static uint16_t free_port(void)
{
    struct ol_posix_datagram d;
    ol_posix_datagram_init(&d);
    struct ol_datagram link = ol_posix_datagram_link(&d);
    assert_int_equal(link.ops->open(link.ctx, 0), OL_OK);
    uint16_t port = ol_posix_datagram_get_port(&d);
    link.ops->close(link.ctx);
    return port;
}

/* Starts argv[0], looked for in PATH and the places of system programs; its output goes
 * to log_path. It ends with this program, whatever happens. */
static pid_t start(char *const argv[], const char *log_path)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid > 0) {
        return pid;
    }
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)setenv("PATH", "/usr/sbin:/sbin:/usr/bin:/bin", 1);
    int log = open(log_path, O_WRONLY | O_CREAT | O_APPEND, 0600);
    (void)dup2(log, STDOUT_FILENO);
    (void)dup2(log, STDERR_FILENO);
    (void)execvp(argv[0], argv);
    _exit(127);
}

static void stop(struct server *s)
{
    if (s->pid > 0) {
        (void)kill(s->pid, SIGTERM);
        (void)waitpid(s->pid, NULL, 0);
    }
    s->pid = 0;
}

static uint32_t random_u32(void)
{
    uint32_t r;
    struct ol_entropy e = ol_posix_entropy();
    assert_int_equal(e.fill(e.ctx, &r, sizeof r), OL_OK);
    return r;
}

/* The loop that onelink/net/dns.h describes. */
static int32_t resolve(struct fixture *f, struct ol_dns *dns, const char *name,
                       struct ol_dns_answer *answer)
{
    uint8_t buf[OL_DNS_MESSAGE_MAX];
    struct ol_addr peer;
    size_t len;
    int32_t rc;
    assert_int_equal(f->link.ops->open(f->link.ctx, 0), OL_OK);
    assert_int_equal(ol_dns_open(dns, ol_str_from(name), random_u32(), ol_posix_now_ms()),
                     OL_OK);
    while ((rc = ol_dns_get_answer(dns, answer)) == OL_E_AGAIN) {
        struct ol_posix_wait w;
        ol_posix_wait_init(&w);
        const uint8_t *out = ol_dns_output(dns, &peer, &len);
        if (out != NULL &&
            f->link.ops->send(f->link.ctx, &peer, out, len) != OL_E_AGAIN) {
            ol_dns_output_done(dns, ol_posix_now_ms());
        }
        ol_posix_wait_add_datagram(&w, &f->socket, false);
        assert_true(ol_posix_wait(&w, ol_dns_deadline(dns)) >= 0);
        int32_t n;
        while ((n = f->link.ops->recv(f->link.ctx, buf, sizeof buf, &peer)) >= 0) {
            size_t got = (size_t)n < sizeof buf ? (size_t)n : sizeof buf;
            (void)ol_dns_input(dns, &peer, buf, got, ol_posix_now_ms());
        }
        ol_dns_step(dns, ol_posix_now_ms());
    }
    f->link.ops->close(f->link.ctx);
    return rc;
}

static void dns_with(struct ol_dns *dns, struct ol_addr first, struct ol_addr second)
{
    struct ol_dns_config config = {.servers = {first, second},
                                   .round_ms = 600,
                                   .round_max_ms = 1200,
                                   .round_count = 2};
    assert_int_equal(ol_dns_init(dns, &config), OL_OK);
}

static void write_hosts(const char *path)
{
    FILE *hosts = fopen(path, "w");
    assert_non_null(hosts);
    for (int i = 1; i <= MANY; i++) {
        (void)fprintf(hosts, "198.51.100.%d many.example\n", i);
    }
    (void)fprintf(hosts, "192.0.2.1 three.example\n192.0.2.2 three.example\n"
                         "192.0.2.3 three.example\n2001:db8::1 six.example\n");
    assert_int_equal(fclose(hosts), 0);
}

static bool answers(struct fixture *f)
{
    struct ol_dns dns;
    struct ol_dns_answer a;
    dns_with(&dns, f->dns.address, (struct ol_addr){0});
    dns.try_min_ms = 50;
    dns.try_max_ms = 50;
    return resolve(f, &dns, "three.example", &a) == OL_OK;
}

static void start_dnsmasq(struct fixture *f)
{
    char port[32];
    char hosts[80];
    char log[80];
    uint16_t number = free_port();
    (void)snprintf(port, sizeof port, "--port=%u", number);
    (void)snprintf(hosts, sizeof hosts, "--addn-hosts=%s/hosts", f->dir);
    (void)snprintf(log, sizeof log, "%s/dnsmasq.log", f->dir);
    char *const argv[] = {
        "dnsmasq",
        "--keep-in-foreground",
        "--log-facility=-",
        "--conf-file=/dev/null",
        "--user=root",
        "--pid-file",
        "--no-resolv",
        "--no-hosts",
        "--no-poll",
        "--bind-interfaces",
        "--listen-address=127.0.0.1",
        "--local=/example/",
        "--local-ttl=77",
        "--cname=www.example,mid.example",
        "--cname=mid.example,end.example",
        "--cname=end.example,three.example",
        "--txt-record=text.example,hello",
        port,
        hosts,
        NULL,
    };
    f->dns.address = ol_addr_ipv4(127, 0, 0, 1, number);
    f->dns.pid = start(argv, log);
}

static int setup(void **state)
{
    static struct fixture f;
    char hosts[60];
    *state = &f;
    strcpy(f.dir, "/tmp/ol_dns_sntp_XXXXXX");
    assert_non_null(mkdtemp(f.dir));
    (void)chmod(f.dir, 0755);
    (void)snprintf(hosts, sizeof hosts, "%s/hosts", f.dir);
    write_hosts(hosts);
    ol_posix_datagram_init(&f.socket);
    f.link = ol_posix_datagram_link(&f.socket);
    start_dnsmasq(&f);
    for (int i = 0; i < 100; i++) {
        if (answers(&f)) {
            return 0;
        }
        if (waitpid(f.dns.pid, NULL, WNOHANG) !=
            0) { /* somebody took the port: another one */
            start_dnsmasq(&f);
        }
    }
    fail_msg("dnsmasq does not answer; see %s/dnsmasq.log", f.dir);
    return 1;
}

static void remove_file(const char *dir, const char *name)
{
    char path[80];
    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    (void)unlink(path);
}

static int teardown(void **state)
{
    static const char *const names[] = {"hosts",       "dnsmasq.log", "chrony.log",
                                        "chrony.conf", "drift",       "chrony.pid"};
    struct fixture *f = *state;
    stop(&f->dns);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        remove_file(f->dir, names[i]);
    }
    return rmdir(f->dir);
}

static void assert_three(const struct ol_dns_answer *a)
{
    unsigned seen = 0;
    assert_int_equal(a->addr_count, 3);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(a->addrs[i].family, OL_ADDR_IPV4);
        assert_int_equal(a->addrs[i].bytes[0], 192);
        seen |= 1U << a->addrs[i].bytes[3];
    }
    assert_int_equal(seen, 2 + 4 + 8);
}

static void test_dnsmasq_addresses(void **state)
{
    struct fixture *f = *state;
    struct ol_dns dns;
    struct ol_dns_answer a;
    dns_with(&dns, f->dns.address, (struct ol_addr){0});
    assert_int_equal(resolve(f, &dns, "THREE.example.", &a), OL_OK);
    assert_three(&a);
    assert_int_equal(a.ttl_s, 77);
}

static void test_dnsmasq_chain(void **state)
{
    struct fixture *f = *state;
    struct ol_dns dns;
    struct ol_dns_answer a;
    dns_with(&dns, f->dns.address, (struct ol_addr){0});
    assert_int_equal(resolve(f, &dns, "www.example", &a), OL_OK);
    assert_three(&a);
    assert_int_equal(a.chain_len, 3);
}

static void test_dnsmasq_no_such_name(void **state)
{
    struct fixture *f = *state;
    struct ol_dns dns;
    struct ol_dns_answer a;
    dns_with(&dns, f->dns.address, (struct ol_addr){0});
    assert_int_equal(resolve(f, &dns, "nope.example", &a), OL_E_NOENT);
    assert_int_equal(a.rcode, OL_DNS_NXDOMAIN);
    assert_int_equal(resolve(f, &dns, "six.example", &a), OL_E_NOENT);
    assert_int_equal(a.rcode, OL_DNS_NOERROR);
    assert_int_equal(resolve(f, &dns, "text.example", &a), OL_E_NOENT);
    assert_int_equal(a.rcode, OL_DNS_NOERROR);
}

/* dnsmasq knows nobody to ask about other names, and refuses. */
static void test_dnsmasq_refuses(void **state)
{
    struct fixture *f = *state;
    struct ol_dns dns;
    struct ol_dns_answer a;
    dns_with(&dns, f->dns.address, (struct ol_addr){0});
    assert_int_equal(resolve(f, &dns, "a.test", &a), OL_E_TIMEOUT);
    assert_int_equal(a.rcode, OL_DNS_REFUSED);
}

/* 40 addresses do not fit 512 bytes: with what came the device can connect, or it is told
 * that there was no usable answer; both within the time. */
static void test_dnsmasq_truncates(void **state)
{
    struct fixture *f = *state;
    struct ol_dns dns;
    struct ol_dns_answer a;
    dns_with(&dns, f->dns.address, (struct ol_addr){0});
    int32_t rc = resolve(f, &dns, "many.example", &a);
    if (rc == OL_OK) {
        assert_int_equal(a.addr_count, OL_DNS_ADDRS_MAX);
        assert_int_equal(a.addrs[0].bytes[0], 198);
    } else {
        assert_int_equal(rc, OL_E_TIMEOUT);
        assert_int_equal(a.rcode, OL_DNS_NOERROR);
    }
}

/* The first server is silent, the second is dnsmasq. */
static void test_dnsmasq_is_second(void **state)
{
    struct fixture *f = *state;
    struct ol_posix_datagram silent;
    struct ol_dns dns;
    struct ol_dns_answer a;
    ol_posix_datagram_init(&silent);
    struct ol_datagram link = ol_posix_datagram_link(&silent);
    assert_int_equal(link.ops->open(link.ctx, 0), OL_OK);
    dns_with(&dns, ol_addr_ipv4(127, 0, 0, 1, ol_posix_datagram_get_port(&silent)),
             f->dns.address);
    ol_ms before = ol_posix_now_ms();
    assert_int_equal(resolve(f, &dns, "three.example", &a), OL_OK);
    assert_true(ol_posix_now_ms() - before >= 300);
    assert_three(&a);
    link.ops->close(link.ctx);
}

/* The loop that onelink/net/sntp.h describes, until limit_ms have passed. */
static int32_t ask_time(struct fixture *f, struct ol_addr server, ol_ms limit_ms,
                        struct ol_sntp_sample *sample)
{
    struct ol_sntp sntp;
    uint8_t random[OL_SNTP_RANDOM_LEN];
    uint8_t buf[OL_SNTP_MESSAGE_LEN];
    struct ol_addr peer;
    size_t len;
    struct ol_entropy e = ol_posix_entropy();
    ol_ms end = ol_posix_now_ms() + limit_ms;
    struct ol_sntp_config config = {.servers = {server},
                                    .timeout_ms = (uint32_t)limit_ms};
    assert_int_equal(ol_sntp_init(&sntp, &config), OL_OK);
    assert_int_equal(e.fill(e.ctx, random, sizeof random), OL_OK);
    assert_int_equal(f->link.ops->open(f->link.ctx, 0), OL_OK);
    ol_sntp_open(&sntp, random, ol_posix_now_ms());
    while (ol_sntp_get_sample(&sntp, sample) == OL_E_AGAIN && ol_posix_now_ms() < end) {
        struct ol_posix_wait w;
        ol_posix_wait_init(&w);
        const uint8_t *out = ol_sntp_output(&sntp, &peer, &len);
        if (out != NULL &&
            f->link.ops->send(f->link.ctx, &peer, out, len) != OL_E_AGAIN) {
            ol_sntp_output_done(&sntp, ol_posix_now_ms());
        }
        ol_posix_wait_add_datagram(&w, &f->socket, false);
        assert_true(ol_posix_wait(&w, ol_ms_min(end, ol_sntp_deadline(&sntp))) >= 0);
        int32_t n;
        while ((n = f->link.ops->recv(f->link.ctx, buf, sizeof buf, &peer)) >= 0) {
            size_t got = (size_t)n < sizeof buf ? (size_t)n : sizeof buf;
            (void)ol_sntp_input(&sntp, &peer, buf, got, ol_posix_now_ms());
        }
        ol_sntp_step(&sntp, ol_posix_now_ms());
    }
    f->link.ops->close(f->link.ctx);
    return ol_sntp_get_sample(&sntp, sample);
}

static void assert_host_time(const struct ol_sntp_sample *s)
{
    struct timespec ts;
    assert_int_equal(clock_gettime(CLOCK_REALTIME, &ts), 0);
    int64_t now_ms = (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
    int64_t age_ms = (int64_t)(ol_posix_now_ms() - s->at_ms);
    int64_t apart = now_ms - age_ms - s->wall.unix_ms;
    assert_true(apart >= -(int64_t)s->error_ms - 5 && apart <= (int64_t)s->error_ms + 5);
}

static void put_u32(uint8_t *p, uint32_t v)
{
    for (int i = 0; i < 4; i++) {
        p[i] = (uint8_t)(v >> (24 - 8 * i));
    }
}

static void put_now(uint8_t *p)
{
    struct timespec ts;
    (void)clock_gettime(CLOCK_REALTIME, &ts);
    put_u32(p, (uint32_t)(ts.tv_sec + INT64_C(2208988800)));
    put_u32(p + 4, (uint32_t)(((uint64_t)ts.tv_nsec << 32) / 1000000000U));
}

/* A time server in a process of its own, written from RFC 4330 6 for this test. */
static struct server start_own_server(void)
{
    struct sockaddr_in sa = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof sa;
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&sa, sizeof sa), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&sa, &len), 0);
    struct server s = {.pid = fork(),
                       .address = ol_addr_ipv4(127, 0, 0, 1, ntohs(sa.sin_port))};
    assert_true(s.pid >= 0);
    if (s.pid > 0) {
        (void)close(fd);
        return s;
    }
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) {
        uint8_t m[OL_SNTP_MESSAGE_LEN];
        struct sockaddr_in peer;
        socklen_t peer_len = sizeof peer;
        if (recvfrom(fd, m, sizeof m, 0, (struct sockaddr *)&peer, &peer_len) !=
            sizeof m) {
            continue;
        }
        put_now(m + 32);
        memcpy(m + 24, m + 40, 8);
        m[0] = 0x24;
        m[1] = 3;
        (void)usleep(40000); /* at the server: no part of the way */
        put_now(m + 40);
        (void)sendto(fd, m, sizeof m, 0, (struct sockaddr *)&peer, peer_len);
    }
}

static void test_sntp_own_server(void **state)
{
    struct fixture *f = *state;
    struct ol_sntp_sample sample;
    struct server s = start_own_server();
    int32_t rc = ask_time(f, s.address, 5000, &sample);
    stop(&s);
    assert_int_equal(rc, OL_OK);
    assert_int_equal(sample.stratum, 3);
    assert_host_time(&sample);
}

static bool is_installed(const char *path)
{
    return access(path, X_OK) == 0;
}

static struct server start_chronyd(const struct fixture *f)
{
    char conf[60];
    char log[60];
    struct server s = {.address = ol_addr_ipv4(127, 0, 0, 1, free_port())};
    (void)snprintf(conf, sizeof conf, "%s/chrony.conf", f->dir);
    (void)snprintf(log, sizeof log, "%s/chrony.log", f->dir);
    FILE *file = fopen(conf, "w");
    assert_non_null(file);
    (void)fprintf(file,
                  "port %u\nbindaddress 127.0.0.1\nallow 127.0.0.1\nlocal stratum 8\n"
                  "cmdport 0\nbindcmdaddress /\npidfile %s/chrony.pid\n",
                  s.address.port, f->dir);
    assert_int_equal(fclose(file), 0);
    char *const argv[] = {"chronyd", "-x", "-d", "-u", "root", "-f", conf, NULL};
    s.pid = start(argv, log);
    return s;
}

static void test_sntp_chronyd(void **state)
{
    struct fixture *f = *state;
    struct ol_sntp_sample sample;
    int32_t rc = OL_E_TIMEOUT;
    if (!is_installed("/usr/sbin/chronyd")) {
        print_message("chronyd is not installed (Debian package chrony)\n");
        skip();
    }
    struct server s = start_chronyd(f);
    for (int i = 0; i < 30 && rc != OL_OK; i++) { /* it takes a while to listen */
        rc = ask_time(f, s.address, 300, &sample);
    }
    stop(&s);
    assert_int_equal(rc, OL_OK);
    assert_int_equal(sample.stratum, 8);
    assert_host_time(&sample);
}

/* Nobody listens: an error of the network stack is no answer. */
static void test_sntp_nobody(void **state)
{
    struct fixture *f = *state;
    struct ol_sntp_sample sample;
    struct ol_addr nobody = ol_addr_ipv4(127, 0, 0, 1, free_port());
    int32_t rc = ask_time(f, nobody, 200, &sample);
    assert_true(rc == OL_E_AGAIN || rc == OL_E_TIMEOUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dnsmasq_addresses),
        cmocka_unit_test(test_dnsmasq_chain),
        cmocka_unit_test(test_dnsmasq_no_such_name),
        cmocka_unit_test(test_dnsmasq_refuses),
        cmocka_unit_test(test_dnsmasq_truncates),
        cmocka_unit_test(test_dnsmasq_is_second),
        cmocka_unit_test(test_sntp_own_server),
        cmocka_unit_test(test_sntp_chronyd),
        cmocka_unit_test(test_sntp_nobody),
    };
    return cmocka_run_group_tests_name("interop DNS, SNTP", tests, setup, teardown);
}
