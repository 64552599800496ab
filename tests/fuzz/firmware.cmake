# SPDX-License-Identifier: MIT
ol_fuzzer(fuzz_provision_csv SOURCES fuzz_provision_csv.c DEPENDS ol_tools)
if(TARGET ol_app)
    ol_fuzzer(fuzz_firmware_console SOURCES fuzz_firmware_console.c DEPENDS ol_app)
endif()
