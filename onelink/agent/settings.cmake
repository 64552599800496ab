# SPDX-License-Identifier: MIT
# The settings registry: a library of its own, because a device with fixed settings does
# without. Included by onelink/agent/CMakeLists.txt, or by its users where that is not built.
include_guard(GLOBAL)
set(ol_settings_dir ${CMAKE_CURRENT_LIST_DIR})
ol_library(ol_settings
    SOURCES ${ol_settings_dir}/settings.c ${ol_settings_dir}/settings_names.c
            ${ol_settings_dir}/settings_table.c ${ol_settings_dir}/settings_text.c
            ${ol_settings_dir}/settings_words.c
    DEPENDS ol_base ol_json)
