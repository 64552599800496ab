# SPDX-License-Identifier: MIT
foreach(name str utf8 addr buf decimal test_support)
    ol_test(test_base_${name} SOURCES base_${name}.c DEPENDS ol_base ol_test_support)
endforeach()
