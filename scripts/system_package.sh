#!/bin/sh
# Installs a package of Debian or Ubuntu: sh scripts/system_package.sh NAME
# Where it can't, it says the one command to run, and fails.
set -eu
exec >&2
package=$1

as_root="env"
[ "$(id -u)" = 0 ] || as_root="sudo -n env" # -n: it asks for no password, it fails instead

install() {
    $as_root DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends "$package"
}

if ! command -v apt-get >/dev/null; then
    echo "$package is missing: install it with your system's package manager."
    exit 1
fi
if $as_root true 2>/dev/null; then
    echo "Installing $package with the system's package manager"
    # The lists of packages may be old, or not there yet.
    if install || { $as_root apt-get update && install; }; then
        exit 0
    fi
fi
echo "$package is missing. Run this, and then the same command again:"
echo "    sudo apt-get install $package"
exit 1
