/* SPDX-License-Identifier: MIT */
#include "onelink/mqtt/packet.h"

const char *ol_mqtt_type_str(uint8_t type)
{
    static const char *const names[] = {
        "?",           "CONNECT",  "CONNACK", "PUBLISH",   "PUBACK",
        "PUBREC",      "PUBREL",   "PUBCOMP", "SUBSCRIBE", "SUBACK",
        "UNSUBSCRIBE", "UNSUBACK", "PINGREQ", "PINGRESP",  "DISCONNECT"};
    return type < sizeof names / sizeof names[0] ? names[type] : names[0];
}

const char *ol_mqtt_connack_code_str(uint8_t code)
{
    static const char *const words[] = {"accepted",
                                        "unacceptable protocol version",
                                        "client identifier rejected",
                                        "server unavailable",
                                        "bad user name or password",
                                        "not authorized"};
    return code < sizeof words / sizeof words[0] ? words[code] : "unknown";
}
