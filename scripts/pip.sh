#!/bin/sh
# pip.sh DIR WHAT: install this project, editable, with the extras in WHAT, into the environment DIR. Quiet unless it fails.
set -eu
echo "Installing Jemaa ($2) into $1" >&2
"$1/bin/python" -m pip install --quiet --disable-pip-version-check --editable "$2"
