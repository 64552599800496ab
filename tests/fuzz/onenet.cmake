# SPDX-License-Identifier: MIT
foreach(name fuzz_token fuzz_model_import fuzz_onenet_json fuzz_onenet_device)
    ol_fuzzer(${name} SOURCES ${name}.c DEPENDS ol_onenet)
endforeach()
