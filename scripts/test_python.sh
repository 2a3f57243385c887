#!/bin/sh
# All tests in Python. The labs of test_paths.py wait most of the time: they have beside them what only reckons. Whatever is
# listened to or timed comes after both, and has the machine for itself.
set -eu
cd "$(dirname "$0")/.."
python=${VENV:-.venv}/bin/python
waits=tests/lab/test_paths.py
reckons="tests/audit tests/evidence tests/facts tests/packets tests/store tests/verdict tests/wire"
report=$(mktemp)
status=0
"$python" -m pytest "$waits" >"$report" 2>&1 &
labs=$!
trap 'kill "$labs" 2>/dev/null || true; rm -f "$report"' EXIT
trap 'exit 130' INT TERM
# shellcheck disable=SC2086 # a list of folders
"$python" -m pytest $reckons || status=$?
wait "$labs" || status=$?
cat "$report"
# shellcheck disable=SC2046 # options without spaces
"$python" -m pytest tests $(printf -- '--ignore=%s ' $waits $reckons) || status=$?
exit "$status"
