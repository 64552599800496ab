/* SPDX-License-Identifier: MIT */
#include "platform/help.h"

/* Lines that several commands share. */
#define DATA_MADE                                                                        \
    "  --data DIR                   where everything is kept; made (mode 0700) when "    \
    "it\n"                                                                               \
    "                               is missing\n"
#define DATA "  --data DIR                   the data folder; it must be there\n"
#define KEY_FILE                                                                         \
    "  --key-file FILE|-            take this base64 key, from a file or from "          \
    "standard\n"                                                                         \
    "                               input, instead of a new one\n"

#define SERVE        "onelink-platform serve --data DIR [options]\n"
#define PRODUCT_LIST "onelink-platform product list   --data DIR\n"
#define DEVICE_LIST  "onelink-platform device list    --data DIR --product PID\n"
#define PRODUCT_CREATE                                                                   \
    "onelink-platform product create --data DIR --model FILE [--id PID]\n"               \
    "                                       [--key-file FILE|-]\n"
#define DEVICE_CREATE                                                                    \
    "onelink-platform device create  --data DIR --product PID --name NAME\n"             \
    "                                       [--key-file FILE|-]\n"
#define LOG                                                                              \
    "onelink-platform log --data DIR --product PID --device NAME [options]\n"            \
    "       onelink-platform log --data DIR --rejected [options]\n"
#define BACKUP "onelink-platform backup --data DIR --to FILE [--force]\n"
#define CHECK  "onelink-platform check  --data DIR\n"
#define FIRST  "usage: "
#define NEXT   "       "
#define ALL                                                                              \
    FIRST SERVE NEXT PRODUCT_CREATE NEXT PRODUCT_LIST NEXT DEVICE_CREATE NEXT            \
        DEVICE_LIST NEXT LOG NEXT BACKUP NEXT CHECK NEXT                                 \
        "onelink-platform COMMAND --help | --version\n"

struct text {
    const char *usage;
    const char *more;
};

