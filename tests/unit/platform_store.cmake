# SPDX-License-Identifier: MIT
add_library(ol_test_store STATIC platform_store_world.c)
target_include_directories(ol_test_store PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
target_link_libraries(ol_test_store PUBLIC ol_flags ol_platform_store ol_test_support sqlite3
    cmocka)
ol_test(test_platform_store SOURCES platform_store.c DEPENDS ol_test_store)
foreach(name retention buckets migrate)
    ol_test(test_platform_store_${name} SOURCES platform_store_${name}.c DEPENDS ol_test_store)
endforeach()
