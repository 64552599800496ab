/* SPDX-License-Identifier: MIT */
#ifndef FIRMWARE_APP_SOURCE_H
#define FIRMWARE_APP_SOURCE_H

#include "firmware/app/machine.h"
#include "firmware/app/message.h"
#include "onelink/agent/settings.h"
#include "onelink/json/number.h"

/* Where the values of a property come from and what a command does, as the settings say it. */

/* What the settings say, as spans of their text; decoded at each reading, which costs less
 * memory than keeping it. */
struct app_binding {
    struct ol_str source; /* empty: none */
    struct ol_str scale;
    struct ol_str offset;
    struct ol_str command; /* empty: keep */
    uint32_t readings;     /* of a simulated counter */
    uint16_t trouble;      /* enum app_message that was told; MSG_OK: none */
};

/* What a reading needs to know. */
struct app_reading {
    const struct app_machine *machine;
    unsigned led_pin;
    bool is_led_lit;
    ol_ms elapsed; /* since the program began */
};

/* Whether the text of a source, or of a command, has a meaning here. MSG_OK, or the message that
 * says what is wrong; *allowed is the one that says what may stand there. Pins are asked for
 * at the machine. */
typedef enum app_message app_check_fn(const struct app_machine *machine,
                                      struct ol_str text, enum app_message *allowed);
app_check_fn app_source_check;
app_check_fn app_command_check;

/* The type of a source's values where nothing else says it. */
enum ol_setting_property_type app_source_type(struct ol_str source);

/* Takes a reading and applies offset and scale. MSG_OK and *out, or the message that says why there
 * is none. */
enum app_message app_source_read(struct app_binding *binding,
                                 const struct app_reading *reading, struct ol_dec *out);

/* The pin of a command led or gpio:PIN. OL_E_NOENT: the command has none (keep). */
int32_t app_command_pin(struct ol_str command, unsigned led_pin);

/* The RP2040's sensor (datasheet 4.9.5: 27 C at 0.706 V, -1.721 mV a degree) from a 12-bit
 * reading with 3.3 V as reference, in tenths of a degree. */
int32_t app_chip_temperature(int32_t raw);

#endif
