/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "firmware/app/private.h"

#define BUS_HZ_MIN 1000000u
#define STEP_DOWN  3 /* failures soon after each other before a slower clock is tried */
#define FLUSH_MS   100u

/* --- chip --------------------------------------------------------------------------- */

/* Locally administered, from the flash chip's number: FNV-1a, 64 bits. */
static void make_mac(struct app *app, uint8_t mac[6])
{
    uint8_t id[8];
    uint64_t hash = UINT64_C(0xCBF29CE484222325);
    app->machine->ops->unique_id(app->machine->ctx, id);
    for (size_t i = 0; i < sizeof(id); i++) {
        hash = (hash ^ id[i]) * UINT64_C(0x100000001B3);
    }
    mac[0] = 0x02;
    for (size_t i = 1; i < 6; i++) {
        mac[i] = (uint8_t)(hash >> (8 * i));
    }
}

void app_chip_set_clock(struct app *app, uint32_t hz)
{
    const struct app_machine *m = app->machine;
    app->chip.bus_hz = m->ops->set_bus_clock(m->ctx, hz);
}

static uint32_t base_clock(const struct app *app)
{
    const struct ol_settings *s = &app->settings.parsed;
    return ol_settings_is_set(s, OL_SETTING_KEY_SPI_HZ)
               ? ol_settings_number(s, OL_SETTING_KEY_SPI_HZ)
               : app->machine->bus_clock_hz;
}

void app_chip_start(struct app *app)
{
    struct app_chip *c = &app->chip;
    bool was_found = c->was_found;
    memset(c, 0, sizeof(*c));
    c->was_found = was_found;
    struct ol_str mac = ol_settings_text(&app->settings.parsed, OL_SETTING_KEY_MAC);
    if (mac.len == 0 || ol_setting_mac_decode(mac, c->mac) != OL_OK) {
        make_mac(app, c->mac);
    }
    app->base_hz = base_clock(app);
    app_chip_set_clock(app, app->base_hz);
    struct ol_w5500_config config = {.bus = app->machine->bus,
                                     .entropy = app->machine->entropy};
    memcpy(config.mac, c->mac, sizeof(config.mac));
    (void)!ol_w5500_init(&c->w5500, &config);
    ol_w5500_tcp_init(&c->tcp, &c->w5500);
    ol_w5500_udp_init(&c->udp, &c->w5500);
    ol_w5500_udp_init(&c->dhcp_udp, &c->w5500);
    c->netif = ol_w5500_netif(&c->w5500);
}

static enum app_message reason_of(uint8_t reason)
{
    return (enum app_message)(MSG_CHIP_BUS + reason - OL_W5500_REASON_BUS);
}

/* A clock that is too fast for the wires looks like a chip that is not there. */
static void chip_lost(struct app *app, uint8_t reason)
{
    struct app_chip *c = &app->chip;
    if (c->is_found) {
        WARN(app, MSG_CHIP_LOST, app_sub(reason_of(reason)));
        c->nag_at = ol_ms_add(app->now, APP_NAG_MS);
        c->no_link_at = 0;
        c->failures = app->now - c->found_at < APP_WELL_MS ? c->failures : 0;
    }
    c->is_found = false;
    c->reason = reason;
    c->failures++;
    if (c->failures % STEP_DOWN == 0) {
        app_chip_set_clock(app,
                           c->bus_hz / 2 >= BUS_HZ_MIN ? c->bus_hz / 2 : app->base_hz);
    }
}

static bool is_given_up(const struct app_chip *c)
{
    return !c->is_found && c->reason != OL_W5500_REASON_NONE;
}

/* What lasts is told: no chip each APP_NAG_MS, no link once after the chip was found. */
static void tell_what_lasts(struct app *app)
{
    struct app_chip *c = &app->chip;
    if (is_given_up(c) && app->now >= c->nag_at) {
        ERROR(app, MSG_CHIP_SILENT, app_sub(reason_of(c->reason)), app_count(c->bus_hz));
        if (!c->was_found) {
            ERROR(app, MSG_CHIP_BOARD, app_text(app->machine->board));
        }
        c->nag_at = ol_ms_add(app->now, APP_NAG_MS);
    }
    if (c->no_link_at > 0 && app->now >= c->no_link_at) {
        c->no_link_at = 0;
        WARN(app, MSG_LINK_DOWN);
    }
}

static ol_ms chip_deadline(const struct app_chip *c)
{
    ol_ms at = ol_w5500_deadline(&c->w5500);
    at = c->no_link_at > 0 ? ol_ms_min(at, c->no_link_at) : at;
    return is_given_up(c) ? ol_ms_min(at, c->nag_at) : at;
}

static void warn_wrong_at(struct app *app, uint32_t hz)
{
    WARN(app, MSG_TEST_BUS_BAD, app_count(hz));
}

/* Wires that turn a bit now and then let a chip be found; what they carry would be damaged. */
static void chip_found(struct app *app)
{
    struct app_chip *c = &app->chip;
    c->is_found = true;
    c->was_found = true;
    c->found_at = app->now;
    c->no_link_at = ol_ms_add(app->now, APP_NO_LINK_MS);
    uint32_t hz = c->bus_hz;
    if (!c->is_settled) {
        c->is_settled = true;
        if (app_bus_settle(app, warn_wrong_at) == 0 || c->bus_hz != hz) {
            return; /* found once more soon */
        }
    }
    INFO(app, MSG_CHIP_FOUND, app_count(c->bus_hz));
}

