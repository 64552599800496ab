/* SPDX-License-Identifier: MIT */
#include "ports/rp2040/adc.h"

#include "ports/rp2040/cpu.h"
#include "ports/rp2040/gpio.h"

#define FIRST_PIN  26u
#define TIMEOUT_US 100u

void ol_rp_adc_init(void)
{
    RP_REG(RP_ADC_CS) = RP_ADC_ON | RP_ADC_TEMP_ON;
}

/* The status as soon as the converter is ready; 0 when that takes too long. */
static uint32_t wait_ready(uint32_t begin)
{
    do {
        uint32_t status = RP_REG(RP_ADC_CS);
        if ((status & RP_ADC_READY) != 0) {
            return status;
        }
    } while (ol_rp_micros() - begin <= TIMEOUT_US);
    return 0;
}

int32_t ol_rp_adc_read(unsigned input)
{
    if (input > OL_RP_ADC_TEMPERATURE) {
        return OL_E_ARG;
    }
    if (input < OL_RP_ADC_TEMPERATURE) {
        /* Digital input, output and pulls off. */
        RP_REG(RP_SIO_OE_CLEAR) = 1u << (FIRST_PIN + input);
        ol_rp_pin_setup(FIRST_PIN + input, RP_PAD_OFF, RP_FUNC_NONE);
    }
    uint32_t begin = ol_rp_micros();
    uint32_t ask = RP_ADC_ON | RP_ADC_TEMP_ON | RP_ADC_INPUT(input);
    RP_REG(RP_ADC_CS) = ask;
    uint32_t status = wait_ready(begin);
    if (status != 0) {
        RP_REG(RP_ADC_CS) = ask | RP_ADC_START;
        status = wait_ready(begin);
    }
    if (status == 0 || (status & RP_ADC_ERROR) != 0) {
        return OL_E_IO;
    }
    return (int32_t)(RP_REG(RP_ADC_RESULT) & 0xfffu);
}
