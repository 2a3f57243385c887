#!/bin/sh
# All tests. The client's, and the labs of test_paths.py, wait most of the time: they have beside them what only reckons.
# Whatever is listened to or timed comes after them, and has the machine for itself.
set -eu
cd "$(dirname "$0")/.."
python=${VENV:-.venv}/bin/python
waits=tests/lab/test_paths.py
reckons="tests/audit tests/evidence tests/facts tests/packets tests/store tests/verdict tests/wire"
reports=$(mktemp -d)
status=0
scripts/test_client.sh >"$reports/client" 2>&1 &
client=$!
"$python" -m pytest "$waits" >"$reports/labs" 2>&1 &
labs=$!
trap 'kill "$client" "$labs" 2>/dev/null || true; rm -rf "$reports"' EXIT
trap 'exit 130' INT TERM
# shellcheck disable=SC2086 # a list of folders
"$python" -m pytest $reckons || status=$?
wait "$client" || status=$?
cat "$reports/client"
wait "$labs" || status=$?
cat "$reports/labs"
# shellcheck disable=SC2046 # options without spaces
"$python" -m pytest tests $(printf -- '--ignore=%s ' $waits $reckons) || status=$?
exit "$status"
