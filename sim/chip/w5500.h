/* SPDX-License-Identifier: MIT */
#ifndef SIM_CHIP_W5500_H
#define SIM_CHIP_W5500_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A W5500 at register level: SPI bytes in and out, Ethernet frames out and in, the reset and
 * interrupt pins, and time in nanoseconds that the caller passes. It has its own ARP, IPv4, ICMP
 * echo, UDP and TCP, as the chip has. Freestanding: the same source is part of native tests and,
 * as WebAssembly, of the board emulator.
 *
 * It is written from the datasheet's statements in docs/chip-model.md and knows nothing of the
 * driver. What the real chip has and the model lacks is listed there.
 *
 * Time never goes back. Every function that takes now_ns first does what was due until then, in
 * order, so a caller that only ever calls sim_w5500_step(chip, sim_w5500_deadline(chip)) and
 * passes frames sees the same as one that steps finely. */

#define SIM_FRAME_MAX 1514 /* Ethernet header, payload; no FCS */
#define SIM_NEVER     UINT64_MAX

/* Where frames go. frame is valid during the call only. It is called from within functions that
 * take now_ns, with the instant at which the chip hands the frame to its MAC; it must not call
 * back into the chip. */
struct sim_w5500_host {
    void *ctx;
    void (*frame_out)(void *ctx, const uint8_t *frame, size_t len, uint64_t at_ns);
};

/* What goes wrong, and with which `arg`. Each stands until it is set to another arg; 0 is off
 * for all of them. */
enum sim_w5500_fault {
    SIM_W5500_FAULT_MISO_LOW, /* 1: MISO is stuck at 0: every byte reads 00 */
    SIM_W5500_FAULT_MISO_HIGH, /* 1: MISO is stuck at 1 (or no chip): every byte reads FF */
    SIM_W5500_FAULT_DEAF, /* 1: select is not seen; MISO floats at FF, nothing is written */
    SIM_W5500_FAULT_CR_STUCK, /* bit mask of sockets whose command register never clears and
                                    whose commands do nothing */
    SIM_W5500_FAULT_CR_SLOW, /* microseconds until a command is taken, instead of the usual */
    SIM_W5500_FAULT_BIT_FLIPS, /* one bit in every `arg` bytes on the bus, on average, both
                                    directions, header included */
    SIM_W5500_FAULT_TORN, /* 1: a live 16-bit register that changes between its two bytes
                                    gives one old and one new byte, each time it can */
    SIM_W5500_FAULT_VERSION, /* value that VERSIONR shows instead of 04 (1..255) */
    SIM_W5500_FAULT_RSR, /* value that every RX_RSR shows (above the buffer: out of range) */
    SIM_W5500_FAULT_FSR,       /* value that every TX_FSR shows */
    SIM_W5500_FAULT_POINTERS,  /* 1: RX_RD and TX_WR read as random values */
    SIM_W5500_FAULT_NO_SENDOK, /* bit mask of sockets that never raise SENDOK */
    SIM_W5500_FAULT_NO_INT,    /* 1: INTn stays high */
    SIM_W5500_FAULT_FROZEN, /* 1: registers answer, but nothing happens: no command is taken,
                                    no frame goes or comes */
    SIM_W5500_FAULT_COUNT
};

/* Counters since sim_w5500_init, for budgets and tests. */
struct sim_w5500_stats {
    uint64_t spi_frames;   /* select low .. high with at least one byte */
    uint64_t spi_bytes;    /* all bytes clocked, headers included */
    uint64_t buffer_bytes; /* of these, data of TX and RX buffer blocks */
    uint64_t commands;     /* written to CR and taken */
    uint64_t frames_out;
    uint64_t frames_in; /* addressed to us or broadcast, checksum right */
    uint64_t dropped;   /* frames in that found no room or no socket */
    uint64_t resets;
    uint64_t misuse; /* things that a datasheet forbids; the last one is in misuse_text */
    const char *misuse_text; /* "SEND before SENDOK" ... static storage; NULL: none */
    uint64_t notes; /* allowed, but rarely meant: own address written with open sockets */
    const char *note_text; /* the last of them, as misuse_text */
    uint64_t lies; /* bytes that were wrong by FAULT_BIT_FLIPS or FAULT_TORN */
};

struct sim_w5500; /* plain data, no pointers but host's: memcpy is a snapshot */

/* Bytes that a chip takes, so that callers can keep it where they like (aligned to 8). */
size_t sim_w5500_size(void);

/* Power on at time 0, reset pin high, cable out, no faults. The PLL locks 1 ms later, as after
 * the reset pin. seed drives what the chip makes up (sequence numbers, negotiation time, bit
 * flips). */
void sim_w5500_init(struct sim_w5500 *chip, const struct sim_w5500_host *host,
                    uint64_t seed);

/* The pins. select: 0 is low, active. While the reset pin is low, and until the PLL has locked
 * after it, every byte reads FF and nothing is written. */
void sim_w5500_reset_pin(struct sim_w5500 *chip, int level, uint64_t now_ns);
void sim_w5500_select(struct sim_w5500 *chip, int level, uint64_t now_ns);

/* The byte that MISO will give while the next byte is clocked, known before its first edge. */
uint8_t sim_w5500_peek(struct sim_w5500 *chip);

/* Clocks one byte both ways. */
uint8_t sim_w5500_exchange(struct sim_w5500 *chip, uint8_t mosi, uint64_t now_ns);

/* Level of INTn. */
int sim_w5500_int_n(const struct sim_w5500 *chip);

/* The medium: cable in or out, and a frame that arrives. */
void sim_w5500_link(struct sim_w5500 *chip, bool is_up, uint64_t now_ns);
void sim_w5500_frame_in(struct sim_w5500 *chip, const uint8_t *frame, size_t len,
                        uint64_t now_ns);

/* Does what is due (retransmissions, time-outs, the end of a reset). */
void sim_w5500_step(struct sim_w5500 *chip, uint64_t now_ns);
/* When sim_w5500_step must be called at the latest; SIM_NEVER: nothing is due. */
uint64_t sim_w5500_deadline(const struct sim_w5500 *chip);

/* The chip resets by itself, as after a brown-out: registers go to their reset values. */
void sim_w5500_glitch_reset(struct sim_w5500 *chip, uint64_t now_ns);

void sim_w5500_set_fault(struct sim_w5500 *chip, enum sim_w5500_fault fault,
                         uint32_t arg);
const struct sim_w5500_stats *sim_w5500_get_stats(const struct sim_w5500 *chip);

/* For tests: a register as the chip has it, without an SPI transfer (block = BSB 0..31). */
uint8_t sim_w5500_register(const struct sim_w5500 *chip, unsigned block, unsigned offset);

#endif
