/* SPDX-License-Identifier: MIT */
#include "firmware/app/private.h"

/* What the LED tells, unless a property has it: the chip is missing (fast), not configured (two
 * flashes), no cable (one flash), connecting (even), login refused (three flashes), online (lit).
 * A pattern is a list of times in units of 10 ms, lit first. */

#define UNIT_MS 10
#define FLASH   10
#define GAP     20
#define PAUSE   150

enum pattern { CHIP, UNCONFIGURED, LINK, CONNECTING, REFUSED, ONLINE };

static const uint8_t times[][7] = {
    [CHIP] = {5, 5},
    [UNCONFIGURED] = {FLASH, GAP, FLASH, PAUSE},
    [LINK] = {FLASH, PAUSE},
    [CONNECTING] = {50, 50},
    [REFUSED] = {FLASH, GAP, FLASH, GAP, FLASH, PAUSE},
    [ONLINE] = {0},
};

static enum pattern pattern_of(const struct app *app)
{
    if (!app->chip.is_found) {
        return CHIP;
    }
    if (app->phase == APP_IDLE) {
        return UNCONFIGURED;
    }
    switch (ol_agent_get_state(&app->agent)) {
    case OL_AGENT_ONLINE:
        return ONLINE;
    case OL_AGENT_LINK:
        return LINK;
    case OL_AGENT_BACKOFF:
        return app->memory.cause == OL_AGENT_CAUSE_REJECTED ? REFUSED : CONNECTING;
    default:
        return CONNECTING;
    }
}

static void light(struct app *app, bool lit)
{
    const struct app_machine *m = app->machine;
    if (lit != app->led.is_lit) {
        app->led.is_lit = lit;
        (void)m->ops->gpio_write(m->ctx, app->led.pin, lit);
    }
}

void app_led_start(struct app *app)
{
    const struct app_machine *m = app->machine;
    const struct ol_settings *s = &app->settings.parsed;
    light(app, false); /* the pin may be another one now */
    app->led.pin = ol_settings_is_set(s, OL_SETTING_KEY_LED_PIN)
                       ? ol_settings_number(s, OL_SETTING_KEY_LED_PIN)
                       : m->ops->led_pin(m->ctx);
    app->led.is_lit = true;
    app->led.next_at = 0;
    light(app, false);
}

void app_led_set(struct app *app, bool lit)
{
    app->led.wanted = lit;
    light(app, lit);
}

/* Where the pattern stands: lit or not, and until when. */
static bool place(const struct app *app, enum pattern pattern, ol_ms *until)
{
    const uint8_t *t = times[pattern];
    uint32_t total = 0, in, end;
    unsigned i = 0;
    for (unsigned k = 0; t[k] > 0; k++) {
        total += t[k] * UNIT_MS;
    }
    if (total == 0) {
        *until = OL_NEVER;
        return true;
    }
    in = (uint32_t)((app->now - app->led.began_at) % total);
    for (end = t[0] * UNIT_MS; in >= end; end += t[i] * UNIT_MS) {
        i++;
    }
    *until = app->now + (end - in);
    return i % 2 == 0;
}

void app_led_step(struct app *app)
{
    enum pattern pattern = pattern_of(app);
    if (app->led.is_bound && app->chip.is_found && pattern != UNCONFIGURED) {
        app->led.next_at = OL_NEVER;
        light(app, app->led.wanted);
        return;
    }
    if (pattern != app->led.pattern) {
        app->led.pattern = (uint8_t)pattern;
        app->led.began_at = app->now;
    } else if (app->now < app->led.next_at) {
        return;
    }
    light(app, place(app, pattern, &app->led.next_at));
}
