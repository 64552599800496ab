# SPDX-License-Identifier: MIT
foreach(name reader token writer number wide double)
    ol_test(test_json_${name} SOURCES json_${name}.c DEPENDS ol_json ol_test_json m)
endforeach()
