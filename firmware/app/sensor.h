/* SPDX-License-Identifier: MIT */
#ifndef FIRMWARE_APP_SENSOR_H
#define FIRMWARE_APP_SENSOR_H

#include "firmware/app/machine.h"
#include "onelink/json/number.h"

/* A sensor of your own: one C file in firmware/app/sensors like uptime.c there. soil.c defines
 * app_sensor_soil; the build finds it. It then is a source, property.X.source = sensor:NAME, for
 * any property. */
struct app_sensor {
    const char *name; /* letters, digits, '_' and '-' */

    /* Called once at the start, after the board is set up; may be NULL. */
    void (*init)(const struct app_machine *machine);

    /* A reading, as a decimal number: 23.5 is {235, -1}. Called every report_interval_s; it may
     * take milliseconds, nothing else runs meanwhile. OL_OK; anything else: there is none now,
     * which is told once, and the property is left out of this report. */
    int32_t (*read)(const struct app_machine *machine, struct ol_dec *out);
};

/* The sensors of this image: all files of sensors/. */
extern const struct app_sensor *const app_sensors[];
extern const size_t app_sensor_count;

#endif
