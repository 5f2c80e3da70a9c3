# The part of sigstore's own verifier (JavaScript) that checks whether an entry is in a log. It needs Node 20.
set -euo pipefail
npm install --silent --no-audit --no-fund --no-save --ignore-scripts --prefix "$JUDGE" '@sigstore/verify@4.1.3'
