#!/bin/sh
# venv.sh DIR: make a Python environment there, or say in one sentence what this machine lacks.
set -eu
python=${PYTHON:-python3}

can_install() { command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }
install_packages() {
    log=$(mktemp)
    as_root apt-get update -q >"$log" 2>&1 || cat "$log" >&2
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@" >"$log" 2>&1 ||
        cat "$log" >&2
    rm -f "$log"
}
lacks() {
    echo "This machine lacks $1: install it (on Debian or Ubuntu: apt-get install $2) and run make again." >&2
    exit 1
}

if ! command -v "$python" >/dev/null; then
    can_install || lacks "Python 3.11 or later" "python3 python3-venv"
    echo "Installing python3 and python3-venv" >&2
    install_packages python3 python3-venv
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "Jemaa needs Python 3.11 or later and $python is $("$python" -V 2>&1): run make with PYTHON=/path/to/another." >&2
    exit 1
fi
# Debian's python3 has the module venv without ensurepip until python3-venv is installed.
if ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
    can_install || lacks "Python's venv module" "python3-venv"
    echo "Installing python3-venv" >&2
    install_packages python3-venv
fi
"$python" -m venv "$1"
