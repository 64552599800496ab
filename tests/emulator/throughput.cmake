# SPDX-License-Identifier: MIT
# Speed of driver and bus on each board, a short run of `make throughput`, and the frames of a
# report against their budget.
ol_node_test(image_throughput FIXTURES board firmware TIMEOUT 300
    COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/throughput.mjs --bytes 262144 --call 1460 --gate)
ol_node_test(image_transcript FIXTURES board firmware TIMEOUT 300
    COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/throughput.mjs --transcript --gate)
