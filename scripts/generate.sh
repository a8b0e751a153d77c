#!/usr/bin/env bash
# Writes what the program says about itself into folder $1: openapi/openapi.json (all surfaces),
# openapi/SURFACE.json for each folder of gateway/src/surfaces, and configuration.md.
set -euo pipefail
cd "$(dirname "$0")/.."
out=$1

cargo build --quiet --bin rapport
rapport() { "${CARGO_TARGET_DIR:-target}/debug/rapport" "$@"; }

# Written aside first: a failing command leaves the old file.
write() { # file, arguments of rapport …
    rapport "${@:2}" >"$1.new" && mv "$1.new" "$1"
}

mkdir -p "$out/openapi"
write "$out/openapi/openapi.json" openapi
for surface in gateway/src/surfaces/*/; do
    surface=$(basename "$surface")
    write "$out/openapi/$surface.json" openapi --surface "$surface"
done
write "$out/configuration.md" config-reference
