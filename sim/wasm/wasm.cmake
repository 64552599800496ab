# SPDX-License-Identifier: MIT
# Modules for the board emulator. WebAssembly needs clang and its linker, which building the rest
# does not.
option(OL_WASM "build the models as WebAssembly (clang, lld); tests build them anyway" OFF)

# ol_wasm(NAME SOURCES ... DEPENDS headers ... FLAGS ... FETCH script FETCHED ...):
# BUILD/sim/NAME.wasm by the target sim_NAME_wasm. FETCHED are sources that the script brings.
# -fno-builtin keeps the compiler from making memcpy's loop a call of memcpy.
function(ol_wasm name)
    if(NOT (OL_WASM OR OL_TESTS))
        return()
    endif()
    find_program(OL_WASM_CLANG clang REQUIRED)
    find_program(OL_WASM_LD wasm-ld REQUIRED)
    cmake_parse_arguments(arg "" "FETCH" "SOURCES;DEPENDS;FLAGS;FETCHED" ${ARGN})
    set(fetch)
    if(arg_FETCH)
        set(fetch COMMAND ${arg_FETCH})
    endif()
    set(support ${PROJECT_SOURCE_DIR}/sim/wasm)
    set(out ${CMAKE_BINARY_DIR}/sim/${name}.wasm)
    add_custom_command(OUTPUT ${out}
        ${fetch}
        COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/sim
        COMMAND ${OL_WASM_CLANG} --target=wasm32 -std=c11 -O2 -ffreestanding -nostdlib
            -fno-builtin -Wall -Wextra -Werror -isystem ${support} ${arg_FLAGS}
            -I${PROJECT_SOURCE_DIR} -Wl,--no-entry ${arg_SOURCES} ${arg_FETCHED} ${support}/string.c
            -o ${out}
        DEPENDS ${arg_SOURCES} ${arg_DEPENDS} ${arg_FETCH} ${support}/string.c ${support}/string.h
        VERBATIM COMMENT "${name}.wasm")
    add_custom_target(sim_${name}_wasm ALL DEPENDS ${out})
endfunction()
