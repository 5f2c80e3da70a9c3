// Checks a tlog-proof with sigstore's Merkle verifier and Node's own Ed25519; neither shares code with ours.
// Usage: node verify.cjs MODULES VKEY PROOF-FILE LEAF-FILE; exit status 0 only where the proof holds.
"use strict";
const {createPublicKey, verify} = require("node:crypto");
const {readFileSync} = require("node:fs");
const {join} = require("node:path");
const [modules, vkey, proofFile, leafFile] = process.argv.slice(2);
const {verifyMerkleInclusion} = require(join(modules, "@sigstore/verify/dist/tlog/merkle.js"));

const [head, ...rest] = readFileSync(proofFile, "utf8").split("\n\n");
const note = rest.join("\n\n"), lines = head.split("\n");
const cut = note.lastIndexOf("\n\n"), text = note.slice(0, cut + 1), [origin, size, root] = text.split("\n");
const [name, , material] = [vkey.split("+")[0], vkey.split("+")[1], vkey.split("+").slice(2).join("+")];
const raw = Buffer.from(material, "base64").subarray(1);
const key = createPublicKey({key: {kty: "OKP", crv: "Ed25519", x: raw.toString("base64url")}, format: "jwk"});
const signed = note.slice(cut + 2).trim().split("\n").some((line) => {
  const [, who, signature] = line.split(" ");
  return who === name && who === origin && verify(null, Buffer.from(text), key, Buffer.from(signature, "base64").subarray(4));
});
if (lines[0] !== "c2sp.org/tlog-proof@v1" || !signed) process.exit(1);
const hashes = lines.slice(2).map((line) => Buffer.from(line, "base64"));
const inclusionProof = {logIndex: lines[1].split(" ")[1], hashes};
try {
  verifyMerkleInclusion({inclusionProof, canonicalizedBody: readFileSync(leafFile)}, {logSize: size, logHash: Buffer.from(root, "base64")});
} catch (error) {
  console.error(String(error));
  process.exit(1);
}
