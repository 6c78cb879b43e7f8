#!/usr/bin/env bash
# The tests use real programs. Installs the missing ones with apt where that is
# allowed, else says what to install.
source "$(dirname "$0")/lib.sh"

# program:package, as Debian and Ubuntu name them.
needed=(redis-server:redis-server chromium:chromium nginx:nginx-light caddy:caddy)

# nginx lives in a folder that is not on every user's path.
PATH=$PATH:/usr/sbin:/sbin

missing=()
for pair in "${needed[@]}"; do
  command -v "${pair%%:*}" > /dev/null || missing+=("${pair##*:}")
done
[ "${#missing[@]}" -gt 0 ] || exit 0

step "installing ${missing[*]}"
advice=("The tests need these programs: ${missing[*]}"
  "Install them, for example with: sudo apt-get install --no-install-recommends ${missing[*]}")
command -v apt-get > /dev/null || fail "${advice[@]}"
as_root=()
if [ "$(id -u)" != 0 ]; then
  as_root=(sudo -n)
  "${as_root[@]}" true 2> /dev/null || fail "${advice[@]}"
fi

# An installed server must not start by itself: the tests start their own.
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq --no-install-recommends "${missing[@]}"

for pair in "${needed[@]}"; do
  command -v "${pair%%:*}" > /dev/null || fail "${pair%%:*} is still missing after the installation of ${pair##*:}."
done
