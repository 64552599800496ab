/* SPDX-License-Identifier: MIT */
#include "onelink/agent/settings.h"

/* A program that has words of its own for people (the firmware, in two languages) is built with
 * OL_CFG_SETTINGS_WORDS 0 and saves those of the table. */
#ifndef OL_CFG_SETTINGS_WORDS
#define OL_CFG_SETTINGS_WORDS 1
#endif
#if OL_CFG_SETTINGS_WORDS
#define WORDS(text) text
#else
#define WORDS(text) NULL
#endif

/* Ranges: docs/protocol.md section 1.3 (keep alive, device name), 1.7 (one post a
 * second), 2.1 (methods, 64-bit expiry). */
#define DAY_S        86400
#define PATH_LEN_MAX 1024

static const struct ol_setting keys[OL_SETTING_KEY_COUNT] = {
    [OL_SETTING_KEY_HOST] = {.name = "host",
                             .help = WORDS(
                                 "The platform's MQTT host. auto tries the product's "
                                 "own host, then the common "
                                 "one, and remembers what worked."),
                             .preset = "auto",
                             .since = "0.1",
                             .min = 1,
                             .max = 253,
                             .type = OL_SETTING_HOST},
    [OL_SETTING_KEY_PORT] = {.name = "port",
                             .help = WORDS("The platform's MQTT port."),
                             .preset = "1883",
                             .since = "0.1",
                             .min = 1,
                             .max = 65535,
                             .type = OL_SETTING_INT},
    [OL_SETTING_KEY_PRODUCT_ID] =
        {.name = "product_id",
         .help = WORDS(
             "The product's id, as the console shows it; upper and lower case differ."),
         .since = "0.1",
         .min = 1,
         .max = 32,
         .type = OL_SETTING_NAME},
    [OL_SETTING_KEY_DEVICE_NAME] = {.name = "device_name",
                                    .help = WORDS(
                                        "The device's name, unique in the product."),
                                    .since = "0.1",
                                    .min = 1,
                                    .max = 64,
                                    .type = OL_SETTING_NAME},
    [OL_SETTING_KEY_DEVICE_KEY] =
        {.name = "device_key",
         .help = WORDS(
             "The device's key in base64. The settings file must then be readable by its "
             "owner alone."),
         .allowed = WORDS("4 to 88 characters of base64"),
         .since = "0.1",
         .min = 4,
         .max = 88,
         .type = OL_SETTING_SECRET},
    [OL_SETTING_KEY_DEVICE_KEY_FILE] =
        {.name = "device_key_file",
         .help = WORDS(
             "A file with the device's key in base64, readable by its owner alone."),
         .where = OL_SETTING_LINUX,
         .since = "0.1",
         .min = 1,
         .max = PATH_LEN_MAX,
         .type = OL_SETTING_FILE},
    [OL_SETTING_KEY_PRODUCT_KEY] =
        {.name = "product_key",
         .help = WORDS(
             "The product's access key in base64, for devices that share one key. The "
             "settings file must then be readable by its owner alone."),
         .allowed = WORDS("4 to 88 characters of base64"),
         .since = "0.1",
         .min = 4,
         .max = 88,
         .type = OL_SETTING_SECRET},
    [OL_SETTING_KEY_PRODUCT_KEY_FILE] = {.name = "product_key_file",
                                         .help = WORDS(
                                             "A file with the product's access key in "
                                             "base64, readable by its owner alone."),
                                         .where = OL_SETTING_LINUX,
                                         .since = "0.1",
                                         .min = 1,
                                         .max = PATH_LEN_MAX,
                                         .type = OL_SETTING_FILE},
    [OL_SETTING_KEY_TOKEN] =
        {.name = "token",
         .help = WORDS(
             "A ready token instead of a key. The settings file must then be readable by "
             "its owner alone."),
         .allowed = WORDS("a token as onelink token prints it, at most 512 characters"),
         .since = "0.1",
         .min = 1,
         .max = 512,
         .type = OL_SETTING_SECRET},
    [OL_SETTING_KEY_TOKEN_FILE] =
        {.name = "token_file",
         .help = WORDS("A file with a ready token, readable by its owner alone."),
         .where = OL_SETTING_LINUX,
         .since = "0.1",
         .min = 1,
         .max = PATH_LEN_MAX,
         .type = OL_SETTING_FILE},
    [OL_SETTING_KEY_TOKEN_METHOD] = {.name = "token_method",
                                     .help = WORDS(
                                         "The hash that signs tokens made from a key."),
                                     .preset = "sha256",
                                     .choices = "md5|sha1|sha256",
                                     .since = "0.1",
                                     .type = OL_SETTING_ENUM},
    [OL_SETTING_KEY_TOKEN_LIFE] =
        {.name = "token_life",
         .help = WORDS(
             "How long a token made from a key is valid, in whole days. A new one is "
             "made for each login."),
         .preset = "30d",
         .allowed = WORDS("1d to 3650d"),
         .since = "0.1",
         .min = DAY_S,
         .max = 3650 * (int64_t)DAY_S,
         .type = OL_SETTING_DURATION},
    [OL_SETTING_KEY_NTP] =
        {.name = "ntp",
         .help =
             WORDS("Time servers to ask while the machine's own clock is not set by the "
                   "system."),
         .since = "0.1",
         .min = 1,
         .max = 3,
         .type = OL_SETTING_HOSTS},
    [OL_SETTING_KEY_DATE_HOST] =
        {.name = "date_host",
         .help =
             WORDS("A web server whose Date header is taken when nothing else knows the "
                   "time."),
         .allowed = WORDS("a host name or an IPv4 address"),
         .since = "0.1",
         .min = 1,
         .max = 253,
         .type = OL_SETTING_HOST},
    [OL_SETTING_KEY_KEEPALIVE_S] =
        {.name = "keepalive_s",
         .help = WORDS("Seconds of silence after which the connection is checked."),
         .preset = "120",
         .since = "0.1",
         .min = 10,
         .max = 1800,
         .type = OL_SETTING_INT},
    [OL_SETTING_KEY_REPORT_INTERVAL_S] =
        {.name = "report_interval_s",
         .help =
             WORDS("Seconds between two readings of the sources. OneNET takes one report "
                   "a second, so 1 leaves no room for anything else."),
         .preset = "10",
         .since = "0.1",
         .min = 1,
         .max = DAY_S,
         .type = OL_SETTING_INT},
    [OL_SETTING_KEY_MODEL] =
        {.name = "model",
         .help =
             WORDS("The product's thing model, a JSON file as the console exports it."),
         .where = OL_SETTING_LINUX,
         .since = "0.1",
         .min = 1,
         .max = PATH_LEN_MAX,
         .type = OL_SETTING_FILE},
    [OL_SETTING_KEY_QUEUE_KB] =
        {.name = "queue_kb",
         .help = WORDS(
             "Memory for values that wait for delivery, in units of 1024 bytes; a value "
             "takes 16 bytes and its text. When it is full new values are dropped, "
             "counted and told."),
         .preset = "1024",
         .where = OL_SETTING_LINUX,
         .since = "0.1",
         .min = 1,
         .max = 1048576,
         .type = OL_SETTING_INT},
    [OL_SETTING_KEY_LOG_LEVEL] = {.name = "log_level",
                                  .help = WORDS(
                                      "The least important lines that are still logged."),
                                  .preset = "info",
                                  .choices = "error|warn|info|debug",
                                  .since = "0.1",
                                  .type = OL_SETTING_ENUM},
    [OL_SETTING_KEY_DHCP] = {.name = "dhcp",
                             .help = WORDS(
                                 "Whether the address comes from the network by DHCP."),
                             .preset = "true",
                             .since = "0.1",
                             .type = OL_SETTING_BOOL,
                             .where = OL_SETTING_BOARD},
    [OL_SETTING_KEY_ADDRESS] =
        {.name = "address",
         .help = WORDS("The board's own address, needed when dhcp is false."),
         .min = 7,
         .max = 15,
         .since = "0.1",
         .type = OL_SETTING_IPV4,
         .where = OL_SETTING_BOARD},
    [OL_SETTING_KEY_NETMASK] = {.name = "netmask",
                                .help =
                                    WORDS("The mask of its network when dhcp is false."),
                                .preset = "255.255.255.0",
                                .min = 1,
                                .max = 15,
                                .since = "0.1",
                                .type = OL_SETTING_NETMASK,
                                .where = OL_SETTING_BOARD},
    [OL_SETTING_KEY_GATEWAY] = {.name = "gateway",
                                .help = WORDS(
                                    "The router of its network when dhcp is false; "
                                    "without one only the own network can be reached."),
                                .min = 7,
                                .max = 15,
                                .since = "0.1",
                                .type = OL_SETTING_IPV4,
                                .where = OL_SETTING_BOARD},
    [OL_SETTING_KEY_DNS] = {.name = "dns",
                            .help =
                                WORDS("Name servers, instead of those that DHCP tells."),
                            .min = 1,
                            .max = 3,
                            .since = "0.1",
                            .type = OL_SETTING_IPV4S,
                            .where = OL_SETTING_BOARD},
    [OL_SETTING_KEY_HOSTNAME] =
        {.name = "hostname",
         .help =
             WORDS("The name that DHCP servers are told; without it the device_name."),
         .min = 1,
         .max = 63,
         .since = "0.1",
         .type = OL_SETTING_NAME,
         .where = OL_SETTING_BOARD},
    [OL_SETTING_KEY_MAC] = {.name = "mac",
                            .help =
                                WORDS("The hardware address; without it one is made from "
                                      "the number of the flash chip."),
                            .min = 17,
                            .max = 17,
                            .since = "0.1",
                            .type = OL_SETTING_MAC,
                            .where = OL_SETTING_BOARD},
    [OL_SETTING_KEY_LANGUAGE] = {.name = "language",
                                 .help =
                                     WORDS("The language of the console and the log."),
                                 .preset = "en",
                                 .choices = "en|zh",
                                 .since = "0.1",
                                 .type = OL_SETTING_ENUM,
                                 .where = OL_SETTING_BOARD},
    [OL_SETTING_KEY_LED_PIN] =
        {.name = "led_pin",
         .help = WORDS("The pin of the LED where it is not the board's own."),
         .min = 0,
         .max = 29,
         .since = "0.1",
         .type = OL_SETTING_INT,
         .where = OL_SETTING_BOARD},
    [OL_SETTING_KEY_SPI_HZ] = {.name = "spi_hz",
                               .help = WORDS(
                                   "The fastest clock to the network chip, where the "
                                   "wiring does not take the board's own."),
                               .min = 100000,
                               .max = 62500000,
                               .since = "0.1",
                               .type = OL_SETTING_INT,
                               .where = OL_SETTING_BOARD},
};

