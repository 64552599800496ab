# SPDX-License-Identifier: MIT
ol_test(test_firmware_uf2
    SOURCES firmware_uf2.c
        ${PROJECT_SOURCE_DIR}/firmware/uf2/uf2.c ${PROJECT_SOURCE_DIR}/firmware/uf2/elf.c)
