#!/bin/bash
# SPDX-License-Identifier: MIT
# The command line: what it prints, how it refuses, who may look into the folder.
set -eu
. "$OL_SOURCE_DIR/tests/interop/platform_lib.sh"

# run EXPECTED-STATUS ARGUMENT ...: leaves the two outputs in $out and $err
run() {
    local expected=$1 status=0
    shift
    out=$("$platform" "$@" 2>"$work/err") || status=$?
    err=$(cat "$work/err")
    is "status of: $*" "$expected" "$status"
}

model=$interop/platform_model.json
run 0 --version
like 'version' 'onelink-platform [0-9]*' "$out"
top=$("$platform" --help)
like 'help' 'usage:*serve*product create*device list*Exit status*' "$top"
for help in help -h 'help help'; do
    # shellcheck disable=SC2086
    run 0 $help
    is "the same by: $help" "$top" "$out"
done
for command in serve product 'product create' 'product list' device 'device create' 'device list'; do
    for help in "$command --help" "$command -h" "help $command"; do
        # shellcheck disable=SC2086
        run 0 $help
        like "help by: $help" "usage: onelink-platform $command*" "$out"
        is "nothing on standard error after: $help" '' "$err"
    done
done
run 0 serve --data "$data" --help
like 'defaults' '*127.0.0.1:1883*127.0.0.1:8080*--limits*(warn)*warn: *--set-timeout*(5)*--quiet*' "$out"
run 2 product
like 'what a product can' '*product what? create or list*' "$err"
run 2 device frobnicate
like 'what a device can' '*device takes create or list, not frobnicate*' "$err"
for wrong in '' 'frobnicate' 'product' 'product frobnicate' '--frobnicate' 'serve' \
    "serve --data $data --frobnicate x" "serve --data $data --limits maybe" "serve --data $data --limit-table maybe" \
    "serve --data $data --set-timeout 0" "serve --data $data --set-timeout 61" \
    "serve --data $data --set-timeout 5s" "serve --data $data --message-log maybe" \
    "serve --data $data --lists maybe" "serve --data $data --mqtt" '--version x' \
    "serve --data $data --quiet=yes" "product list --data $data --quiet" 'help frobnicate' \
    "product create --data $data" "device create --data $data --product Prod000001" \
    "serve --data $data extra"; do
    # shellcheck disable=SC2086
    run 2 $wrong
    like "usage after: $wrong" '*usage:*' "$err"
    is "nothing on standard output after: $wrong" '' "$out"
done
is 'and no folder made' no "$([ -e "$data" ] && echo yes || echo no)"
for address in 127.0.0.1 localhost localhost:x local:1883 127.0.0.1:x 127.0.0.1:65536 :1883 1.2.3:5; do
    run 2 serve --data "$data" --mqtt "$address"
    like "address $address" '*not ADDR:PORT*' "$err"
done
run 1 serve --data "$data" --mqtt 192.0.2.1:0
like 'not our address' '*192.0.2.1:0 is not an address of this machine*' "$err"

# ---- a folder that is not there ----
missing=$work/missing
run 1 product list --data "$missing"
like 'no folder' "*no data folder $missing*" "$err"
run 1 device list --data "$missing" --product Prod000001
like 'no folder' "*no data folder $missing*" "$err"
run 1 device create --data "$missing" --product Prod000001 --name led
like 'no folder' "*no data folder $missing*" "$err"
is 'and none made' no "$([ -e "$missing" ] && echo yes || echo no)"
mkdir -m 755 "$missing"
run 1 product list --data "$missing"
like 'a folder of others' "*$missing is no data folder: no onelink.db in it*" "$err"
is 'left alone' '755 0' "$(stat -c %a "$missing") $(find "$missing" -type f | wc -l)"

# ---- product create ----
run 0 product create --data "$data" --model "$model"
like 'one JSON object' '{"product_id":"??????????","access_key":"*="}' "$out"
is 'a product key is 32 bytes' 32 "$(jq -r .access_key <<<"$out" | base64 -d | wc -c)"
product=$(jq -r .product_id <<<"$out")
run 0 product create --data "$data" --model "$model" --id Prod000001
is 'the id asked for' Prod000001 "$(jq -r .product_id <<<"$out")"
run 1 product create --data "$data" --model "$model" --id Prod000001
like 'the id is taken' '*Prod000001*' "$err"
run 0 product list --data "$data"
is 'list' "{\"products\":[\"$product\",\"Prod000001\"]}" "$out"
for id in short bad_id_here "$(printf '%033d' 0)"; do
    run 2 product create --data "$data" --model "$model" --id "$id"
done
echo 'MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=' >"$work/k"
run 0 product create --data "$data" --model "$model" --id Prod000002 --key-file "$work/k"
is 'the key asked for' "$(cat "$work/k")" "$(jq -r .access_key <<<"$out")"
out=$("$platform" product create --data "$data" --model "$model" --id Prod000003 --key-file - <"$work/k")
is 'a key from standard input' "$(cat "$work/k")" "$(jq -r .access_key <<<"$out")"
for bad in '' 'not base64!' "$(printf '%0100d' 0)"; do
    printf '%s' "$bad" >"$work/k"
    run 2 product create --data "$data" --model "$model" --id Prod000004 --key-file "$work/k"
    like 'a bad key is not shown' '*the key in*cannot be used*' "$err"
    like 'a bad key is not shown' "*cannot be used*" "${err//not base64!/LEAK}"
