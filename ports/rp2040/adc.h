/* SPDX-License-Identifier: MIT */
#ifndef PORTS_RP2040_ADC_H
#define PORTS_RP2040_ADC_H

#include <stdint.h>

#include "onelink/base/status.h"

/* The analogue inputs 0..3 (pins 26..29) and the chip's temperature sensor. */

#define OL_RP_ADC_TEMPERATURE 4u

/* Once, before any reading. */
void ol_rp_adc_init(void);

/* One conversion, 0..4095 of the reference voltage; takes 2 us. The pin is taken from whatever
 * used it. OL_E_ARG: no such input; OL_E_IO: the converter reported an error or did not end. */
OL_MUST int32_t ol_rp_adc_read(unsigned input);

#endif
