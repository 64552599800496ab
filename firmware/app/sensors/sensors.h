/* SPDX-License-Identifier: MIT */
#ifndef FIRMWARE_APP_SENSORS_SENSORS_H
#define FIRMWARE_APP_SENSORS_SENSORS_H

#include "firmware/app/sensor.h"

/* One line for each sensor of this folder; sensors.c lists them. */
extern const struct app_sensor app_sensor_uptime;

#endif
