# SPDX-License-Identifier: MIT
# Streams for tests: two ends joined in memory, and a filter of the shape of TLS.
add_library(ol_test_stacked STATIC ${CMAKE_CURRENT_LIST_DIR}/stacked_stream.c
    ${CMAKE_CURRENT_LIST_DIR}/pipe_stream.c)
target_link_libraries(ol_test_stacked PUBLIC ol_link ol_test_support)
