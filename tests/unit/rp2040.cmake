# SPDX-License-Identifier: MIT
ol_test(test_rp2040_usb
    SOURCES rp2040_usb.c
        ${PROJECT_SOURCE_DIR}/ports/rp2040/usb_control.c
        ${PROJECT_SOURCE_DIR}/ports/rp2040/usb_descriptors.c)

ol_test(test_rp2040_identity
    SOURCES rp2040_identity.c ${PROJECT_SOURCE_DIR}/ports/rp2040/identity.c)
