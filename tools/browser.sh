#!/usr/bin/env bash
# See that there is a browser for the journeys; root installs Debian's, anyone else is told. Never fatal here:
# the journeys themselves say that they are skipped, and fail when CI=true.
for name in chromium chromium-browser google-chrome; do command -v "$name" >/dev/null && exit 0; done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing Chromium for the browser journeys ..." >&2
    (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium) >&2 || true
else
    echo "No Chromium here: the browser journeys will be skipped. Install it once, as root: apt install chromium" >&2
fi
exit 0
