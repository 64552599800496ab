# SPDX-License-Identifier: MIT
ol_test(regress_140_erased_by_its_own_drive
    SOURCES ${OL_CASE_DIR}/erased_by_its_own_drive.c
        ${PROJECT_SOURCE_DIR}/firmware/uf2/uf2.c ${PROJECT_SOURCE_DIR}/firmware/uf2/elf.c
    LABELS regress)
