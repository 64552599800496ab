#!/bin/bash
# SPDX-License-Identifier: MIT
# A sensor of one's own was one C file and a line in each of three others. Now the file is all: the
# one in docs/board.md is taken as it stands, put beside the example, listed and linked.
set -euo pipefail
source_dir=${OL_SOURCE_DIR:?}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"

mkdir -p sensors firmware/app
cp "$source_dir/firmware/app/sensors/uptime.c" sensors
awk '/^One C file in `firmware\/app\/sensors\/`, say `soil.c`:/ { wanted = 1 }
     /^```/ && wanted { if (inside) exit; inside = 1; next }
     inside' "$source_dir/docs/board.md" >sensors/soil.c
grep -q app_sensor_soil sensors/soil.c

cat >list.cmake <<CMAKE
include($source_dir/firmware/app/sensors.cmake)
ol_sensors($tmp/sensors $tmp/firmware/app/sensors.inc sources)
CMAKE
cmake -P list.cmake
cat >main.c <<'C'
#include <stdio.h>

#include "firmware/app/sensor.h"

int main(void)
{
    for (size_t i = 0; i < app_sensor_count; i++) {
        printf("%s ", app_sensors[i]->name);
    }
    return 0;
}
C
cc -std=c11 -Wall -Wextra -Wconversion -Werror -I"$source_dir" -I. -o list \
    main.c sensors/*.c "$source_dir/firmware/app/sensor.c"
names=$(./list)
[ "$names" = "soil uptime " ] || {
    echo "the sensors are: $names" >&2
    exit 1
}

touch sensors/no-name.c
if said=$(cmake -P list.cmake 2>&1); then
    echo "a file whose name C does not allow was taken" >&2
    exit 1
fi
[[ $said == *no-name.c* ]]
echo "one file, one sensor"
