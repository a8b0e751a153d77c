#!/usr/bin/env bash
# Fails when a committed file differs from what the program generates now.
set -euo pipefail
cd "$(dirname "$0")/.."

fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
scripts/generate.sh "$fresh"

status=0
for name in openapi configuration.md; do
    diff -ru "docs/$name" "$fresh/$name" || status=1
done
[ $status = 0 ] || echo "drift: run 'make openapi' and commit what it writes" >&2
exit $status
