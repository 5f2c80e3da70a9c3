#!/usr/bin/env bash
# Make the virtual environment: $1 the interpreter, $2 the place.
set -euo pipefail
python=$1 venv=$2
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "Mái Đình needs Python 3.11 or later; '$python' is not. Give another: make PYTHON=/path/to/python3" >&2
    exit 2
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get update -qq && apt-get install -y -qq python3-venv
    else
        echo "Python's venv module is missing. Install it once, as root: apt install python3-venv" >&2
        exit 2
    fi
fi
rm -rf "$venv"
"$python" -m venv "$venv"
