/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_LINK_BUS_H
#define ONELINK_LINK_BUS_H

#include <stddef.h>
#include <stdint.h>

#include "onelink/base/status.h"
#include "onelink/base/time.h"

#define OL_BUS_HEADER_MAX 4

enum ol_bus_dir { OL_BUS_READ, OL_BUS_WRITE };

/* One frame on the bus to a network chip: chip select low, header, data, chip select high. One
 * type fits the W5500's three header bytes, the W5100S's opcode first and the W6300's quad
 * lanes with a serial first byte. */
struct ol_bus_frame {
    uint8_t header[OL_BUS_HEADER_MAX];
    uint8_t header_len;
    uint8_t serial_len; /* leading header bytes that go out on one lane whatever `lanes` says */
    uint8_t lanes;      /* 1, 2 or 4 for the rest of the header and the data; 0 means 1 */
    enum ol_bus_dir dir;
    void *data; /* OL_BUS_READ fills it, OL_BUS_WRITE sends it */
    size_t len; /* 0 is allowed: a header alone */
};

/* Part of the porting contract. transfer is done when it returns, after at most timeout_us
 * microseconds: OL_OK, OL_E_TIMEOUT (DMA or the line is stuck; the bus was reset), OL_E_ARG
 * (frame not possible here), OL_E_IO. reset_line drives the chip's reset pin, level 0 or 1. */
struct ol_bus_ops {
    int32_t (*transfer)(void *ctx, const struct ol_bus_frame *frame, uint32_t timeout_us);
    void (*reset_line)(void *ctx, int level);
};

struct ol_bus {
    void *ctx;
    const struct ol_bus_ops *ops;
};

#endif
