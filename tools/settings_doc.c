/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "onelink/agent/settings.h"
#include "tools/commands.h"
#include "tools/options.h"

static const char usage[] = "usage: onelink settings-doc\n"
                            "\n"
                            "Prints docs/settings.md.\n";

static const char head[] =
    "# Settings\n"
    "\n"
    "Made from the table in onelink/agent/settings_rows.h by `onelink\n"
    "settings-doc`; change it there.\n"
    "\n"
    "A settings file has one setting a line, `key = value`. `#` begins a\n"
    "comment, at the beginning of a line or behind a blank. A value in double\n"
    "or single quotes may hold blanks at its ends, `#` and the other kind of\n"
    "quote; there are no escapes. Each setting stands at most once. Needed are\n"
    "`product_id`, `device_name`, and exactly one of `device_key`,\n"
    "`device_key_file`, `product_key`, `product_key_file`, `token`,\n"
    "`token_file`. Files with a key or a token must be readable by their owner\n"
    "alone (`chmod 600`); paths are relative to the folder in which onelink was\n"
    "started.\n"
    "\n"
    "`onelink run` and the firmware of a board share one table. `where` says which\n"
    "of them a setting is for: `run`, `board`, or both where it is empty. On a board\n"
    "a setting is set on the serial console, `set KEY VALUE` and then `save`; keys\n"
    "and tokens can be set and not be read back. The text of all settings of a board\n"
    "is at most 2048 bytes, with at most 16 properties.\n"
    "\n"
    "```\n"
    "product_id        = AbCdEf1234\n"
    "device_name       = greenhouse-1\n"
    "device_key_file   = /etc/onelink/greenhouse-1.key\n"
    "model             = /etc/onelink/model.json\n"
    "report_interval_s = 10\n"
    "\n"
    "property.temp.source = file:/sys/class/thermal/thermal_zone0/temp\n"
    "property.temp.scale  = 0.001\n"
    "property.load.source = file:/proc/loadavg\n"
    "property.humi.source = sim:sine,min=40,max=60,period=300\n"
    "property.led.command = keep\n"
    "```\n"
    "\n";

static const char middle[] =
    "\n"
    "## Properties\n"
    "\n"
    "Written `property.IDENTIFIER.NAME`, with the identifier of the thing\n"
    "model. Without `model` every property needs its `type`.\n"
    "\n";