static const struct text texts[] = {
    [OL_COMMAND_HELP] =
        {ALL,
         "\n"
         "A local platform that behaves like OneNET on the wire.\n"
         "\n"
         "  serve             serve devices over MQTT and applications over HTTP\n"
         "  product create    a product from a thing model; prints its id and key\n"
         "  product list      all products\n"
         "  device create     a device of a product; prints its key\n"
         "  device list       all devices of a product, and who is online\n"
         "  log               what came from a device and went to it, packet by packet\n"
         "  backup            a copy of everything that is stored\n"
         "  check             whether what is stored is sound; sizes, oldest, newest\n"
         "\n"
         "All but serve and log print one JSON object each and work while serve runs.\n"
         "All options of a command: onelink-platform COMMAND --help\n"
         "Exit status: 0 done, 1 failed, 2 wrong command line, model or key.\n"},
    [OL_COMMAND_SERVE] =
        {FIRST SERVE,
         "\n"
         "Serves devices and applications until SIGTERM or Ctrl-C.\n"
         "\n" DATA_MADE
         "  --mqtt ADDR:PORT             where devices connect (127.0.0.1:1883)\n"
         "  --http ADDR:PORT             where applications connect (127.0.0.1:8080)\n"
         "                               ADDR: localhost or in figures, 0.0.0.0 for all\n"
         "                               networks, [::1] for IPv6; port 0: any free one\n"
         "  --limits off|warn|enforce    rate limits of OneNET, such as one publish a\n"
         "                               second (warn)\n"
         "                               off: there are none\n"
         "                               warn: what exceeds them is served all the same\n"
         "                               and told in the message log and on standard "
         "error\n"
         "                               enforce: it is delayed, refused, or the "
         "connection\n"
         "                               closed, as OneNET documents it\n"
         "  --limit-table studio|suite   which of the two documented sets: today's "
         "thing\n"
         "                               model, or the older MQTT suite, which bans for\n"
         "                               5 minutes (studio)\n"
         "  --set-timeout SECONDS        how long a property set waits for the device,\n"
         "                               1..60 (5)\n"
         "  --message-log on|off         keep each device's newest packets, both ways "
         "(on)\n"
         "  --log-bytes BYTES            how many bytes of them for each device "
         "(262144)\n"
         "  --log-days N                 packets older than N days are deleted; 0: never "
         "(0)\n"
         "  --history-days N             values older than N days are deleted; 0: never "
         "(0)\n"
         "  --history-mb N               the oldest values are deleted while the "
         "database\n"
         "                               uses more than N megabytes; 0: never (1024)\n"
         "                               the newest value of a property always stays\n"
         "  --lists current|studio       shape of query-device-property: an array as\n"
         "                               today's platform, or data.list as OneNET "
         "Studio\n"
         "                               (current)\n"
         "  --quiet                      no lines about devices on standard error\n"
         "\n"
         "Standard output gets one JSON line when it is ready: mqtt, http, and "
         "token_file,\n"
         "the file with an authorization header for the HTTP API. Standard error gets a\n"
         "line, with local time, for who comes and goes and for all that is refused, "
         "and\n"
         "why: at most 20 a second, the same limit of the same device once a minute.\n"},
    [OL_COMMAND_PRODUCT] =
        {FIRST PRODUCT_CREATE NEXT PRODUCT_LIST,
         "\n"
         "All options of one of them: onelink-platform product create --help\n"},
    [OL_COMMAND_PRODUCT_CREATE] =
        {FIRST PRODUCT_CREATE,
         "\n"
         "Makes a product and prints its product_id and access_key as one JSON object.\n"
         "Works while serve runs.\n"
         "\n" DATA_MADE
         "  --model FILE                 a thing model as the OneNET console exports it\n"
         "  --id PID                     product id, 8..32 letters and digits; made up "
         "when\n"
         "                               it is not given\n" KEY_FILE},
    [OL_COMMAND_PRODUCT_LIST] = {FIRST PRODUCT_LIST,
                                 "\n"
                                 "Prints the ids of all products as one JSON object.\n"
                                 "\n" DATA},
    [OL_COMMAND_DEVICE] =
        {FIRST DEVICE_CREATE NEXT DEVICE_LIST,
         "\n"
         "All options of one of them: onelink-platform device create --help\n"},
    [OL_COMMAND_DEVICE_CREATE] =
        {FIRST DEVICE_CREATE,
         "\n"
         "Makes a device and prints its product_id, device_name and sec_key as one JSON\n"
         "object. Works while serve runs.\n"
         "\n" DATA
         "  --product PID                the product that the device belongs to\n"
         "  --name NAME                  device name, 1..64 of A-Z a-z 0-9 _ "
         "-\n" KEY_FILE},
    [OL_COMMAND_DEVICE_LIST] = {FIRST DEVICE_LIST,
                                "\n"
                                "Prints the devices of a product, and whether they are "
                                "online, as one JSON object.\n"
                                "\n" DATA "  --product PID                the product\n"},
    [OL_COMMAND_LOG] =
        {FIRST LOG,
         "\n"
         "Prints the message log: every packet of a device, both ways, and what was "
         "thought\n"
         "of it; or of clients that were not let in. Works whether serve runs or not.\n"
         "Signatures and keys are asterisks.\n"
         "\n" DATA "  --product PID                the product\n"
         "  --device NAME                the device\n"
         "  --rejected                   clients that were not let in\n"
         "  --follow                     and go on as more comes, until Ctrl-C\n"
         "  --since now|all              what is there already too, or not (all; with\n"
         "                               --follow now)\n"
         "  --bytes                      and the bytes of each packet, in hex\n"
         "  --json                       a JSON object a line, as GET /log/device "
         "gives\n"},
    [OL_COMMAND_BACKUP] =
        {FIRST BACKUP,
         "\n"
         "Copies the database, as it is at one moment, to FILE (mode 0600). It holds "
         "all\n"
         "keys. Works while serve runs. To restore: stop serve, copy FILE to\n"
         "DIR/onelink.db, remove DIR/onelink.db-wal and DIR/onelink.db-shm.\n"
         "\n" DATA "  --to FILE                    the copy; it must not be there yet\n"
         "  --force                      overwrite it\n"},
    [OL_COMMAND_CHECK] =
        {FIRST CHECK,
         "\n"
         "Looks whether the database is sound and prints one JSON object: problems,\n"
         "schema, sizes by table, times of the oldest and newest value. Changes "
         "nothing,\n"
         "works while serve runs. Exit status: 0 sound, 1 damaged or not to be read.\n"
         "\n" DATA},
    [OL_COMMAND_VERSION] = {ALL, ""},
};

void ol_help_usage(FILE *to, enum ol_command command)
{
    fputs(texts[command].usage, to);
}

void ol_help(FILE *to, enum ol_command command)
{
    fputs(texts[command].usage, to);
    fputs(texts[command].more, to);
}
