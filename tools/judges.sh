#!/usr/bin/env bash
# Make the judges: clients and verifiers that are not ours, each in an environment of its own under .judges/NAME.
# A judge is a folder tests/judges/NAME with any of
#   packages.txt      names of Debian packages, one a line: unpacked into .judges/NAME/root, nothing is installed
#   requirements.txt  Python packages: a virtual environment .judges/NAME/venv
#   prepare.sh        anything else; run last, with JUDGE naming .judges/NAME
# A judge whose files have not changed is not made again. With names as arguments: only these.
set -euo pipefail
cd "$(dirname "$0")/.."
place=$PWD/.judges
python=${PYTHON:-python3}
apt=(-o "Dir::State::lists=$place/apt/lists" -o "Dir::Cache=$place/apt/cache" -o APT::Sandbox::User=root -o Debug::NoLocking=1)

packages_of() {
    mapfile -t wanted < <(grep -Ev '^[[:space:]]*(#|$)' "$1")
    if [ ! -e "$place/apt/updated" ]; then
        mkdir -p "$place/apt/lists/partial" "$place/apt/cache/archives/partial"
        apt-get "${apt[@]}" -qq update && touch "$place/apt/updated"
    fi
    # What the machine has already is used as it is.
    mapfile -t missing < <(LC_ALL=C apt-get "${apt[@]}" -s --no-install-recommends --no-upgrade install "${wanted[@]}" | sed -n 's/^Inst \([^ ]*\) .*/\1/p')
    mkdir -p "$2"
    [ "${#missing[@]}" = 0 ] || (cd "$place/apt/cache/archives" && rm -f -- *.deb && apt-get "${apt[@]}" -qq download "${missing[@]}" && for file in *.deb; do dpkg -x "$file" "$2"; done)
    # A link such as /etc/x means the file that was unpacked beside it.
    find "$2" -type l -lname '/*' -print0 | while IFS= read -r -d '' link; do
        target=$(readlink "$link")
        if [ -e "$2$target" ] || [ -L "$2$target" ]; then ln -sfnr "$2$target" "$link"; fi
    done
}

make_judge() {
    local source=$PWD/tests/judges/$1 judge=$place/$1 print
    print=$(cd "$source" && cat packages.txt requirements.txt prepare.sh 2>/dev/null | sha256sum || true)
    [ "$(cat "$judge/ready" 2>/dev/null)" = "$print" ] && return
    echo "Making the judge $1 ..." >&2
    rm -rf "$judge"; mkdir -p "$judge"
    [ ! -e "$source/packages.txt" ] || packages_of "$source/packages.txt" "$judge/root"
    if [ -e "$source/requirements.txt" ]; then
        tools/python.sh "$python" "$judge/venv"
        "$judge/venv/bin/pip" install --quiet --disable-pip-version-check -r "$source/requirements.txt"
    fi
    [ ! -e "$source/prepare.sh" ] || (cd "$source" && JUDGE=$judge bash prepare.sh)
    echo "$print" > "$judge/ready"
}

if [ $# = 0 ]; then
    for folder in tests/judges/*/; do
        name=$(basename "$folder")
        [[ $name == __* ]] || set -- "$@" "$name"
    done
fi
for name in "$@"; do
    [ -d "tests/judges/$name" ] || { echo "There is no judge tests/judges/$name." >&2; exit 2; }
    make_judge "$name"
done
