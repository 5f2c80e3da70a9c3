// Checks a tlog-proof with Go's own sumdb packages, which share no code with ours.
// Usage: verify VKEY PROOF-FILE LEAF-FILE; exit status 0 only where the proof holds.
package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func hash(line string) (h tlog.Hash) {
	data, err := base64.StdEncoding.DecodeString(line)
	must(err)
	if len(data) != len(h) {
		must(fmt.Errorf("a hash of %d bytes", len(data)))
	}
	copy(h[:], data)
	return h
}

func main() {
	verifier, err := note.NewVerifier(os.Args[1])
	must(err)
	proof, err := os.ReadFile(os.Args[2])
	must(err)
	leaf, err := os.ReadFile(os.Args[3])
	must(err)
	cut := bytes.Index(proof, []byte("\n\n"))
	if cut < 0 {
		must(fmt.Errorf("no checkpoint"))
	}
	opened, err := note.Open(proof[cut+2:], note.VerifierList(verifier))
	must(err)
	state := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(state[1], 10, 64)
	must(err)
	head := strings.Split(string(proof[:cut]), "\n")
	index, err := strconv.ParseInt(strings.TrimPrefix(head[1], "index "), 10, 64)
	must(err)
	steps := tlog.RecordProof{}
	for _, line := range head[2:] {
		steps = append(steps, hash(line))
	}
	must(tlog.CheckRecord(steps, size, hash(state[2]), index, tlog.RecordHash(leaf)))
}
