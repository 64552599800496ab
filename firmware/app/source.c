/* SPDX-License-Identifier: MIT */
#include "firmware/app/source.h"

#include <string.h>

#include "firmware/app/sensor.h"
#include "onelink/json/arith.h"

#define ADC_TEMPERATURE 4
#define PIN_MAX         29
#define SHARE_ONE       10000 /* of a simulated wave */

enum kind { NONE, TEMPERATURE, LED, ADC, GPIO, SENSOR, SIM, SINE, RAMP, COUNTER };

/* What a simulated source has behind its name: its place in struct source. */
enum option { LOW, HIGH, PERIOD, OPTIONS };

struct source {
    enum kind kind;
    unsigned number; /* input, pin, index of the sensor */
    struct ol_dec option[OPTIONS];
};

static struct ol_str after(struct ol_str s, size_t n)
{
    return (struct ol_str){s.ptr + n, s.len - n};
}

static bool add(struct ol_dec *sum, const struct ol_dec *other)
{
    return ol_dec_add(*sum, *other, sum) == OL_OK;
}

static bool multiply(struct ol_dec *product, const struct ol_dec *other)
{
    return ol_dec_multiply(*product, *other, product) == OL_OK;
}

/* --- simulated ---------------------------------------------------------------------- */

static bool take_option(struct source *s, struct ol_str word)
{
    static const struct {
        const char *text;
        bool of_counter;
        uint8_t option;
    } names[] = {{"start=", true, LOW},
                 {"step=", true, HIGH},
                 {"min=", false, LOW},
                 {"max=", false, HIGH},
                 {"period=", false, PERIOD}};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct ol_str name = ol_str_from(names[i].text);
        if (names[i].of_counter == (s->kind == COUNTER) &&
            ol_str_has_prefix(word, name)) {
            return ol_dec_decode(after(word, name.len), &s->option[names[i].option]) ==
                   OL_OK;
        }
    }
    return false;
}

/* "sine,min=18,max=28,period=60" */
static bool take_sim(struct ol_str text, struct source *s)
{
    static const char *const names[] = {"sine", "ramp", "counter"};
    struct ol_str name = ol_setting_list_next(&text);
    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (ol_str_equal(name, ol_str_from(names[i]))) {
            s->kind = (enum kind)(SINE + i);
        }
    }
    s->option[LOW] = (struct ol_dec){s->kind == COUNTER, 0};
    s->option[HIGH] = (struct ol_dec){1, 0};
    s->option[PERIOD] = (struct ol_dec){60, 0};
    while (text.len > 0) {
        if (!take_option(s, ol_setting_list_next(&text))) {
            return false;
        }
    }
    return s->kind != SIM &&
           ol_dec_compare(s->option[PERIOD], (struct ol_dec){1, -3}) >= 0 &&
           (s->kind == COUNTER || ol_dec_compare(s->option[LOW], s->option[HIGH]) <= 0);
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
    struct ol_dec ms = s->option[PERIOD];
    int64_t period = 0;
    ms.exponent += 3;
    if (ol_dec_to_int64(ms, &period) != OL_OK || period < 1 || period > UINT32_MAX) {
        period = 60000;
    }
    bool sine_wave = s->kind == SINE;
    uint64_t in = elapsed % (uint64_t)period;
    uint32_t share =
        (uint32_t)(in * (sine_wave ? 65536u : (uint32_t)SHARE_ONE) / (uint64_t)period);
    return sine_wave ? sine_share(share) : (int32_t)share;
}

