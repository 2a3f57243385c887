#!/bin/sh
# All tests. The client's, and the labs, wait most of the time: they run beside each other, and beside what only reckons,
# which takes what they leave of the machine. Whatever plays or is listened to comes after them, and has it for itself: a
# film at what was left of it was seventeen times too slow, and with pages that are only looked at beside it, at a lower
# priority, words were missing over the thinnest lines.
set -eu
cd "$(dirname "$0")/.."
python=${VENV:-.venv}/bin/python
labs="tests/lab tests/probe"
reckons="tests/audit tests/evidence tests/facts tests/meeting tests/packets tests/reflector tests/sound tests/store
    tests/verdict tests/web tests/wire"
reports=$(mktemp -d)
status=0
pids=
beside() { # NAME COMMAND…: begin it; what it says is read when all is done
    name=$1
    shift
    "$@" >"$reports/$name" 2>&1 &
    pids="$pids $!"
}
trap 'kill $pids 2>/dev/null || true; rm -rf "$reports"' EXIT
trap 'exit 130' INT TERM
beside client scripts/test_client.sh
for lab in $labs; do beside "$(basename "$lab")" "$python" -m pytest "$lab"; done
# shellcheck disable=SC2086 # a list of folders
nice -n 10 "$python" -m pytest $reckons || status=$?
for pid in $pids; do wait "$pid" || status=$?; done
cat "$reports"/*
# shellcheck disable=SC2046 # options without spaces
"$python" -m pytest tests $(printf -- '--ignore=%s ' $labs $reckons) || status=$?
exit "$status"
