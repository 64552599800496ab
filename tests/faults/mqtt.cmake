# SPDX-License-Identifier: MIT
ol_test(faults_mqtt SOURCES mqtt_matrix.c ../unit/mqtt_rig.c
    DEPENDS ol_mqtt ol_test_support TIMEOUT 300 LABELS faults)