static bool sim_read(const struct source *s, uint32_t readings, ol_ms elapsed,
                     struct ol_dec *out)
{
    struct ol_dec share = {readings, 0};
    *out = s->option[HIGH];
    if (s->kind != COUNTER) {
        struct ol_dec below = {-s->option[LOW].mantissa, s->option[LOW].exponent};
        share = (struct ol_dec){sim_share(s, elapsed), -4};
        if (!add(out, &below)) {
            return false;
        }
    }
    return multiply(out, &share) && add(out, &s->option[LOW]);
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

/* What stands behind the name of a source. MSG_OK, or what is wrong. */
static enum app_message take_rest(struct ol_str rest, unsigned max, struct source *s)
{
    uint64_t n = 0;
    bool good = rest.len == 0;
    if (s->kind == SIM) {
        return take_sim(rest, s) ? MSG_OK : MSG_FAULT_SIM;
    }
    if (s->kind == SENSOR) {
        good = find_sensor(rest, &s->number);
    } else if (s->kind >= ADC) {
        good = ol_dec_u64(rest, &n) == OL_OK && n <= max;
        s->number = (unsigned)n;
    }
    return good ? MSG_OK : MSG_FAULT_SOURCE;
}

/* MSG_OK, or what is wrong. */
static enum app_message decode(struct ol_str text, struct source *s)
{
    static const struct {
        const char *text;
        uint8_t kind;
        uint8_t max;
    } names[] = {{"chip_temperature", TEMPERATURE, 0},
                 {"led", LED, 0},
                 {"adc:", ADC, ADC_TEMPERATURE - 1},
                 {"gpio:", GPIO, PIN_MAX},
                 {"sensor:", SENSOR, 0},
                 {"sim:", SIM, 0}};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct ol_str name = ol_str_from(names[i].text);
        if (ol_str_has_prefix(text, name)) {
            s->kind = (enum kind)names[i].kind;
            return take_rest(after(text, name.len), names[i].max, s);
        }
    }
    return MSG_FAULT_SOURCE;
}

/* The machine has this pin or input free. */
static bool is_free(const struct app_machine *m, const struct source *s)
{
    return (s->kind != GPIO || m->ops->gpio_read(m->ctx, s->number) >= 0) &&
           (s->kind != ADC || m->ops->adc_read(m->ctx, s->number) >= 0);
}

enum app_message app_source_check(const struct app_machine *machine, struct ol_str source,
                                  enum app_message *allowed)
{
    struct source s;
    enum app_message wrong = decode(source, &s);
    *allowed = wrong == MSG_FAULT_SIM ? MSG_ALLOWED_SIM : MSG_ALLOWED_SOURCE;
    return wrong == MSG_OK && !is_free(machine, &s) ? MSG_FAULT_PIN : wrong;
}

enum ol_setting_property_type app_source_type(struct ol_str source)
{
    struct source s = {.kind = NONE};
    (void)decode(source, &s);
    return s.kind == LED || s.kind == GPIO ? OL_SETTING_PROPERTY_BOOL
           : s.kind == ADC                 ? OL_SETTING_PROPERTY_INT32
                                           : OL_SETTING_PROPERTY_FLOAT;
}

static bool decode_command(struct ol_str text, struct source *s)
{
    return decode(text, s) == MSG_OK && (s->kind == LED || s->kind == GPIO);
}

int32_t app_command_pin(struct ol_str command, unsigned led_pin)
{
    struct source s;
    if (!decode_command(command, &s)) {
        return OL_E_NOENT;
    }
    return (int32_t)(s.kind == LED ? led_pin : s.number);
}

enum app_message app_command_check(const struct app_machine *machine,
                                   struct ol_str command, enum app_message *allowed)
{
    struct source s;
    *allowed = MSG_ALLOWED_COMMAND;
    if (decode_command(command, &s)) {
        return is_free(machine, &s) ? MSG_OK : MSG_FAULT_PIN;
    }
    return ol_str_equal(command, OL_STR("keep")) ? MSG_OK : MSG_FAULT_COMMAND;
}

/* --- reading ------------------------------------------------------------------------ */

int32_t app_chip_temperature(int32_t raw)
{
    /* 3.3 V / 4096 are 103125 / 128 uV, 1.721 mV a degree 172.1 uV a tenth. Counted from 5000
     * tenths below 27 C, so that nothing is negative. */
    uint32_t uv = (uint32_t)raw * 103125u / 128u;
    return 270 + 5000 - (int32_t)((uv * 10 + 1721u * 5000u - 7060000u + 860u) / 1721u);
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
    case SIM:
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
        ol_dec_decode(binding->offset, &offset) != OL_OK || !add(out, &offset) ||
        !multiply(out, &scale)) {
        return MSG_VALUE_LONG;
    }
    return MSG_OK;
}
