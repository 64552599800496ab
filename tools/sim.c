/* SPDX-License-Identifier: MIT */
#include "tools/sim.h"

#include <math.h>
#include <string.h>

#include "onelink/json/arith.h"

#define PI 3.14159265358979323846

static const char wave_options[] = "sine or ramp with min=NUMBER, max=NUMBER, "
                                   "period=SECONDS, parted by commas";
static const char counter_options[] =
    "counter with start=NUMBER, step=NUMBER, parted by commas";

struct name {
    const char *text;
    enum cli_sim_shape shape;
};

static const struct name shapes[] = {
    {"sine", CLI_SIM_SINE}, {"ramp", CLI_SIM_RAMP}, {"counter", CLI_SIM_COUNTER}};

/* The text up to the next comma; *rest is what follows it. */
static struct ol_str take(struct ol_str *rest)
{
    const char *comma = rest->len > 0 ? memchr(rest->ptr, ',', rest->len) : NULL;
    struct ol_str word = {rest->ptr, comma ? (size_t)(comma - rest->ptr) : rest->len};
    size_t used = word.len + (comma ? 1 : 0);
    rest->ptr += used;
    rest->len -= used;
    return word;
}

static struct ol_dec *member(struct cli_sim *s, struct ol_str name)
{
    bool counter = s->shape == CLI_SIM_COUNTER;
    if (ol_str_equal(name, ol_str_from(counter ? "start" : "min"))) {
        return &s->low;
    }
    if (ol_str_equal(name, ol_str_from(counter ? "step" : "max"))) {
        return &s->high;
    }
    return !counter && ol_str_equal(name, OL_STR("period")) ? &s->period : NULL;
}

static bool option_set(struct cli_sim *s, struct ol_str word, const char **reason)
{
    const char *equals = word.len > 0 ? memchr(word.ptr, '=', word.len) : NULL;
    size_t name_len = equals ? (size_t)(equals - word.ptr) : word.len;
    struct ol_dec *slot = member(s, ol_str_make(word.ptr, name_len));
    if (!equals || !slot) {
        *reason = "the simulation has no such option";
        return false;
    }
    struct ol_str number = {equals + 1, word.len - name_len - 1};
    if (ol_dec_decode(number, slot) != OL_OK) {
        *reason = "an option of the simulation is not a number";
        return false;
    }
    return true;
}

bool cli_sim_decode(struct ol_str text, struct cli_sim *out, const char **reason,
                    const char **allowed)
{
    struct ol_str name = take(&text);
    const struct name *found = NULL;
    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        if (ol_str_equal(name, ol_str_from(shapes[i].text))) {
            found = &shapes[i];
        }
    }
    *reason = "there is no such simulation";
    *allowed = "sim:sine, sim:ramp, sim:counter";
    if (!found) {
        return false;
    }
    *out = (struct cli_sim){.shape = found->shape, .high = {1, 0}, .period = {60, 0}};
    out->low.mantissa = found->shape == CLI_SIM_COUNTER;
    *allowed = found->shape == CLI_SIM_COUNTER ? counter_options : wave_options;
    while (text.len > 0) {
        if (!option_set(out, take(&text), reason)) {
            return false;
        }
    }
    if (ol_dec_compare(out->period, (struct ol_dec){0, 0}) <= 0) {
        *reason = "the period of the simulation is not above 0";
        return false;
    }
    if (out->shape != CLI_SIM_COUNTER && ol_dec_compare(out->low, out->high) > 0) {
        *reason = "the min of the simulation is above its max";
        return false;
    }
    return true;
}

static bool counter_next(struct cli_sim *s, struct ol_dec *out)
{
    struct ol_dec way;
    struct ol_dec readings = {(int64_t)s->readings, 0};
    if (ol_dec_multiply(readings, s->high, &way) != OL_OK ||
        ol_dec_add(s->low, way, out) != OL_OK) {
        return false;
    }
    s->readings++;
    return true;
}

bool cli_sim_next(struct cli_sim *s, ol_ms elapsed, struct ol_dec *out)
{
    if (s->shape == CLI_SIM_COUNTER) {
        return counter_next(s, out);
    }
    double low = ol_dec_to_double(s->low), high = ol_dec_to_double(s->high);
    double turns = (double)elapsed / 1000 / ol_dec_to_double(s->period);
    double share = s->shape == CLI_SIM_RAMP
                       ? turns - floor(turns)
                       : 0.5 + 0.5 * sin(2 * PI * (turns - floor(turns)));
    double value = (low + (high - low) * share) * 1000;
    if (!(fabs(value) < 1e15)) {
        return false;
    }
    s->readings++;
    *out = (struct ol_dec){llround(value), -3};
    return true;
}
