/* SPDX-License-Identifier: MIT */
#ifndef PORTS_TEMPLATE_STREAM_H
#define PORTS_TEMPLATE_STREAM_H

#include "onelink/link/stream.h"

/* State of one TCP connection; hold in it what the driver needs. The phases are those of
 * onelink/link/stream.h. */
enum my_phase { MY_CLOSED, MY_OPENING, MY_OPEN, MY_CLOSING };

struct my_stream {
    enum my_phase phase;
    int32_t failure; /* why the last connection failed, OL_OK: it did not */
    ol_ms give_up_at_ms;
};

/* A closed stream. */
void my_stream_init(struct my_stream *s);

/* The interface. Valid as long as *s, which must not move. */
struct ol_stream my_stream_link(struct my_stream *s);

#endif
