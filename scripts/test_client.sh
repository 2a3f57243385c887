#!/bin/sh
# The browser's pure parts, tested by Node's own runner. A skipped test is a failure in CI.
set -eu
cd "$(dirname "$0")/.."
node=${VENV:-.venv}/bin/node
[ -x "$node" ] || node=node
report=$(mktemp)
trap 'rm -f "$report"' EXIT
# Node 22 and later no longer take a folder here, so the files are named.
files=$(find tests/client -name '*.test.mjs' | sort)
status=0
# shellcheck disable=SC2086 # a list of files
"$node" --test --test-reporter=spec --test-reporter-destination=stdout \
    --test-reporter=tap --test-reporter-destination="$report" $files || status=$?
if [ -n "${CI:-}" ] && grep -qE '^# (skipped|todo) [1-9]' "$report"; then
    echo "In CI a skipped test is a failure:" >&2
    grep -E '# (SKIP|TODO)' "$report" >&2
    exit 1
fi
exit $status
