#!/bin/sh
# Installs the Debian packages of packages.txt that are missing. Without the right to do so it
# prints the command and fails. On other systems it only says what is needed.
set -eu
packages=$(cat "$(dirname "$0")/../packages.txt")

if ! command -v apt-get >/dev/null; then
  echo "Not a Debian system. Needed, by their Debian names:" $packages
  exit 0
fi

missing=
for package in $packages; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
    missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then
  sudo=
elif command -v sudo >/dev/null && sudo -v; then
  sudo=sudo
else
  echo "Debian packages are missing. Install them, then run make again:" >&2
  echo "  su -c 'apt-get update && apt-get install -y --no-install-recommends$missing'" >&2
  exit 1
fi
$sudo apt-get update -q
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -q -y --no-install-recommends $missing