static const char tail[] =
    "\n"
    "### Sources of `onelink run`\n"
    "\n"
    "| source | value |\n"
    "|---|---|\n"
    "| `file:PATH` | the first number in the file, or the one that `field` "
    "names; the file is read anew each time. (number + `offset`) x `scale`, "
    "computed in decimals without rounding. A property of type string takes "
    "the first line as it is. |\n"
    "| `sim:sine,min=A,max=B,period=S` | a sine between A and B (0 and 1), S "
    "seconds long (60) |\n"
    "| `sim:ramp,min=A,max=B,period=S` | rises from A to B (0 and 1) in S "
    "seconds (60), then begins again |\n"
    "| `sim:counter,start=A,step=B` | A, A + B, A + 2 B ... (1 and 1), one "
    "step each reading |\n"
    "| `stdio` | standard input: one JSON object a line, "
    "`{\"temp\":23.5,\"humi\":48}`, reported at once; at most 64 KiB a line. A "
    "line that is wrong is told with its number and left out. Each value of a "
    "property takes a report of its own, and OneNET takes one report a second: "
    "what comes faster waits, which is told when it is more than 10 s long. |\n"
    "\n"
    "### Sources of a board\n"
    "\n"
    "(number + `offset`) x `scale`, computed in decimals without rounding, for all of\n"
    "them. A property without a source is not reported.\n"
    "\n"
    "| source | value |\n"
    "|---|---|\n"
    "| `chip_temperature` | of the microcontroller, in degrees Celsius, to a tenth |\n"
    "| `adc:N` | reading of the ADC input N, 0 to 3: 0 to 4095 |\n"
    "| `gpio:PIN` | level of the pin, 0 or 1 |\n"
    "| `led` | whether the LED is lit, 0 or 1 |\n"
    "| `sim:...` | as above, a sine to a thousandth of its range |\n"
    "| `sensor:NAME` | what a C file in firmware/app/sensors gives under this name; "
    "`uptime`, the seconds since the start, is an example |\n"
    "\n"
    "### Conversion\n"
    "\n"
    "Values are brought to the property's type before they are reported:\n"
    "\n"
    "| type | takes | reports |\n"
    "|---|---|---|\n"
    "| int32, int64 | a number; true and false count as 1 and 0 | **the nearest "
    "whole number**, or the nearest step where the model has one: 5.5 becomes 6, "
    "5.4 becomes 5, -5.5 becomes -6. The first time this is logged for each "
    "property |\n"
    "| float, double | a number; true and false count as 1 and 0 | the number, or "
    "**the nearest step** where the model has one: with a step of 0.1, 22.04 "
    "becomes 22 |\n"
    "| bool | true, false, 1, 0 | **1 becomes true, 0 becomes false** |\n"
    "| enum, date, bitMap | a whole number, for an enum one of its values | the "
    "same, never rounded |\n"
    "| string | a text; numbers are not made into text | the same |\n"
    "| struct, array | from standard input: an object or an array as the model "
    "has it | the same, never rounded |\n"
    "\n"
    "Steps count from the model's min, or from 0; a half goes away from 0. What\n"
    "is outside the model's range then, or of another type, is not reported: the\n"
    "log tells property, value and what is allowed, for standard input with the\n"
    "number of the line, for other sources at once and again every minute.\n"
    "\n"
    "### Commands\n"
    "\n"
    "Every writable property of the model obeys commands; `keep` is the\n"
    "default. Without a model a property is writable when it has a `command`.\n"
    "\n"
    "| command | what a command does |\n"
    "|---|---|\n"
    "| `keep` | the value is taken over and reported as the new one |\n"
    "| `file:PATH` | as keep, and it is written to the file with a newline: "
    "numbers in decimal, true and false as 1 and 0, strings as they are |\n"
    "| `stdout` | as keep, and it is printed on standard output, one JSON "
    "object a line, `{\"led\":true}` |\n"
    "| `led` | on a board: as keep, and the LED is lit with true or a number that is "
    "not 0 |\n"
    "| `gpio:PIN` | the same with a pin |\n"
    "\n"
    "## Exit status of `onelink run`\n"
    "\n"
    "| status | meaning |\n"
    "|---|---|\n"
    "| 0 | it was told to end (SIGTERM, SIGINT, SIGHUP) or its input ended, and "
    "every value that it took was delivered |\n"
    "| 1 | the same, but values were not delivered or were dropped; the last line "
    "of the log says how many |\n"
    "| 2 | the command line or the settings are wrong; each thing that is wrong "
    "has a line |\n";

static void print_cell(const char *text)
{
    for (; *text; text++) {
        if (*text == '|') {
            putchar('\\');
        }
        putchar(*text);
    }
}

static void print_row(const struct ol_setting *s)
{
    static const char *const where[] = {"", "run", "board"};
    const struct ol_setting_words *words = ol_setting_words_get(s);
    char allowed[512];
    struct ol_writer w = ol_writer_make(allowed, sizeof(allowed) - 1);
    ol_setting_allowed_encode(&w, s);
    allowed[w.len] = '\0';
    printf("| `%s` | ", s->name);
    print_cell(words->help);
    fputs(" | ", stdout);
    print_cell(allowed);
    printf(" | %s%s%s | %s | %s |\n", s->preset ? "`" : "", s->preset ? s->preset : "",
           s->preset ? "`" : "", where[s->where], words->since);
}

static void print_table_head(void)
{
    puts("| setting | what it does | allowed | default | where | since |");
    puts("|---|---|---|---|---|---|");
}

int cli_settings_doc(int argc, char **argv)
{
    bool help = false;
    const struct cli_option options[] = {{.name = "help", .flag = &help}};
    if (!cli_options_parse("settings-doc", argc, argv, options, 1)) {
        return CLI_EXIT_USAGE;
    }
    if (help) {
        fputs(usage, stdout);
        return CLI_EXIT_OK;
    }
    fputs(head, stdout);
    print_table_head();
    for (int i = 0; i < OL_SETTING_KEY_COUNT; i++) {
        print_row(ol_setting_get((enum ol_setting_key)i));
    }
    fputs(middle, stdout);
    print_table_head();
    for (int i = 0; i < OL_PROPERTY_KEY_COUNT; i++) {
        print_row(ol_setting_property_get((enum ol_property_key)i));
    }
    fputs(tail, stdout);
    return CLI_EXIT_OK;
}
