#!/bin/sh
# All tests. The client's, and the labs, wait most of the time: they run beside each other, and before what only reckons,
# which takes what they leave of the machine. Whatever is listened to comes after them. It waits for words to be spoken and
# leaves half of the machine: pages that are only looked at or pressed take of that what it does not need.
set -eu
cd "$(dirname "$0")/.."
python=${VENV:-.venv}/bin/python
labs="tests/lab tests/probe"
reckons="tests/audit tests/evidence tests/facts tests/ingest tests/meeting tests/packets tests/reflector tests/sound
    tests/store tests/verdict tests/web tests/wire"
looks="tests/bench tests/e2e/test_check.py tests/e2e/test_desk.py tests/e2e/test_keyboard.py tests/e2e/test_looks.py
    tests/e2e/test_picture.py tests/e2e/test_pressing.py tests/e2e/test_text.py tests/test_cli.py
    tests/test_cli_check.py tests/test_cli_check_asked.py tests/test_cli_check_history.py"
reports=$(mktemp -d)
status=0
pids=
beside() { # NAME COMMAND…: begin it; what it says is read by `told`
    name=$1
    shift
    "$@" >"$reports/$name" 2>&1 &
    pids="$pids $!"
}
told() { # wait for what was begun
    for pid in $pids; do wait "$pid" || status=$?; done
    pids=
    cat "$reports"/*
    rm "$reports"/*
}
trap 'kill $pids 2>/dev/null || true; rm -rf "$reports"' EXIT
trap 'exit 130' INT TERM
beside client scripts/test_client.sh
for lab in $labs; do beside "$(basename "$lab")" "$python" -m pytest "$lab"; done
# shellcheck disable=SC2086 # lists of folders and files
nice -n 10 "$python" -m pytest $reckons || status=$?
told
# shellcheck disable=SC2086
beside looks nice -n 10 "$python" -m pytest $looks
# shellcheck disable=SC2046 # options without spaces
"$python" -m pytest tests $(printf -- '--ignore=%s ' $labs $reckons $looks) || status=$?
told
exit "$status"
