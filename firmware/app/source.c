/* SPDX-License-Identifier: MIT */
#include "firmware/app/source.h"

#include <string.h>

#include "firmware/app/sensor.h"
#include "onelink/json/arith.h"

#define ADC_TEMPERATURE 4
#define PIN_MAX         29
#define SHARE_ONE       10000 /* of a simulated wave */

enum kind { NONE, TEMPERATURE, ADC, GPIO, LED, SENSOR, SINE, RAMP, COUNTER };

struct source {
    enum kind kind;
    unsigned number; /* input, pin, index of the sensor */
    struct ol_dec low;
    struct ol_dec high;
    struct ol_dec period;
};

static struct ol_str after(struct ol_str s, size_t n)
{
    return (struct ol_str){s.ptr + n, s.len - n};
}

static bool take_number(struct ol_str text, const char *prefix, unsigned max,
                        unsigned *out)
{
    uint64_t n;
    size_t len = strlen(prefix);
    if (!ol_str_has_prefix(text, (struct ol_str){prefix, len}) ||
        ol_dec_u64(after(text, len), &n) != OL_OK || n > max) {
        return false;
    }
    *out = (unsigned)n;
    return true;
}

/* --- simulated ---------------------------------------------------------------------- */

static struct ol_dec *option_of(struct source *s, struct ol_str name)
{
    bool counter = s->kind == COUNTER;
    if (ol_str_equal(name, counter ? OL_STR("start") : OL_STR("min"))) {
        return &s->low;
    }
    if (ol_str_equal(name, counter ? OL_STR("step") : OL_STR("max"))) {
        return &s->high;
    }
    return !counter && ol_str_equal(name, OL_STR("period")) ? &s->period : NULL;
}

static bool take_option(struct source *s, struct ol_str word)
{
    const char *equals = word.len > 0 ? memchr(word.ptr, '=', word.len) : NULL;
    if (!equals) {
        return false;
    }
    size_t name_len = (size_t)(equals - word.ptr);
    struct ol_dec *slot = option_of(s, (struct ol_str){word.ptr, name_len});
    return slot && ol_dec_decode(after(word, name_len + 1), slot) == OL_OK;
}

/* "sine,min=18,max=28,period=60" */
static bool take_sim(struct ol_str text, struct source *s)
{
    struct ol_str name = ol_setting_list_next(&text);
    s->kind = ol_str_equal(name, OL_STR("sine"))      ? SINE
              : ol_str_equal(name, OL_STR("ramp"))    ? RAMP
              : ol_str_equal(name, OL_STR("counter")) ? COUNTER
                                                      : NONE;
    s->low = (struct ol_dec){s->kind == COUNTER, 0};
    s->high = (struct ol_dec){1, 0};
    s->period = (struct ol_dec){60, 0};
    while (text.len > 0) {
        if (!take_option(s, ol_setting_list_next(&text))) {
            return false;
        }
    }
    return s->kind != NONE && ol_dec_compare(s->period, (struct ol_dec){1, -3}) >= 0 &&
           (s->kind == COUNTER || ol_dec_compare(s->low, s->high) <= 0);
}

/* A quarter of a sine, in SHARE_ONE / 2. */
static const int16_t sine[17] = {0,    490,  975,  1451, 1913, 2357, 2778, 3172, 3536,
                                 3865, 4157, 4410, 4619, 4785, 4904, 4976, 5000};

/* The sine at turn / 65536 of a turn, 0 .. SHARE_ONE. */
static int32_t sine_share(uint32_t turn)
{
    uint32_t quarter = turn >> 14, in = turn & 0x3FFF;
    in = quarter & 1 ? 0x4000 - in : in;
    int32_t value = sine[in >> 10];
    if (in < 0x4000) {
        value += (sine[(in >> 10) + 1] - value) * (int32_t)(in & 1023) / 1024;
    }
    return SHARE_ONE / 2 + (quarter < 2 ? value : -value);
}

static int32_t sim_share(const struct source *s, ol_ms elapsed)
{
    struct ol_dec ms;
    int64_t period = 0;
    if (ol_dec_multiply(s->period, (struct ol_dec){1000, 0}, &ms) != OL_OK ||
        ol_dec_to_int64((struct ol_dec){ms.mantissa, ms.exponent}, &period) != OL_OK ||
        period < 1 || period > UINT32_MAX) {
        period = 60000;
    }
    uint64_t in = elapsed % (uint64_t)period;
    return s->kind == SINE ? sine_share((uint32_t)((in << 16) / (uint64_t)period))
                           : (int32_t)(in * SHARE_ONE / (uint64_t)period);
}

static bool sim_read(const struct source *s, uint32_t readings, ol_ms elapsed,
                     struct ol_dec *out)
{
    struct ol_dec way = s->high, share = {readings, 0};
    if (s->kind != COUNTER) {
        share = (struct ol_dec){sim_share(s, elapsed), -4};
        if (ol_dec_add(s->high, (struct ol_dec){-s->low.mantissa, s->low.exponent},
                       &way) != OL_OK) {
            return false;
        }
    }
    return ol_dec_multiply(way, share, &way) == OL_OK &&
           ol_dec_add(s->low, way, out) == OL_OK;
}

