# SPDX-License-Identifier: MIT
add_library(ol_test_platform STATIC platform_memory_store.c platform_peer.c)
target_include_directories(ol_test_platform PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
target_link_libraries(ol_test_platform PUBLIC ol_platform_core ol_test_support cmocka)
foreach(name rules session calls limits limit_rows bounds post)
    ol_test(test_platform_core_${name} SOURCES platform_core_${name}.c
        DEPENDS ol_test_platform)
endforeach()
