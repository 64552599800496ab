/* SPDX-License-Identifier: MIT */
#include "firmware/app/sensors/sensors.h"

const struct app_sensor *const app_sensors[] = {&app_sensor_uptime};
const size_t app_sensor_count = sizeof(app_sensors) / sizeof(app_sensors[0]);
