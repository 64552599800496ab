/* SPDX-License-Identifier: MIT */
#include "firmware/app/sensor.h"

/* The list is made by the build, a line SENSOR(name) for each file in sensors/. */
#define SENSOR(name) extern const struct app_sensor app_sensor_##name;
#include "firmware/app/sensors.inc"
#undef SENSOR

#define SENSOR(name) &app_sensor_##name,
const struct app_sensor *const app_sensors[] = {
#include "firmware/app/sensors.inc"
};
const size_t app_sensor_count = sizeof(app_sensors) / sizeof(app_sensors[0]);
