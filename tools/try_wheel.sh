#!/usr/bin/env bash
# The wheel alone, outside the checkout, in an environment of its own: it must take a dossier through all layers.
set -euo pipefail
cd "$(dirname "$0")/.."
make --quiet wheel
place=$(mktemp -d /tmp/maidinh-wheel-XXXXXX); trap 'rm -rf "$place"' EXIT
chmod 755 "$place"
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --require-hashes -r requirements/runtime.txt
"$place/venv/bin/pip" install --quiet --no-deps dist/maidinh-*.whl
cd "$place" && env -i HOME="$place" PATH=/usr/bin:/bin LANG=C.UTF-8 "$place/venv/bin/maidinh" demo --check --province lao-cai
