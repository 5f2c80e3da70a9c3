#!/usr/bin/env bash
# Renew requirements/*.txt: exact versions and hashes, without any index address. `tools/lock.sh --upgrade` takes newer ones.
set -euo pipefail
cd "$(dirname "$0")/.."
compile() { .venv/bin/pip-compile --quiet --strip-extras --allow-unsafe --generate-hashes --no-emit-index-url \
    --no-emit-trusted-host --no-emit-find-links --no-header "$@"; }
compile "$@" -c requirements/limits.in -o requirements/runtime.txt pyproject.toml
compile -c requirements/runtime.txt -o requirements/build.txt requirements/build.in
compile --extra dev -c requirements/runtime.txt -o requirements/dev.txt pyproject.toml
