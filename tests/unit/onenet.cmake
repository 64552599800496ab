# SPDX-License-Identifier: MIT
foreach(name token token_decode topic model_import value convert onejson device)
    ol_test(test_onenet_${name} SOURCES onenet_${name}.c
        DEPENDS ol_onenet ol_test_support)
endforeach()
