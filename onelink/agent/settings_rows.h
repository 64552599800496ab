/* SPDX-License-Identifier: MIT */
/* The table of the settings: included where OL_SETTING_ROW and OL_PROPERTY_ROW are defined, to make
 * of its columns what is needed there. NULL: there is none.
 *
 * (KEY, name, TYPE, WHERE, min, max, preset, choices, since, allowed, help)
 *
 * Ranges: docs/protocol.md section 1.3 (keep alive, device name), 1.7 (one post a second), 2.1
 * (methods, 64-bit expiry). */

OL_SETTING_ROW(HOST, "host", HOST, ANYWHERE, 1, 253, "auto", NULL, "0.1", NULL,
               "The platform's MQTT host. auto tries the product's own host, then the "
               "common one, and remembers what worked.")
OL_SETTING_ROW(PORT, "port", INT, ANYWHERE, 1, 65535, "1883", NULL, "0.1", NULL,
               "The platform's MQTT port.")
OL_SETTING_ROW(PRODUCT_ID, "product_id", NAME, ANYWHERE, 1, 32, NULL, NULL, "0.1", NULL,
               "The product's id, as the console shows it; upper and lower case differ.")
OL_SETTING_ROW(DEVICE_NAME, "device_name", NAME, ANYWHERE, 1, 64, NULL, NULL, "0.1", NULL,
               "The device's name, unique in the product.")
OL_SETTING_ROW(DEVICE_KEY, "device_key", SECRET, ANYWHERE, 4, 88, NULL, NULL, "0.1",
               "4 to 88 characters of base64",
               "The device's key in base64. The settings file must then be readable by "
               "its owner alone.")
OL_SETTING_ROW(DEVICE_KEY_FILE, "device_key_file", FILE, LINUX, 1, PATH_LEN_MAX, NULL,
               NULL, "0.1", NULL,
               "A file with the device's key in base64, readable by its owner alone.")
OL_SETTING_ROW(PRODUCT_KEY, "product_key", SECRET, ANYWHERE, 4, 88, NULL, NULL, "0.1",
               "4 to 88 characters of base64",
               "The product's access key in base64, for devices that share one key. The "
               "settings file must then be readable by its owner alone.")
OL_SETTING_ROW(
    PRODUCT_KEY_FILE, "product_key_file", FILE, LINUX, 1, PATH_LEN_MAX, NULL, NULL, "0.1",
    NULL, "A file with the product's access key in base64, readable by its owner alone.")
OL_SETTING_ROW(TOKEN, "token", SECRET, ANYWHERE, 1, 512, NULL, NULL, "0.1",
               "a token as onelink token prints it, at most 512 characters",
               "A ready token instead of a key. The settings file must then be readable "
               "by its owner alone.")
OL_SETTING_ROW(TOKEN_FILE, "token_file", FILE, LINUX, 1, PATH_LEN_MAX, NULL, NULL, "0.1",
               NULL, "A file with a ready token, readable by its owner alone.")
OL_SETTING_ROW(TOKEN_METHOD, "token_method", ENUM, ANYWHERE, 0, 0, "sha256",
               "md5|sha1|sha256", "0.1", NULL,
               "The hash that signs tokens made from a key.")
OL_SETTING_ROW(TOKEN_LIFE, "token_life", DURATION, ANYWHERE, DAY_S, 3650 * DAY_S, "30d",
               NULL, "0.1", "1d to 3650d",
               "How long a token made from a key is valid, in whole days. A new one is "
               "made for each login.")
OL_SETTING_ROW(
    NTP, "ntp", HOSTS, ANYWHERE, 1, 3, NULL, NULL, "0.1", NULL,
    "Time servers to ask while the machine's own clock is not set by the system.")
OL_SETTING_ROW(
    DATE_HOST, "date_host", HOST, ANYWHERE, 1, 253, NULL, NULL, "0.1",
    "a host name or an IPv4 address",
    "A web server whose Date header is taken when nothing else knows the time.")
OL_SETTING_ROW(KEEPALIVE_S, "keepalive_s", INT, ANYWHERE, 10, 1800, "120", NULL, "0.1",
               NULL, "Seconds of silence after which the connection is checked.")
OL_SETTING_ROW(REPORT_INTERVAL_S, "report_interval_s", INT, ANYWHERE, 1, DAY_S, "10",
               NULL, "0.1", NULL,
               "Seconds between two readings of the sources. OneNET takes one report a "
               "second, so 1 leaves no room for anything else.")
