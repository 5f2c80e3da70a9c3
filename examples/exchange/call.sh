#!/bin/sh
# A signed call through the exchange, with curl and openssl.
#
#     sh call.sh settings.json
#
# settings.json holds gateway, client, service, path, kid and the private key's file, as `maidinh exchange sandbox` writes
# it. The identifiers here need no percent-encoding; encode each part by itself where yours do.
set -eu

read_setting() { sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p" "$settings"; }
base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
# openssl signs in DER; a JWS wants r and s, each of 32 bytes, one after the other.
joined() {
    openssl asn1parse -inform DER | sed -n 's/.*INTEGER *:\([0-9A-F]*\).*/\1/p' |
        while read -r number; do printf '%064s' "$number" | tr ' ' '0' | tail -c 64; done
}
bytes() { sed 's/../\\\\x&/g' | xargs printf '%b'; }

settings=$1
client=$(read_setting client)
service=$(read_setting service)
key=$(read_setting key)
target="/r1/$service$(read_setting path)"
now=$(date +%s)
jti=$(openssl rand -hex 16)
body_hash=$(printf '' | openssl dgst -sha256 -binary | base64url)

header=$(printf '{"alg":"ES256","kid":"%s","typ":"maidinh-call+jwt"}' "$(read_setting kid)" | base64url)
claims=$(printf '{"iss":"%s","aud":"%s","iat":%d,"exp":%d,"jti":"%s","htm":"GET","htu":"%s","bsh":"%s"}' \
    "$client" "${service%%/*}" "$now" "$((now + 300))" "$jti" "$target" "$body_hash" | base64url)
signature=$(printf '%s.%s' "$header" "$claims" | openssl dgst -sha256 -sign "$key" | joined | bytes | base64url)

curl --silent --show-error --fail-with-body --noproxy '*' --include \
    --header "X-Road-Client: $client" \
    --header "Authorization: Bearer $header.$claims.$signature" \
    "$(read_setting gateway)$target"