/* --- decoding ----------------------------------------------------------------------- */

static bool find_sensor(struct ol_str name, unsigned *index)
{
    for (size_t i = 0; i < app_sensor_count; i++) {
        if (ol_str_equal(name, ol_str_from(app_sensors[i]->name))) {
            *index = (unsigned)i;
            return true;
        }
    }
    return false;
}

/* MSG_OK, or what is wrong. */
static enum app_message decode(struct ol_str text, struct source *s)
{
    *s = (struct source){.kind = NONE};
    if (ol_str_equal(text, OL_STR("chip_temperature"))) {
        s->kind = TEMPERATURE;
    } else if (ol_str_equal(text, OL_STR("led"))) {
        s->kind = LED;
    } else if (take_number(text, "adc:", ADC_TEMPERATURE - 1, &s->number)) {
        s->kind = ADC;
    } else if (take_number(text, "gpio:", PIN_MAX, &s->number)) {
        s->kind = GPIO;
    } else if (ol_str_has_prefix(text, OL_STR("sensor:")) &&
               find_sensor(after(text, 7), &s->number)) {
        s->kind = SENSOR;
    } else if (ol_str_has_prefix(text, OL_STR("sim:"))) {
        return take_sim(after(text, 4), s) ? MSG_OK : MSG_FAULT_SIM;
    } else {
        return MSG_FAULT_SOURCE;
    }
    return MSG_OK;
}

enum app_message app_source_check(const struct app_machine *machine, struct ol_str source,
                                  enum app_message *allowed)
{
    struct source s;
    enum app_message wrong = decode(source, &s);
    *allowed = wrong == MSG_FAULT_SIM ? MSG_ALLOWED_SIM : MSG_ALLOWED_SOURCE;
    if (wrong == MSG_OK && s.kind == GPIO &&
        machine->ops->gpio_read(machine->ctx, s.number) < 0) {
        return MSG_FAULT_PIN;
    }
    if (wrong == MSG_OK && s.kind == ADC &&
        machine->ops->adc_read(machine->ctx, s.number) < 0) {
        return MSG_FAULT_PIN;
    }
    return wrong;
}

int32_t app_command_pin(struct ol_str command, unsigned led_pin)
{
    unsigned pin;
    if (ol_str_equal(command, OL_STR("led"))) {
        return (int32_t)led_pin;
    }
    return take_number(command, "gpio:", PIN_MAX, &pin) ? (int32_t)pin : OL_E_NOENT;
}

enum app_message app_command_check(const struct app_machine *machine,
                                   struct ol_str command, enum app_message *allowed)
{
    *allowed = MSG_ALLOWED_COMMAND;
    int32_t pin = app_command_pin(command, 0);
    if (pin < 0) {
        return ol_str_equal(command, OL_STR("keep")) ? MSG_OK : MSG_FAULT_COMMAND;
    }
    if (!ol_str_equal(command, OL_STR("led")) &&
        machine->ops->gpio_read(machine->ctx, (unsigned)pin) < 0) {
        return MSG_FAULT_PIN;
    }
    return MSG_OK;
}

/* --- reading ------------------------------------------------------------------------ */

int32_t app_chip_temperature(int32_t raw)
{
    int32_t above_uv = (int32_t)((int64_t)raw * 3300000 / 4096) - 706000;
    int32_t scaled = above_uv * 10;
    return 270 - (scaled + (scaled < 0 ? -860 : 860)) / 1721;
}

static int32_t read_plain(const struct source *s, struct app_binding *binding,
                          const struct app_reading *r, struct ol_dec *out)
{
    const struct app_machine *m = r->machine;
    int32_t n = 0;
    *out = (struct ol_dec){0, 0};
    switch (s->kind) {
    case TEMPERATURE:
        n = m->ops->adc_read(m->ctx, ADC_TEMPERATURE);
        *out = (struct ol_dec){app_chip_temperature(n), -1};
        return n;
    case ADC:
        n = m->ops->adc_read(m->ctx, s->number);
        out->mantissa = n;
        return n;
    case GPIO:
        n = m->ops->gpio_read(m->ctx, s->number);
        out->mantissa = n;
        return n;
    case LED:
        out->mantissa = r->is_led_lit;
        return OL_OK;
    case SENSOR:
        return app_sensors[s->number]->read(m, out);
    case NONE:
        return OL_E_NOENT;
    case SINE:
    case RAMP:
    case COUNTER:
        break;
    }
    return sim_read(s, binding->readings++, r->elapsed, out) ? OL_OK : OL_E_NOSPC;
}

enum app_message app_source_read(struct app_binding *binding,
                                 const struct app_reading *reading, struct ol_dec *out)
{
    struct source s;
    struct ol_dec scale, offset;
    if (decode(binding->source, &s) != MSG_OK ||
        read_plain(&s, binding, reading, out) < 0) {
        return MSG_VALUE_READ;
    }
    if (ol_dec_decode(binding->scale, &scale) != OL_OK ||
        ol_dec_decode(binding->offset, &offset) != OL_OK ||
        ol_dec_add(*out, offset, out) != OL_OK ||
        ol_dec_multiply(*out, scale, out) != OL_OK) {
        return MSG_VALUE_LONG;
    }
    return MSG_OK;
}
