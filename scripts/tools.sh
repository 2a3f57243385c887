#!/bin/sh
# tools.sh COMMAND|LIBRARY…: see that these are here; install Debian's packages for what is missing when that is
# possible without asking for a password, else name the packages in one sentence and fail.
set -eu

package_of() { # the Debian package of a command, where it has another name
    case $1 in
    chromium) echo chromium ;;
    pulseaudio) echo pulseaudio pulseaudio-utils ;;
    ip) echo iproute2 ;;
    nft) echo nftables ;;
    turnserver) echo coturn ;;
    WebKitWebDriver) echo webkit2gtk-driver xvfb gstreamer1.0-plugins-good gstreamer1.0-pulseaudio ;;
    libatomic.so.1) echo libatomic1 ;;
    *) echo "$1" ;;
    esac
}
found() {
    case $1 in
    pulseaudio) command -v pulseaudio >/dev/null && command -v parec >/dev/null && command -v pacat >/dev/null ;;
    chromium) [ -n "${CHROMIUM:-}" ] || command -v chromium >/dev/null ;;
    WebKitWebDriver) command -v WebKitWebDriver >/dev/null && command -v Xvfb >/dev/null && ls /usr/lib/*/gstreamer-1.0/libgstpulseaudio.so >/dev/null 2>&1 ;;
    firefox-esr) [ -n "${FIREFOX:-}" ] || command -v firefox-esr >/dev/null ;;
    lib*.so.*) PATH="$PATH:/usr/sbin:/sbin" ldconfig -p | grep -q "^[[:space:]]*$1 " ;;
    *) PATH="$PATH:/usr/sbin" command -v "$1" >/dev/null ;;
    esac
}
missing() { for tool in "$@"; do found "$tool" || package_of "$tool"; done; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

packages=$(missing "$@" | tr '\n' ' ')
[ -n "$packages" ] || exit 0
if command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }; then
    echo "Installing $packages" >&2
    log=$(mktemp)
    trap 'rm -f "$log"' EXIT
    as_root apt-get update -q >"$log" 2>&1 || cat "$log" >&2
    # Recommended packages would bring in a desktop; the tests need none. icecast2 must not start by itself.
    # shellcheck disable=SC2086 # a list of packages
    as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
        apt-get install -q -y --no-install-recommends $packages >"$log" 2>&1 || cat "$log" >&2
fi
packages=$(missing "$@" | tr '\n' ' ')
[ -n "$packages" ] || exit 0
case " $packages" in
*" chromium "*)
    if grep -qs '^ID=ubuntu' /etc/os-release; then
        echo "Ubuntu has Chromium as a snap only, whose own walls keep the tests from it; install another (Chrome's package will do) and name it: CHROMIUM=/usr/bin/google-chrome make test" >&2
        exit 1
    fi
    ;;
esac
echo "This needs packages that are not here: as root, apt-get install --no-install-recommends ${packages}(Debian 12 or Ubuntu 24.04)." >&2
exit 1
