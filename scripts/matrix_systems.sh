#!/bin/sh
# matrix_systems.sh [SYSTEM…]: install, by name, what `jemaa lab matrix` can drive besides Jemaa: aiortc, galene,
# janus, livekit; and coturn, the relay of aiortc and janus.
# Nothing else installs them: run it only if you want them. MATRIX_SYSTEMS says where the files of Galène and LiveKit go.
set -eu

GALENE=galene-1.1
LIVEKIT_SERVER=v1.13.5 # of July 2026; v1.13.0 and .1 cannot be installed by name
LIVEKIT_CLIENT=2.23.0
here=$(cd "$(dirname "$0")/.." && pwd)
python=$here/.venv/bin/python
folder=${MATRIX_SYSTEMS:-${XDG_DATA_HOME:-$HOME/.local/share}/jemaa/matrix-systems}

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

aiortc() { "$here/scripts/pip.sh" "$here/.venv" "$here[matrix]"; }

janus() { # its service must not start: the matrix runs its own
    as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
        apt-get install -q -y --no-install-recommends janus janus-demos
}

coturn() { # nor this one
    as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -q -y --no-install-recommends coturn
}

galene() { # needs Go and git
    mkdir -p "$folder"
    source=$(mktemp -d)
    git clone -q --depth 1 --branch "$GALENE" "${GALENE_SOURCE:-https://github.com/jech/galene}" "$source"
    (cd "$source" && CGO_ENABLED=0 go build -ldflags='-s -w' -o galene.built)
    rm -rf "$folder/galene"
    mkdir "$folder/galene"
    mv "$source/galene.built" "$folder/galene/galene"
    mv "$source/static" "$folder/galene/static"
    echo "$GALENE" >"$folder/galene/version"
    rm -rf "$source"
}

livekit() { # needs Go 1.26 or one that fetches it, and npm
    mkdir -p "$folder/bin"
    GOBIN=$folder/bin go install "github.com/livekit/livekit-server/cmd/server@$LIVEKIT_SERVER"
    mv "$folder/bin/server" "$folder/bin/livekit-server"
    (cd "$folder" && npm pack --silent "livekit-client@$LIVEKIT_CLIENT" >/dev/null)
    tar -xzf "$folder/livekit-client-$LIVEKIT_CLIENT.tgz" -C "$folder" --strip-components=2 package/dist/livekit-client.umd.js
    rm "$folder/livekit-client-$LIVEKIT_CLIENT.tgz"
}

[ $# -gt 0 ] || set -- aiortc coturn galene janus livekit
for system in "$@"; do
    case $system in
    aiortc | coturn | galene | janus | livekit) "$system" ;;
    *)
        echo "There is no system $system; there are aiortc, coturn, galene, janus and livekit." >&2
        exit 2
        ;;
    esac
done
"$python" -c 'from jemaa.matrix.systems import ALL
for one in ALL: print(one.name, one.missing() or one.version())'
