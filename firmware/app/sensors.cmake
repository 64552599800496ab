# SPDX-License-Identifier: MIT
# ol_sensors(FOLDER LIST SOURCES): every C file of the folder is a sensor and defines
# app_sensor_NAME of its own NAME. Writes a line SENSOR(NAME) for each into the file LIST, and
# gives their paths in SOURCES.
function(ol_sensors folder list sources)
    if(CMAKE_SCRIPT_MODE_FILE)
        file(GLOB files ${folder}/*.c)
    else()
        file(GLOB files CONFIGURE_DEPENDS ${folder}/*.c)
    endif()
    set(lines "")
    foreach(file ${files})
        get_filename_component(name ${file} NAME_WE)
        if(NOT name MATCHES "^[A-Za-z_][A-Za-z0-9_]*$")
            message(FATAL_ERROR "${file}: a sensor's file needs a name that C allows")
        endif()
        string(APPEND lines "SENSOR(${name})\n")
    endforeach()
    file(CONFIGURE OUTPUT ${list} CONTENT "${lines}")
    set(${sources} ${files} PARENT_SCOPE)
endfunction()
