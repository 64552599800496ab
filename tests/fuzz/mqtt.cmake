# SPDX-License-Identifier: MIT
ol_fuzzer(fuzz_mqtt_packet SOURCES fuzz_mqtt_packet.c ../unit/mqtt_check.c
    DEPENDS ol_mqtt)
ol_fuzzer(fuzz_mqtt_client SOURCES fuzz_mqtt_client.c ../unit/mqtt_rig.c
    DEPENDS ol_mqtt)
