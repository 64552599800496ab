/* SPDX-License-Identifier: MIT */
/* The DNS resolver and the SNTP client on a Cortex-M0.
 * m0-sources: onelink/base onelink/net */
#include "onelink/net/dns.h"
#include "onelink/net/sntp.h"
#include "rt.h"

#define UNIX_S     1800000000u
#define SINCE_1900 2208988800u

static const struct ol_dns_config dns_config = {
    .servers = {{.family = OL_ADDR_IPV4, .bytes = {10, 0, 0, 1}}}};
static const struct ol_sntp_config sntp_config = {
    .servers = {{.family = OL_ADDR_IPV4, .bytes = {10, 0, 0, 1}}}};
static const uint8_t random[OL_SNTP_RANDOM_LEN] = {7, 1, 3};

static struct ol_dns dns;
static struct ol_dns_answer answer;
static struct ol_sntp sntp;
static struct ol_sntp_sample sample;
static struct ol_addr server;
static uint8_t datagram[OL_DNS_MESSAGE_MAX];

static void take(const uint8_t *data, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        datagram[i] = data[i];
    }
}

static void put_u32(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 24);
    p[1] = (uint8_t)(v >> 16);
    p[2] = (uint8_t)(v >> 8);
    p[3] = (uint8_t)v;
}

/* The query with an alias and an address behind it, as the platform's name resolves. */
static void look_up(ol_ms now)
{
    static const uint8_t records[] = {
        0xC0, 12, 0, 5, 0, 1, 0, 0, 0, 60, 0, 6, 3,   'w', 'w', 'w',
        0xC0, 18, /* www.heclouds.com */
        0xC0, 48, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0,   2,   7};
    size_t len = 0;
    m0_check(ol_dns_init(&dns, &dns_config) == OL_OK, "resolver");
    m0_begin("name looked up, with an alias");
    int32_t rc = ol_dns_open(&dns, OL_STR("mqtts.heclouds.com"), 12345, now);
    ol_dns_step(&dns, now);
    const uint8_t *query = ol_dns_output(&dns, &server, &len);
    take(query, len);
    ol_dns_output_done(&dns, now);
    datagram[2] = 0x81;
    datagram[3] = 0x80;
    datagram[7] = 2;
    for (size_t i = 0; i < sizeof records; i++) {
        datagram[len + i] = records[i];
    }
    bool taken = ol_dns_input(&dns, &server, datagram, len + sizeof records, now);
    int32_t got = ol_dns_get_answer(&dns, &answer);
    m0_end();
    m0_check(rc == OL_OK && len == 36 && taken, "query and answer");
    m0_check(got == OL_OK && answer.addrs[0].bytes[3] == 7, "address");
    m0_check(ol_dns_deadline(&dns) == OL_NEVER, "done");
    ol_dns_close(&dns);
}

static void ask_time(ol_ms now)
{
    size_t len = 0;
    m0_check(ol_sntp_init(&sntp, &sntp_config) == OL_OK, "SNTP client");
    m0_begin("time asked for");
    ol_sntp_open(&sntp, random, now);
    ol_sntp_step(&sntp, now);
    const uint8_t *request = ol_sntp_output(&sntp, &server, &len);
    take(request, len);
    ol_sntp_output_done(&sntp, now);
    datagram[0] = 0x24;
    datagram[1] = 2;
    for (size_t i = 0; i < 8; i++) {
        datagram[24 + i] = datagram[40 + i];
    }
    put_u32(datagram + 16, UNIX_S - 60 + SINCE_1900);
    put_u32(datagram + 32, UNIX_S + SINCE_1900);
    put_u32(datagram + 40, UNIX_S + SINCE_1900);
    bool taken = ol_sntp_input(&sntp, &server, datagram, len, now + 20);
    int32_t got = ol_sntp_get_sample(&sntp, &sample);
    m0_end();
    m0_check(len == OL_SNTP_MESSAGE_LEN && taken && got == OL_OK, "answer");
    m0_check(sample.wall.unix_ms / 1000 == UNIX_S, "the time");
    m0_check(!ol_sntp_is_busy(&sntp) && ol_sntp_deadline(&sntp) > now, "until the next");
    ol_sntp_close(&sntp);
}

int main(void)
{
    ol_ms now = 0xFFFFFFFFu - 10;
    m0_figure("context", sizeof dns + sizeof sntp, "bytes");
    look_up(now);
    ask_time(now);
    return 0;
}