static void chip_step(struct app *app)
{
    const struct app_machine *m = app->machine;
    struct app_chip *c = &app->chip;
    struct ol_w5500_event ev;
    if (m->ops->chip_interrupt(m->ctx)) {
        ol_w5500_interrupt(&c->w5500);
    }
    ol_w5500_step(&c->w5500, app->now);
    while (ol_w5500_next_event(&c->w5500, &ev)) {
        switch (ev.type) {
        case OL_W5500_EVENT_FOUND:
            chip_found(app);
            break;
        case OL_W5500_EVENT_LOST:
            chip_lost(app, (uint8_t)ev.reason);
            break;
        case OL_W5500_EVENT_LINK_UP:
            c->no_link_at = 0;
            INFO(app, MSG_LINK_UP);
            break;
        case OL_W5500_EVENT_LINK_DOWN:
            WARN(app, MSG_LINK_DOWN);
            break;
        }
    }
    tell_what_lasts(app);
}

/* --- beginning and ending ----------------------------------------------------------- */

/* Tells everything that keeps the settings from being used. true: there is nothing. */
static bool is_complete(struct app *app)
{
    struct app_fault fault = {.reason = MSG_OK};
    uint8_t next = 0;
    bool complete = true;
    while (ol_settings_check_next(&app->settings.parsed, &next, &fault.err) != OL_OK) {
        if (complete) {
            WARN(app, MSG_UNCONFIGURED);
        }
        complete = false;
        app_fault_log(app, &fault, false);
    }
    if (complete && app->model.property_count == 0) {
        WARN(app, MSG_UNCONFIGURED);
        WARN(app, MSG_FAULT_NOTHING);
        complete = false;
    }
    return complete;
}

static bool open_agent(struct app *app)
{
    enum ol_agent_error error = OL_AGENT_ERROR_NONE;
    app_config_make(app, &app->config);
    if (ol_agent_init(&app->agent, &app->config, &error) != OL_OK) {
        ERROR(app, MSG_AGENT_ERROR, app_text(ol_agent_error_str(error)));
        return false;
    }
    for (uint16_t i = 0; i < app->model.property_count; i++) {
        bool pin = app_command_pin(app->bindings[i].command, 0) >= 0;
        (void)!ol_agent_set_policy(&app->agent, i, pin ? OL_AGENT_ASK : OL_AGENT_KEEP);
    }
    ol_agent_open(&app->agent, app->now);
    return true;
}

void app_net_start(struct app *app)
{
    const struct ol_settings *s = &app->settings.parsed;
    app_chip_start(app);
    app_property_load(app);
    app->interval_ms = ol_settings_number(s, OL_SETTING_KEY_REPORT_INTERVAL_S) * 1000;
    app->sample_at = app->now;
    app->memory = (struct app_memory){.reply_id = 0};
    app->phase = is_complete(app) && open_agent(app) ? APP_ACTIVE : APP_IDLE;
}

void app_net_end(struct app *app, enum app_after after)
{
    bool was_ending = app->phase == APP_ENDING;
    if (app->phase == APP_ACTIVE) {
        ol_agent_close(&app->agent, app->now);
        app->has_agent = true;
    } else if (app->phase == APP_IDLE) {
        app->has_agent = false;
    }
    app->after = was_ending && app->after > after ? app->after : after;
    app->phase = APP_ENDING;
    app->end_at = ol_ms_add(app->now, APP_GOODBYE_MS);
    app->flush_until = ol_ms_add(app->now, FLUSH_MS);
}

static bool is_over(const struct app *app)
{
    if (app->now >= app->end_at) {
        return true;
    }
    bool quiet = !app->has_agent || ol_agent_get_state(&app->agent) == OL_AGENT_CLOSED;
    return quiet && (app->after == APP_AFTER_RESTART || app->now >= app->flush_until);
}

static void finish(struct app *app)
{
    const struct app_machine *m = app->machine;
    if (app->after == APP_AFTER_REBOOT) {
        m->ops->reboot(m->ctx, APP_REBOOT_NORMAL);
    } else if (app->after == APP_AFTER_BOOTSEL) {
        m->ops->reboot(m->ctx, APP_REBOOT_BOOTSEL);
    }
    app_start(app); /* also where a test's reboot returns */
}

/* --- turn --------------------------------------------------------------------------- */

static void agent_step(struct app *app)
{
    const struct ol_clock *clock = &app->machine->clock;
    struct ol_agent_event ev;
    ol_agent_step(&app->agent, app->now, clock->ops->wall(clock->ctx));
    while (ol_agent_next_event(&app->agent, &ev)) {
        if (ev.kind == OL_AGENT_EVENT_SET) {
            app_property_obey(app, &ev);
        } else {
            app_tell(app, &ev);
        }
    }
}

/* Readings stand at whole intervals; those missed are not made up. */
static void sample(struct app *app)
{
    if (app->now >= app->sample_at) {
        app_property_sample(app);
        ol_ms missed = (app->now - app->sample_at) / app->interval_ms;
        app->sample_at += (missed + 1) * app->interval_ms;
    }
}

void app_net_step(struct app *app)
{
    chip_step(app);
    if (app->phase == APP_ACTIVE) {
        agent_step(app);
        sample(app);
    } else if (app->phase == APP_ENDING) {
        if (app->has_agent) {
            agent_step(app);
        }
        if (is_over(app)) {
            finish(app);
        }
    }
}

ol_ms app_net_deadline(const struct app *app)
{
    ol_ms at = chip_deadline(&app->chip);
    if (app->phase == APP_ACTIVE) {
        at = ol_ms_min(at, app->sample_at);
    }
    if (app->phase == APP_ENDING) {
        at = ol_ms_min(at, app->flush_until > app->now ? app->flush_until : app->end_at);
    }
    if (app->phase == APP_ACTIVE || (app->phase == APP_ENDING && app->has_agent)) {
        at = ol_ms_min(at, ol_agent_deadline(&app->agent));
    }
    return at;
}
