# SPDX-License-Identifier: MIT
ol_fuzzer(fuzz_agent SOURCES ${CMAKE_CURRENT_LIST_DIR}/fuzz_agent.c DEPENDS ol_agent)