static const struct ol_setting property_keys[OL_PROPERTY_KEY_COUNT] = {
    [OL_PROPERTY_KEY_TYPE] =
        {.name = "type",
         .help = WORDS(
             "The property's type in the thing model; needed where no model is given."),
         .choices = "int32|int64|float|double|bool|enum|string",
         .since = "0.1",
         .type = OL_SETTING_ENUM},
    [OL_PROPERTY_KEY_SOURCE] =
        {.name = "source",
         .help = WORDS("Where its values come from."),
         .allowed = WORDS(
             "sim:sine, sim:ramp, sim:counter; with onelink run file:PATH, stdio; on a "
             "board chip_temperature, adc:0 to adc:3, gpio:PIN, led, sensor:NAME"),
         .since = "0.1",
         .min = 1,
         .max = PATH_LEN_MAX,
         .type = OL_SETTING_STRING},
    [OL_PROPERTY_KEY_FIELD] = {.name = "field",
                               .help = WORDS(
                                   "Which number of the file is taken, counted from 1."),
                               .preset = "1",
                               .where = OL_SETTING_LINUX,
                               .since = "0.1",
                               .min = 1,
                               .max = 64,
                               .type = OL_SETTING_INT},
    [OL_PROPERTY_KEY_SCALE] = {.name = "scale",
                               .help = WORDS(
                                   "What the number read is multiplied by, exactly."),
                               .preset = "1",
                               .since = "0.1",
                               .type = OL_SETTING_DECIMAL},
    [OL_PROPERTY_KEY_OFFSET] =
        {.name = "offset",
         .help = WORDS("What is added to the number read before it is multiplied."),
         .preset = "0",
         .since = "0.1",
         .type = OL_SETTING_DECIMAL},
    [OL_PROPERTY_KEY_COMMAND] =
        {.name = "command",
         .help = WORDS("What a command from the platform does: keep "
                       "takes the value over and reports "
                       "it, file: also writes it to a file, stdout: "
                       "also prints it as a JSON object, led and gpio: "
                       "also set a pin."),
         .allowed =
             WORDS("keep; with onelink run file:PATH, stdout; on a board led, gpio:PIN"),
         .since = "0.1",
         .min = 1,
         .max = PATH_LEN_MAX,
         .type = OL_SETTING_STRING},
};

const struct ol_setting *ol_setting_get(enum ol_setting_key key)
{
    return &keys[key];
}

const struct ol_setting *ol_setting_property_get(enum ol_property_key key)
{
    return &property_keys[key];
}
