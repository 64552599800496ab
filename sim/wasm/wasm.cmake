# SPDX-License-Identifier: MIT
# Modules for the board emulator. WebAssembly needs clang and its linker, which building the rest
# does not.
option(OL_WASM "build the models as WebAssembly (clang, lld); tests build them anyway" OFF)

# ol_wasm(NAME SOURCES ... DEPENDS headers ... FLAGS ...): BUILD/sim/NAME.wasm by the target
# sim_NAME_wasm. -fno-builtin keeps the compiler from making memcpy's loop a call of memcpy.
function(ol_wasm name)
    if(NOT (OL_WASM OR OL_TESTS))
        return()
    endif()
    find_program(OL_WASM_CLANG clang REQUIRED)
    find_program(OL_WASM_LD wasm-ld REQUIRED)
    cmake_parse_arguments(arg "" "" "SOURCES;DEPENDS;FLAGS" ${ARGN})
    set(support ${PROJECT_SOURCE_DIR}/sim/wasm)
    set(out ${CMAKE_BINARY_DIR}/sim/${name}.wasm)
    add_custom_command(OUTPUT ${out}
        COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/sim
        COMMAND ${OL_WASM_CLANG} --target=wasm32 -std=c11 -O2 -ffreestanding -nostdlib
            -fno-builtin -Wall -Wextra -Werror -isystem ${support} ${arg_FLAGS}
            -I${PROJECT_SOURCE_DIR} -Wl,--no-entry ${arg_SOURCES} ${support}/string.c -o ${out}
        DEPENDS ${arg_SOURCES} ${arg_DEPENDS} ${support}/string.c ${support}/string.h
        VERBATIM COMMENT "${name}.wasm")
    add_custom_target(sim_${name}_wasm ALL DEPENDS ${out})
endfunction()
