# SPDX-License-Identifier: MIT
# The firmware's application on the host: with made-up hardware, and end to end with the network
# chip's model, the virtual network and the platform's core.
ol_test(test_firmware_text SOURCES firmware_text.c DEPENDS ol_app ol_test_support)
ol_test(test_firmware_divide
    SOURCES firmware_divide.c ${PROJECT_SOURCE_DIR}/firmware/boot/divide.c DEPENDS ol_test_support)
target_compile_definitions(test_firmware_divide PRIVATE __udivmoddi4=firmware_divide)
if(TARGET ol_app AND TARGET sim_wire)
    add_library(ol_test_firmware STATIC firmware_rig.c)
    target_link_libraries(ol_test_firmware
        PUBLIC ol_app sim_wire ol_test_platform ol_test_flash cmocka)
    ol_test(test_firmware_console SOURCES firmware_console.c DEPENDS ol_test_firmware)
    ol_test(test_firmware_app SOURCES firmware_app.c DEPENDS ol_test_firmware)
endif()
ol_test(test_tools_csv SOURCES tools_csv.c DEPENDS ol_tools)
