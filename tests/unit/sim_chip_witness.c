/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "sim_chip_rig.h"

/* Runs two chips back to back and writes what was on the cable, for a program that knows the
 * protocols from elsewhere to judge (sim_chip_witness.sh).
 *   sim_chip_witness DIR   writes clean.pcap, lossy.pcap and stream.hex: the bytes of the first
 *                          connection of both, as the first chip's host sent them; and
 *                          transcript.txt, all that the first chip saw and did in another run,
 *                          for its twin in WebAssembly to repeat (sim_chip_wasm.mjs) */

enum { STREAM_LEN = 30000, ND = 0x20 };

static const char *dir;

static FILE *create(const char *name)
{
    char path[1024];
    assert_true(snprintf(path, sizeof path, "%s/%s", dir, name) < (int)sizeof path);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    return f;
}

static void start_pcap(struct rig *r, const char *name)
{
    /* Nanoseconds, version 2.4, Ethernet. */
    static const uint32_t head[6] = {0xA1B23C4D, 0x00040002, 0, 0, 65535, 1};
    r->pcap = create(name);
    assert_int_equal(fwrite(head, sizeof head, 1, r->pcap), 1);
}

static void end_pcap(struct rig *r)
{
    assert_int_equal(fclose(r->pcap), 0);
    r->pcap = NULL;
}

static uint8_t byte_at(size_t i)
{
    return (uint8_t)(i * 31 + (i >> 7));
}

static void write_stream(void)
{
    FILE *f = create("stream.hex");
    for (size_t i = 0; i < STREAM_LEN; i++) {
        assert_true(fprintf(f, "%02x", byte_at(i)) == 2);
    }
    assert_int_equal(fclose(f), 0);
}

/* Big RX buffer, so that the sender never fills the window. */
static void size_buffers(struct rig *r)
{
    for (unsigned i = 0; i < 2; i++) {
        for (unsigned s = 0; s < 8; s++) {
            wr8(&r->node[i], REGS(s), 0x1E, s == 0 ? 8 : 1);
        }
    }
}

static void stream(struct rig *r)
{
    struct node *a = &r->node[0];
    struct node *b = &r->node[1];
    uint8_t data[2048];
    uint8_t got[8192];
    size_t have = 0;
    for (size_t sent = 0; sent < STREAM_LEN;) {
        size_t n = STREAM_LEN - sent < sizeof data ? STREAM_LEN - sent : sizeof data;
        for (size_t i = 0; i < n; i++) {
            data[i] = byte_at(sent + i);
        }
        do {
            rig_run(r, 100 * US);
            have += take(b, 0, got, sizeof got);
        } while (rd16(a, REGS(0), 0x20) < n);
        assert_true(send_all(a, 0, data, n));
        sent += n;
    }
    for (unsigned i = 0; have < STREAM_LEN; i++) {
        assert_in_range(i, 0, 1000000);
        rig_run(r, 100 * US);
        have += take(b, 0, got, sizeof got);
    }
}

static void talk(struct rig *r)
{
    join(r, 0, 0, ND);
    stream(r);
    assert_true(send_all(&r->node[1], 0, "thanks", 6));
    rig_run(r, MS);
    command(&r->node[0], 0, 0x08);
    assert_true(wait_value(&r->node[1], 0, 0x03, 0x1C, 100 * SEC));
    command(&r->node[1], 0, 0x08);
    assert_true(wait_value(&r->node[1], 0, 0x03, 0x00, 100 * SEC));
    assert_true(wait_value(&r->node[0], 0, 0x03, 0x00, 100 * SEC));
}

static void datagrams(struct rig *r)
{
    static const uint8_t group_ip[4] = {239, 1, 2, 3};
    static const uint8_t group_mac[6] = {0x01, 0x00, 0x5E, 0x01, 0x02, 0x03};
    struct node *a = &r->node[0];
    struct node *b = &r->node[1];
    open_as(b, 1, 2, 2000);
    open_as(a, 1, 2, 1000);
    destination(a, 1, b->ip, 2000);
    assert_true(send_all(a, 1, "odd", 3) && send_all(a, 1, "even", 4));
    destination(a, 1, (const uint8_t[]){255, 255, 255, 255}, 2000);
    assert_true(send_all(a, 1, "to all", 6));
    wr(b, REGS(2), 0x06, group_mac, 6);
    destination(b, 2, group_ip, 15353);
    open_as(b, 2, 0x82, 15353);
    assert_true(send_all(b, 2, "to some", 7));
    command(b, 2, 0x10);
}

static void echo(struct rig *r)
{
    uint8_t f[SIM_FRAME_MAX];
    struct packet p = to_node(&r->node[0], 1);
    memcpy(p.body,
           (const uint8_t[]){8, 0, 0, 0, 0x12, 0x34, 0, 1, 'p', 'i', 'n', 'g', '!'}, 13);
    p.body_len = 13;
    inject(&r->node[0], f, build(f, &p));
}

/* No loss: nothing that an analyser would remark upon. */
static void test_clean(void **state)
{
    (void)state;
    struct rig *r = rig_new(11);
    start_pcap(r, "clean.pcap");
    size_buffers(r);
    talk(r);
    datagrams(r);
    echo(r);
    join(r, 3, 3, 0);
    for (unsigned i = 1; i < 40; i++) {
        assert_true(
            send_all(&r->node[i & 1], 3, "0123456789012345678901234567890123456789", i));
        rig_run(r, MS);
        uint8_t got[64];
        assert_int_equal(take(&r->node[1 - (i & 1)], 3, got, sizeof got), i);
    }
    command(&r->node[1], 3, 0x08);
    rig_run(r, MS);
    command(&r->node[0], 3, 0x08);
    rig_run(r, SEC);
    end_pcap(r);
    rig_free(r);
}

/* Every 6th frame lost, every 5th late. */
static void test_lossy(void **state)
{
    (void)state;
    struct rig *r = rig_new(12);
    start_pcap(r, "lossy.pcap");
    size_buffers(r);
    r->drop_every = 6;
    r->swap_every = 5;
    talk(r);
    end_pcap(r);
    rig_free(r);
}

/* The clean run's traffic with some loss, faults and a reset, recorded. */
static void test_transcript(void **state)
{
    (void)state;
    struct rig *r = rig_new_bare(13);
    struct node *n = &r->node[0];
    r->script = create("transcript.txt");
    assert_true(fprintf(r->script, "i 13\n") > 0);
    rig_start(r);
    size_buffers(r);
    r->drop_every = 11;
    talk(r);
    datagrams(r);
    echo(r);
    set_fault(n, SIM_W5500_FAULT_BIT_FLIPS, 20);
    for (unsigned i = 0; i < 50; i++) {
        rd16(n, REGS(i % 8), 0x20);
    }
    set_fault(n, SIM_W5500_FAULT_BIT_FLIPS, 0);
    set_fault(n, SIM_W5500_FAULT_TORN, 1);
    rd16(n, REGS(0), 0x26);
    reset_pin(n, 0);
    rig_run(r, MS);
    reset_pin(n, 1);
    rig_run(r, 4 * SEC);
    rd16(n, 0, 0x19);
    rd8(n, 0, 0x2E);
    assert_int_equal(fclose(r->script), 0);
    rig_free(r);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clean),
        cmocka_unit_test(test_lossy),
        cmocka_unit_test(test_transcript),
    };
    if (argc != 2) {
        fputs("usage: sim_chip_witness DIR\n", stderr);
        return 2;
    }
    dir = argv[1];
    write_stream();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