OL_SETTING_ROW(MODEL, "model", FILE, LINUX, 1, PATH_LEN_MAX, NULL, NULL, "0.1", NULL,
               "The product's thing model, a JSON file as the console exports it.")
OL_SETTING_ROW(
    QUEUE_KB, "queue_kb", INT, LINUX, 1, 1048576, "1024", NULL, "0.1", NULL,
    "Memory for values that wait for delivery, in units of 1024 bytes; a value takes 16 "
    "bytes and its text. When it is full new values are dropped, counted and told.")
OL_SETTING_ROW(LOG_LEVEL, "log_level", ENUM, ANYWHERE, 0, 0, "info",
               "error|warn|info|debug", "0.1", NULL,
               "The least important lines that are still logged.")
OL_SETTING_ROW(DHCP, "dhcp", BOOL, BOARD, 0, 0, "true", NULL, "0.1", NULL,
               "Whether the address comes from the network by DHCP.")
OL_SETTING_ROW(ADDRESS, "address", IPV4, BOARD, 7, 15, NULL, NULL, "0.1", NULL,
               "The board's own address, needed when dhcp is false.")
OL_SETTING_ROW(NETMASK, "netmask", NETMASK, BOARD, 1, 15, "255.255.255.0", NULL, "0.1",
               NULL, "The mask of its network when dhcp is false.")
OL_SETTING_ROW(GATEWAY, "gateway", IPV4, BOARD, 7, 15, NULL, NULL, "0.1", NULL,
               "The router of its network when dhcp is false; without one only the own "
               "network can be reached.")
OL_SETTING_ROW(DNS, "dns", IPV4S, BOARD, 1, 3, NULL, NULL, "0.1", NULL,
               "Name servers, instead of those that DHCP tells.")
OL_SETTING_ROW(HOSTNAME, "hostname", NAME, BOARD, 1, 63, NULL, NULL, "0.1", NULL,
               "The name that DHCP servers are told; without it the device_name.")
OL_SETTING_ROW(
    MAC, "mac", MAC, BOARD, 17, 17, NULL, NULL, "0.1", NULL,
    "The hardware address; without it one is made from the number of the flash chip.")
OL_SETTING_ROW(LANGUAGE, "language", ENUM, BOARD, 0, 0, "en", "en|zh", "0.1", NULL,
               "The language of the console and the log.")
OL_SETTING_ROW(LED_PIN, "led_pin", INT, BOARD, 0, 29, NULL, NULL, "0.1", NULL,
               "The pin of the LED where it is not the board's own.")
OL_SETTING_ROW(SPI_HZ, "spi_hz", INT, BOARD, 100000, 62500000, NULL, NULL, "0.1", NULL,
               "The fastest clock to the network chip, where the wiring does not take "
               "the board's own.")

/* Of a property: property.IDENTIFIER.NAME. */
OL_PROPERTY_ROW(TYPE, "type", ENUM, ANYWHERE, 0, 0, NULL,
                "int32|int64|float|double|bool|enum|string", "0.1", NULL,
                "The property's type in the thing model; needed where no model is given.")
OL_PROPERTY_ROW(SOURCE, "source", STRING, ANYWHERE, 1, PATH_LEN_MAX, NULL, NULL, "0.1",
                "sim:sine, sim:ramp, sim:counter; with onelink run file:PATH, stdio; on "
                "a board chip_temperature, adc:0 to adc:3, gpio:PIN, led, sensor:NAME",
                "Where its values come from.")
OL_PROPERTY_ROW(FIELD, "field", INT, LINUX, 1, 64, "1", NULL, "0.1", NULL,
                "Which number of the file is taken, counted from 1.")
OL_PROPERTY_ROW(SCALE, "scale", DECIMAL, ANYWHERE, 0, 0, "1", NULL, "0.1", NULL,
                "What the number read is multiplied by, exactly.")
OL_PROPERTY_ROW(OFFSET, "offset", DECIMAL, ANYWHERE, 0, 0, "0", NULL, "0.1", NULL,
                "What is added to the number read before it is multiplied.")
OL_PROPERTY_ROW(COMMAND, "command", STRING, ANYWHERE, 1, PATH_LEN_MAX, NULL, NULL, "0.1",
                "keep; with onelink run file:PATH, stdout; on a board led, gpio:PIN",
                "What a command from the platform does: keep takes the value over and "
                "reports it, file: also writes it to a file, stdout: also prints it as a "
                "JSON object, led and gpio: also set a pin.")
