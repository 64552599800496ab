# SPDX-License-Identifier: MIT
# Unit tests of the portable library as images for an emulated microcontroller, one a module.
# Configured by tests/m0/run, which cross-compiles (OL_M0_TESTS). The tests are those that
# tests/unit/*.cmake registers for the host: the same files by the same calls of ol_test().
set(m0_dir ${CMAKE_CURRENT_LIST_DIR})
set(unit_dir ${PROJECT_SOURCE_DIR}/tests/unit)
set(support_dir ${PROJECT_SOURCE_DIR}/tests/support)
set(OL_M0_LAYOUT "m0_rom=0x0,m0_ram=0x20000000,m0_ram_size=0x800000" CACHE STRING
    "where code and RAM of the emulated machine lie")
string(REPLACE "," ";" m0_layout ${OL_M0_LAYOUT})
list(TRANSFORM m0_layout PREPEND -Wl,--defsym=)

# What is written for the host may narrow 64 bits to size_t and print uint32_t, a long here, with
# %u. The compiler's <stdint.h> does not tell newlib's <inttypes.h> that there are 64 bits.
set(m0_options -Wno-conversion -Wno-format -Wno-missing-prototypes -D__int64_t_defined=1
    -DOL_TEST_SCALE=500)
set_property(SOURCE ${support_dir}/battery.c ${support_dir}/vectors.c ${support_dir}/rng.c
    ${support_dir}/json_check.c ${support_dir}/nor_flash.c ${support_dir}/stacked_stream.c
    ${support_dir}/pipe_stream.c PROPERTY COMPILE_OPTIONS ${m0_options})

# What the host's tests are linked with, here.
add_library(cmocka STATIC ${m0_dir}/runner.c ${m0_dir}/strtod.c)
target_include_directories(cmocka PUBLIC ${m0_dir}/include)
target_link_libraries(cmocka PUBLIC ol_flags)
add_library(ol_test_support STATIC ${m0_dir}/guard.c ${support_dir}/battery.c
    ${support_dir}/vectors.c ${support_dir}/rng.c)
target_link_libraries(ol_test_support PUBLIC ol_flags ol_base)
add_library(ol_test_json STATIC ${support_dir}/json_check.c)
target_link_libraries(ol_test_json PUBLIC ol_test_support ol_json)
add_library(ol_test_flash STATIC ${support_dir}/nor_flash.c)
target_link_libraries(ol_test_flash PUBLIC ol_test_support ol_link)

# Not here, and why: tests/m0/README.md.
set(m0_host_only test_base_test_support test_json_wide)
set(m0_modules "")

function(ol_test name)
    cmake_parse_arguments(arg "" "TIMEOUT" "SOURCES;DEPENDS;LABELS" ${ARGN})
    if(name IN_LIST m0_host_only)
        return()
    endif()
    string(REGEX REPLACE "^test_([a-z0-9]+).*" "\\1" module ${name})
    set(sources "")
    foreach(source ${arg_SOURCES})
        cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY ${unit_dir})
        list(APPEND sources ${source})
    endforeach()
    set_property(SOURCE ${sources} PROPERTY COMPILE_OPTIONS ${m0_options})
    # An image holds many programs: the main() of each gets the program's name.
    list(GET sources 0 first)
    set_property(SOURCE ${first} APPEND PROPERTY COMPILE_DEFINITIONS main=${name})
    set_property(GLOBAL APPEND PROPERTY m0_modules ${module})
    set_property(GLOBAL APPEND PROPERTY m0_${module}_programs ${name})
    set_property(GLOBAL APPEND PROPERTY m0_${module}_sources ${sources})
    set_property(GLOBAL APPEND PROPERTY m0_${module}_depends ${arg_DEPENDS})
endfunction()

foreach(part base json mqtt onenet net agent settings store wiznet)
    if(EXISTS ${unit_dir}/${part}.cmake)
        include(${unit_dir}/${part}.cmake)
    endif()
endforeach()
ol_test(test_settings SOURCES settings.c DEPENDS ol_settings ol_test_support)
ol_test(test_self SOURCES ${m0_dir}/self.c DEPENDS ol_test_support)

# The image of one module: its programs' sources, each once, and the list of its programs.
function(m0_image module)
    foreach(what programs sources depends)
        get_property(${what} GLOBAL PROPERTY m0_${module}_${what})
        list(REMOVE_DUPLICATES ${what})
    endforeach()
    set(declarations "")
    set(rows "")
    foreach(program ${programs})
        string(APPEND declarations "int ${program}(void);\n")
        string(APPEND rows "    {\"${program}\", ${program}},\n")
    endforeach()
    set(list_file ${CMAKE_CURRENT_BINARY_DIR}/m0-${module}.c)
    file(CONFIGURE OUTPUT ${list_file} CONTENT [[
#include "tests/m0/runner.h"
@declarations@
const struct m0_program m0_programs[] = {
@rows@    {0, 0}};
]] @ONLY)
    add_executable(m0-${module} ${m0_dir}/start.c ${list_file} ${sources})
    set_target_properties(m0-${module} PROPERTIES SUFFIX .elf
        LINK_DEPENDS ${m0_dir}/image.ld RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
    target_link_libraries(m0-${module} PRIVATE ol_flags ${depends} cmocka m)
    target_link_options(m0-${module} PRIVATE ${m0_layout} --specs=rdimon.specs -nostartfiles
        -Wl,--wrap=_sbrk -Wl,--wrap=strtod -T${m0_dir}/image.ld -Wl,--gc-sections -Wl,--fatal-warnings
        -Wl,-Map=${CMAKE_BINARY_DIR}/m0-${module}.map)
    add_dependencies(m0-tests m0-${module})
endfunction()

add_custom_target(m0-tests)
get_property(modules GLOBAL PROPERTY m0_modules)
list(REMOVE_DUPLICATES modules)
foreach(module ${modules})
    m0_image(${module})
endforeach()
