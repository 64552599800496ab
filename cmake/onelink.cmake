# SPDX-License-Identifier: MIT
# Helpers shared by every CMakeLists.txt of the tree.

add_library(ol_flags INTERFACE)
target_compile_options(ol_flags INTERFACE
    -Wall -Wextra -Wconversion -Wshadow -Wundef -Werror
    -Wstrict-prototypes -Wmissing-prototypes
    -ffunction-sections -fdata-sections)
# The include path is the layer: "onelink/mqtt/client.h", "platform/core/node.h".
target_include_directories(ol_flags INTERFACE ${PROJECT_SOURCE_DIR})
if(OL_SANITIZE)
    target_compile_options(ol_flags INTERFACE -fsanitize=address,undefined
        -fno-sanitize-recover=all -fno-omit-frame-pointer -g)
    target_link_options(ol_flags INTERFACE -fsanitize=address,undefined)
endif()
if(OL_FUZZ)
    target_compile_options(ol_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

function(ol_subdirectory dir)
    if(EXISTS ${PROJECT_SOURCE_DIR}/${dir}/CMakeLists.txt)
        add_subdirectory(${PROJECT_SOURCE_DIR}/${dir})
    endif()
endfunction()

# ol_library(NAME SOURCES a.c b.c DEPENDS other ...): a static library of one layer.
function(ol_library name)
    cmake_parse_arguments(arg "" "" "SOURCES;DEPENDS" ${ARGN})
    add_library(${name} STATIC ${arg_SOURCES})
    target_link_libraries(${name} PUBLIC ol_flags ${arg_DEPENDS})
endfunction()

# ol_interface(NAME DEPENDS ...): a layer that has headers only.
function(ol_interface name)
    cmake_parse_arguments(arg "" "" "DEPENDS" ${ARGN})
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE ol_flags ${arg_DEPENDS})
endfunction()

# ol_test(NAME SOURCES a.c DEPENDS lib ...): a cmocka program registered with CTest.
# It runs with OL_SOURCE_DIR and OL_BINARY_DIR in its environment, so that it finds vectors
# and programs without a path compiled in.
function(ol_test name)
    cmake_parse_arguments(arg "" "TIMEOUT" "SOURCES;DEPENDS;LABELS" ${ARGN})
    add_executable(${name} ${arg_SOURCES})
    target_link_libraries(${name} PRIVATE ol_flags ${arg_DEPENDS} cmocka)
    set_target_properties(${name} PROPERTIES
        RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
    add_test(NAME ${name} COMMAND ${name})
    ol_test_properties(${name} "${arg_TIMEOUT}" "${arg_LABELS}")
endfunction()

# ol_script_test(NAME COMMAND ... TIMEOUT s LABELS l): a script registered with CTest.
function(ol_script_test name)
    cmake_parse_arguments(arg "" "TIMEOUT" "COMMAND;LABELS" ${ARGN})
    add_test(NAME ${name} COMMAND ${arg_COMMAND})
    ol_test_properties(${name} "${arg_TIMEOUT}" "${arg_LABELS}")
endfunction()

function(ol_test_properties name timeout labels)
    if(NOT timeout)
        set(timeout 120)
    endif()
    set_tests_properties(${name} PROPERTIES TIMEOUT ${timeout} LABELS "${labels}"
        ENVIRONMENT "OL_SOURCE_DIR=${PROJECT_SOURCE_DIR};OL_BINARY_DIR=${CMAKE_BINARY_DIR}")
endfunction()

# ol_fuzzer(NAME SOURCES a.c DEPENDS lib ...): a libFuzzer target, built only with OL_FUZZ.
# The committed corpus is tests/fuzz/corpus/NAME.
function(ol_fuzzer name)
    if(NOT OL_FUZZ)
        return()
    endif()
    cmake_parse_arguments(arg "" "" "SOURCES;DEPENDS" ${ARGN})
    add_executable(${name} ${arg_SOURCES})
    target_link_libraries(${name} PRIVATE ol_flags ${arg_DEPENDS})
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    set_target_properties(${name} PROPERTIES
        RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
endfunction()
