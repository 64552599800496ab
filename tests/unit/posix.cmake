# SPDX-License-Identifier: MIT
foreach(part stream host netns)
    ol_test(test_posix_${part} SOURCES posix_${part}.c DEPENDS ol_posix)
    target_compile_definitions(test_posix_${part} PRIVATE _GNU_SOURCE)
endforeach()
set_tests_properties(test_posix_netns PROPERTIES SKIP_RETURN_CODE 77)
