/* SPDX-License-Identifier: MIT */
#include "firmware/app/sensor.h"

/* The example: whole seconds since the start. */
static int32_t uptime_read(const struct app_machine *machine, struct ol_dec *out)
{
    ol_ms now = machine->clock.ops->monotonic_ms(machine->clock.ctx);
    *out = (struct ol_dec){.mantissa = (int64_t)(now / 1000), .exponent = 0};
    return OL_OK;
}

const struct app_sensor app_sensor_uptime = {.name = "uptime", .read = uptime_read};
