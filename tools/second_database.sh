#!/usr/bin/env bash
# Run a command with DATABASE_URL naming Debian's own PostgreSQL (15 or later), started in a temporary place.
set -euo pipefail
binaries=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1 || true)
if [ -z "$binaries" ] && [ "$(id -u)" = 0 ]; then
    echo "Installing Debian's PostgreSQL ..." >&2
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >&2
    binaries=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
fi
[ -n "$binaries" ] || { echo "No PostgreSQL under /usr/lib/postgresql. Install it once, as root: apt install postgresql" >&2; exit 2; }
place=$(mktemp -d /tmp/maidinh-second-XXXXXX); chmod 711 "$place"
as() { if [ "$(id -u)" = 0 ]; then setpriv --reuid=65534 --regid=65534 --clear-groups env -C "$place" "$@"; else env -C "$place" "$@"; fi; }
install -d -m 700 "$place/data"; install -d -m 711 "$place/run"
password=$(head -c 18 /dev/urandom | base64 | tr -d '/+=')
(umask 077; printf %s "$password" > "$place/password")
[ "$(id -u)" != 0 ] || chown 65534:65534 "$place/data" "$place/run" "$place/password"
trap 'as "$binaries/pg_ctl" -D "$place/data" -m fast -w stop >/dev/null 2>&1 || true; rm -rf "$place"' EXIT
as "$binaries/initdb" -D "$place/data" -U postgres -A scram-sha-256 --pwfile "$place/password" -E UTF8 --locale C.UTF-8 >/dev/null
as "$binaries/pg_ctl" -D "$place/data" -w -l "$place/data/log" -o "-c listen_addresses='' -c unix_socket_directories=$place/run -c fsync=off -c max_connections=200" start >/dev/null
echo "On $("$binaries/postgres" --version)" >&2
export DATABASE_URL="postgresql://postgres:$password@/postgres?host=$place/run"
"$@"
