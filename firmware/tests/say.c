/* SPDX-License-Identifier: MIT */
#include "firmware/tests/say.h"

#include <string.h>

static const struct app_machine *m;

void say_on(const struct app_machine *machine)
{
    m = machine;
}

void say(const char *text)
{
    while (*text != '\0') {
        text += m->ops->console_write(m->ctx, APP_CONSOLE_UART, text, strlen(text));
    }
}

void say_number(const char *name, uint32_t value)
{
    char line[16];
    size_t at = sizeof line;
    line[--at] = '\0';
    do {
        line[--at] = (char)('0' + value % 10u);
        value /= 10u;
    } while (value != 0);
    say(" ");
    say(name);
    say("=");
    say(line + at);
}
