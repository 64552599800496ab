#SPDX - License - Identifier : MIT
foreach (name token token_decode)
ol_test(test_onenet_${name} SOURCES onenet_${name}.c DEPENDS ol_onenet ol_test_support)
    endforeach()