done
run 2 product create --data "$data" --model "$model" --key-file "$work/none"

# ---- models ----
run 2 product create --data "$data" --model "$work/none.json"
sed 's/"max":"100"/"max":"-100"/' "$model" >"$work/m.json"
run 2 product create --data "$data" --model "$work/m.json"
like 'where and why' '*m.json, line 2: *properties\[0\]*min*max*' "$err"
printf '\xef\xbb\xbf' | cat - "$model" >"$work/bom.json"
run 0 product create --data "$data" --model "$work/bom.json"
echo '{"properties":' >"$work/m.json"
run 2 product create --data "$data" --model "$work/m.json"
like 'no JSON' '*m.json, line 1: *JSON*' "$err"
printf '{\r\n "properties": [\r\n  {"identifier": "a",},\r\n  {}]\r\n}\r\n' >"$work/m.json"
run 2 product create --data "$data" --model "$work/m.json"
like 'line of a comma too many' '*m.json, line 3: *JSON*' "$err"
printf '\xef\xbb\xbf\n\n"' >"$work/m.json"
run 2 product create --data "$data" --model "$work/m.json"
like 'line of the end' '*m.json, line 3: *' "$err"

# ---- device create ----
run 0 device create --data "$data" --product Prod000001 --name led-1_a
is 'a device key is 32 letters and digits' 32 \
    "$(jq -r .sec_key <<<"$out" | base64 -d | tr -cd A-Za-z0-9 | wc -c)"
is 'name' led-1_a "$(jq -r .device_name <<<"$out")"
run 1 device create --data "$data" --product Prod000001 --name led-1_a
run 1 device create --data "$data" --product Nothing001 --name led
like 'no product' '*no product Nothing001*' "$err"
for name in 'a b' "$(printf '%065d' 0)" 'ü' 'a/b'; do
    run 2 device create --data "$data" --product Prod000001 --name "$name"
done
run 0 device list --data "$data" --product Prod000001
is 'devices' '{"devices":[{"device_name":"led-1_a","online":false}]}' "$out"

# ---- the folder ----
is 'folder' 700 "$(stat -c %a "$data")"
platform_start --http localhost:0
is 'localhost' '127.0.0.1' "$(jq -r .http "$work/ready" | sed 's,http://,,;s,:.*,,')"
platform_stop
platform_start
is 'files' 600 "$(find "$data" -type f -printf '%m\n' | sort -u)"
is 'ready line' 'http,mqtt,token_file' "$(jq -r 'keys | join(",")' "$work/ready")"
is 'one line' 1 "$(wc -l <"$work/ready")"
run 1 serve --data "$data" --mqtt 127.0.0.1:0 --http 127.0.0.1:0
like 'two on one folder' "*another onelink-platform (process $platform_pid) is serving $data*" "$err"
run 1 serve --data "$work/other" --mqtt "127.0.0.1:$mqtt_port" --http 127.0.0.1:0
like 'MQTT port in use' "*port already in use*127.0.0.1:$mqtt_port*" "$err"
run 1 serve --data "$work/other" --mqtt 127.0.0.1:0 --http "127.0.0.1:$http_port"
like 'HTTP port in use' "*port already in use*127.0.0.1:$http_port*" "$err"
run 0 product create --data "$data" --model "$model" --id Prod000009
is 'create while serving' 0 "$(api "$api_token" GET '/device/list?product_id=Prod000009' | jq .code)"
platform_stop INT
is 'SIGINT' 0 "$platform_status"
first=$api_token
platform_start
is 'the token stays' "$first" "$api_token"
platform_stop
is 'nothing on standard error' '' "$(cat "$work/platform.err")"

chmod 755 "$data"
run 0 product list --data "$data"
is 'closed to others again' 700 "$(stat -c %a "$data")"
mkdir -m 755 "$work/shared"
touch "$work/shared/file"
run 1 product create --data "$work/shared" --model "$model"
like 'not a folder of ours' '*open to other users*' "$err"
is 'left alone' 755 "$(stat -c %a "$work/shared")"
run 1 product create --data "$work/no/folder" --model "$model"
like 'no place for a folder' "*cannot make the data folder $work/no/folder*" "$err"
touch "$work/file"
run 1 product list --data "$work/file"
like 'not a folder' "*$work/file*" "$err"
run 1 product create --data "$work/file" --model "$model"
like 'not a folder' "*$work/file is not a folder*" "$err"
mkdir -m 700 "$work/text"
echo 'no database' >"$work/text/onelink.db"
run 1 product list --data "$work/text"
like 'not a database' '*cannot open the database*' "$err"
sqlite3 "$data/onelink.db" 'PRAGMA user_version=99'
run 1 product list --data "$data"
like 'a newer schema' '*newer onelink-platform*' "$err"
