/* SPDX-License-Identifier: MIT */
/* The loops that onelink/net/dns.h and onelink/net/sntp.h describe, over sockets of the
 * system. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "onelink/net/dns.h"
#include "onelink/net/sntp.h"
#include "ports/posix/clock.h"
#include "ports/posix/datagram.h"
#include "ports/posix/entropy.h"
#include "ports/posix/wait.h"
#include "tests/interop/net_client.h"

struct asker {
    struct ol_posix_datagram socket;
    struct ol_datagram link;
};

/* On a new port, as both engines want it for each question. */
static void open_asker(struct asker *a)
{
    ol_posix_datagram_init(&a->socket);
    a->link = ol_posix_datagram_link(&a->socket);
    require(a->link.ops->open(a->link.ctx, 0) == OL_OK, "datagram socket");
}

static void fill_random(void *to, size_t len)
{
    struct ol_entropy e = ol_posix_entropy();
    require(e.fill(e.ctx, to, len) == OL_OK, "entropy");
}

static void sleep_until(const struct asker *a, ol_ms at)
{
    struct ol_posix_wait w;
    ol_posix_wait_init(&w);
    ol_posix_wait_add_datagram(&w, &a->socket, false);
    require(ol_posix_wait(&w, at) >= 0, "wait");
}

static int32_t resolve(struct ol_dns *dns, struct ol_dns_answer *answer)
{
    struct asker a;
    uint8_t buf[OL_DNS_MESSAGE_MAX];
    struct ol_addr peer;
    size_t len;
    int32_t rc;

    open_asker(&a);
    while ((rc = ol_dns_get_answer(dns, answer)) == OL_E_AGAIN) {
        const uint8_t *out = ol_dns_output(dns, &peer, &len);
        if (out != NULL && a.link.ops->send(a.link.ctx, &peer, out, len) != OL_E_AGAIN) {
            ol_dns_output_done(dns, ol_posix_now_ms());
        }
        sleep_until(&a, ol_dns_deadline(dns));
        int32_t n;
        while ((n = a.link.ops->recv(a.link.ctx, buf, sizeof buf, &peer)) >= 0) {
            size_t got = (size_t)n < sizeof buf ? (size_t)n : sizeof buf;
            (void)ol_dns_input(dns, &peer, buf, got, ol_posix_now_ms());
        }
        ol_dns_step(dns, ol_posix_now_ms());
    }
    a.link.ops->close(a.link.ctx);
    return rc;
}

static int compare(const void *a, const void *b)
{
    const struct ol_addr *x = a;
    const struct ol_addr *y = b;
    return memcmp(x->bytes, y->bytes, 4);
}

void print_answer(const struct ol_dhcp_lease *lease, const char *name)
{
    struct ol_dns_config config = {
        .round_ms = 1000, .round_max_ms = 2000, .round_count = 2};
    struct ol_dns dns;
    struct ol_dns_answer answer = {0};
    uint32_t random;
    char text[OL_ADDR_TEXT_CAP];

    memcpy(config.servers, lease->dns, sizeof lease->dns);
    fill_random(&random, sizeof random);
    int32_t rc = ol_dns_init(&dns, &config);
    if (rc == OL_OK) {
        rc = ol_dns_open(&dns, ol_str_from(name), random, ol_posix_now_ms());
    }
    if (rc == OL_OK) {
        rc = resolve(&dns, &answer);
    }
    printf("answer %s rcode=%u ttl=%u chain=%u", ol_status_str(rc), answer.rcode,
           answer.ttl_s, answer.chain_len);
    qsort(answer.addrs, answer.addr_count, sizeof *answer.addrs, compare);
    for (unsigned i = 0; i < answer.addr_count; i++) {
        require(ol_addr_encode(&answer.addrs[i], text, sizeof text) > 0, "address");
        printf(" %s", text);
    }
    printf("\n");
}

/* Until there is a sample or every server was asked. */
static int32_t ask_time(struct ol_sntp *sntp, struct ol_sntp_sample *sample)
{
    struct asker a;
    uint8_t buf[OL_SNTP_MESSAGE_LEN];
    struct ol_addr peer;
    size_t len;
    int32_t rc;

    open_asker(&a);
    while ((rc = ol_sntp_get_sample(sntp, sample)) == OL_E_AGAIN) {
        const uint8_t *out = ol_sntp_output(sntp, &peer, &len);
        if (out != NULL && a.link.ops->send(a.link.ctx, &peer, out, len) != OL_E_AGAIN) {
            ol_sntp_output_done(sntp, ol_posix_now_ms());
        }
        sleep_until(&a, ol_sntp_deadline(sntp));
        int32_t n;
        while ((n = a.link.ops->recv(a.link.ctx, buf, sizeof buf, &peer)) >= 0) {
            size_t got = (size_t)n < sizeof buf ? (size_t)n : sizeof buf;
            (void)ol_sntp_input(sntp, &peer, buf, got, ol_posix_now_ms());
        }
        ol_sntp_step(sntp, ol_posix_now_ms());
    }
    a.link.ops->close(a.link.ctx);
    return rc;
}

static int64_t ms_behind_system(const struct ol_sntp_sample *s)
{
    struct timespec ts;
    require(clock_gettime(CLOCK_REALTIME, &ts) == 0, "clock");
    int64_t system_ms = (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
    return system_ms - (int64_t)(ol_posix_now_ms() - s->at_ms) - s->wall.unix_ms;
}

void print_time(const struct ol_dhcp_lease *lease)
{
    struct ol_sntp_config config = {0};
    struct ol_sntp sntp;
    struct ol_sntp_sample sample;
    uint8_t random[OL_SNTP_RANDOM_LEN];

    memcpy(config.servers, lease->ntp, sizeof lease->ntp);
    fill_random(random, sizeof random);
    int32_t rc = ol_sntp_init(&sntp, &config);
    if (rc == OL_OK) {
        ol_sntp_open(&sntp, random, ol_posix_now_ms());
        rc = ask_time(&sntp, &sample);
    }
    if (rc != OL_OK) {
        printf("time %s\n", ol_status_str(rc));
        return;
    }
    /* The clocks are read one after the other, on a busy machine. */
    const int64_t off = ms_behind_system(&sample);
    if (llabs(off) <= (int64_t)sample.error_ms + 20) {
        printf("time right stratum=%u\n", sample.stratum);
    } else {
        printf("time wrong by %lld\n", (long long)off);
    }
}
