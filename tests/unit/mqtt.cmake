# SPDX-License-Identifier: MIT
ol_test(test_mqtt_packet SOURCES mqtt_packet.c mqtt_check.c
    DEPENDS ol_mqtt ol_test_support)
ol_test(test_mqtt_topic SOURCES mqtt_topic.c DEPENDS ol_mqtt ol_test_support)
ol_test(test_mqtt_copy SOURCES mqtt_copy.c DEPENDS ol_mqtt ol_test_support)
ol_test(test_mqtt_flow SOURCES mqtt_flow.c DEPENDS ol_mqtt)
ol_test(test_mqtt_client SOURCES mqtt_client.c mqtt_rig.c DEPENDS ol_mqtt)
ol_test(test_mqtt_client_receive SOURCES mqtt_client_receive.c mqtt_rig.c DEPENDS ol_mqtt)
ol_test(test_mqtt_client_table SOURCES mqtt_client_table.c mqtt_rig.c DEPENDS ol_mqtt)
ol_test(test_mqtt_client_model SOURCES mqtt_client_model.c mqtt_rig.c
    DEPENDS ol_mqtt ol_test_support)
