/* SPDX-License-Identifier: MIT */
#include "firmware/app/private.h"

#define HEX_SHOWN 18

static const char *mac_text(char text[HEX_SHOWN], const uint8_t mac[6])
{
    static const char digits[] = "0123456789abcdef";
    for (unsigned i = 0; i < 6; i++) {
        text[3 * i] = digits[mac[i] >> 4];
        text[3 * i + 1] = digits[mac[i] & 15];
        text[3 * i + 2] = ':';
    }
    text[HEX_SHOWN - 1] = '\0';
    return text;
}

static bool has_agent(const struct app *app)
{
    return app->phase == APP_ACTIVE || (app->phase == APP_ENDING && app->has_agent);
}

void app_boot_put(struct app *app)
{
    struct app_boot boot = app->machine->ops->boot(app->machine->ctx);
    PUT(app, (enum app_message)(MSG_RESET_POWER + (int)boot.cause),
        app_hex(boot.crash_pc), app_hex(boot.crash_lr), app_count(boot.failed_in_a_row));
}

static void say_reset(struct app *app)
{
    app_line_begin(app);
    app_boot_put(app);
    app_line_say(app);
}

static void say_chip(struct app *app)
{
    const struct ol_w5500_stats *s = ol_w5500_get_stats(&app->chip.w5500);
    if (app->chip.is_found) {
        ANSWER(app, MSG_ST_CHIP_OK, app_count(app->chip.bus_hz), app_count(s->resets));
    } else {
        ANSWER(app, MSG_ST_CHIP_NO);
    }
}

static void say_link(struct app *app)
{
    char mac[HEX_SHOWN];
    bool up = app->chip.netif.ops->is_link_up(app->chip.netif.ctx);
    ANSWER(app, MSG_ST_LINK, app_sub(up ? MSG_ST_UP : MSG_ST_DOWN),
           app_text(mac_text(mac, app->chip.mac)));
}

static void say_address(struct app *app)
{
    char address[OL_ADDR_TEXT_CAP], gateway[OL_ADDR_TEXT_CAP];
    struct ol_netif_config c;
    app->chip.netif.ops->get_config(app->chip.netif.ctx, &c);
    if (c.address.family == OL_ADDR_NONE) {
        ANSWER(app, MSG_ST_NO_ADDRESS);
        return;
    }
    ANSWER(app, MSG_ST_ADDRESS, app_text(app_addr_encode(address, &c.address)),
           app_count(c.prefix_len), app_text(app_addr_encode(gateway, &c.gateway)),
           app_sub(app->is_static ? MSG_ST_STATIC : MSG_ST_DHCP));
}

static void say_dns(struct app *app)
{
    char text[OL_NETIF_SERVERS_MAX][OL_ADDR_TEXT_CAP];
    struct ol_netif_config c;
    app->chip.netif.ops->get_config(app->chip.netif.ctx, &c);
    ANSWER(app, MSG_ST_DNS, app_text(app_addr_encode(text[0], &c.dns[0])),
           app_text(app_addr_encode(text[1], &c.dns[1])),
           app_text(app_addr_encode(text[2], &c.dns[2])));
}

static void say_clock(struct app *app)
{
    char text[APP_DATE_CAP];
    struct ol_wall_time wall = {0, OL_CLOCK_NONE};
    if (has_agent(app)) {
        wall = ol_agent_get_wall(&app->agent);
    }
    if (wall.quality == OL_CLOCK_NONE) {
        ANSWER(app, MSG_ST_NO_CLOCK);
    } else {
        ANSWER(app, MSG_ST_CLOCK, app_text(app_date_encode(text, wall.unix_ms)));
    }
}

static void say_login(struct app *app)
{
    if (app->phase == APP_IDLE) {
        ANSWER(app, MSG_UNCONFIGURED_SHORT);
        return;
    }
    enum ol_agent_state state =
        has_agent(app) ? ol_agent_get_state(&app->agent) : OL_AGENT_CLOSED;
    ANSWER(app, MSG_ST_LOGIN, app_sub((enum app_message)(MSG_AGENT_CLOSED + (int)state)),
           app_sub((enum app_message)(MSG_CAUSE_NONE + (int)app->memory.cause)));
}

static void say_reply(struct app *app)
{
    const int32_t *codes = app->memory.reply_codes;
    if (codes[0] == 0) {
        ANSWER(app, MSG_ST_NO_REPLY);
        return;
    }
    app_line_begin(app);
    PUT(app, MSG_ST_REPLY, app_wide(&app->memory.reply_id), app_number(codes[0]));
    for (unsigned i = 1; i < APP_REPLIES && codes[i] != 0; i++) {
        PUT(app, i == 1 ? MSG_ST_BEFORE : MSG_ST_AND, app_number(codes[i]));
    }
    app_line_say(app);
}

static void say_values(struct app *app)
{
    if (has_agent(app)) {
        const struct ol_agent_stats *s = ol_agent_get_stats(&app->agent);
        ANSWER(app, MSG_ST_VALUES, app_count(s->accepted), app_count(s->delivered),
               app_count(ol_agent_get_waiting(&app->agent)),
               app_count(s->refused_full + s->refused_value + s->refused_aside +
                         s->dropped_aside));
    }
}

static void say_counters(struct app *app)
{
    if (has_agent(app)) {
        const struct ol_agent_stats *s = ol_agent_get_stats(&app->agent);
        ANSWER(app, MSG_ST_COUNTERS, app_count(s->posts), app_count(s->reposts),
               app_count(s->logins), app_count(s->online), app_count(s->commands));
    }
}

static void say_spi(struct app *app)
{
    const struct ol_w5500_stats *s = ol_w5500_get_stats(&app->chip.w5500);
    ANSWER(app, MSG_ST_SPI, app_count(s->frames), app_count(s->bytes),
           app_count(ol_record_damaged(&app->settings.store)));
}

static void say_settings(struct app *app)
{
    ANSWER(app, MSG_ST_SETTINGS, app_count(app->settings.edited.len),
           app_count(APP_TEXT_CAP), app_count(app->model.property_count),
           app_count(APP_PROPERTY_MAX),
           app->settings.is_unsaved ? app_sub(MSG_ST_UNSAVED) : app_text(""));
}

static void say_who(struct app *app)
{
    ANSWER(app, MSG_BANNER, app_text(app->machine->version),
           app_text(app->machine->board));
}

static void say_uptime(struct app *app)
{
    ANSWER(app, MSG_ST_UPTIME, app_count((uint32_t)(app->now / 1000)));
}

bool app_status_next(struct app *app, unsigned index)
{
    static void (*const lines[])(struct app * app) = {
        say_who,     say_reset,    say_uptime, say_chip,    say_link,
        say_address, say_dns,      say_clock,  say_login,   say_reply,
        say_values,  say_counters, say_spi,    say_settings};
    lines[index](app);
    return index + 1 < sizeof(lines) / sizeof(lines[0]);
}
