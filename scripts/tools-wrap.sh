#!/usr/bin/env bash
# Makes commands for the Debian packages unpacked in $1/root: $1/bin/NAME runs the program with the libraries and
# fonts unpacked beside it.
set -euo pipefail
root=$1/root bin=$1/bin
mkdir -p "$bin"

libraries=$(find "$root" -type d -path '*/lib/*-linux-gnu*' \( -name '*-linux-gnu*' -o -name nss -o -name pulseaudio \) |
    paste -sd :)

cat >"$1/fonts.conf" <<EOF
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>$root/usr/share/fonts</dir><cachedir>$1/font-cache</cachedir></fontconfig>
EOF
fonts=$1/fonts.conf

wrap() { # name, program
    cat >"$bin/$1" <<EOF
#!/bin/sh
export LD_LIBRARY_PATH="$libraries\${LD_LIBRARY_PATH:+:\$LD_LIBRARY_PATH}"
[ -e /etc/fonts/fonts.conf ] || export FONTCONFIG_FILE="$fonts"
exec "$2" "\$@"
EOF
    chmod +x "$bin/$1"
}

for program in "$root"/usr/lib/postgresql/*/bin/* "$root/usr/bin/wrk" "$root/usr/bin/chromedriver" \
    "$root/usr/lib/chromium/chromium"; do
    # pg_config would lead others past the wrappers.
    [ ! -x "$program" ] || [ "${program##*/}" = pg_config ] || wrap "$(basename "$program")" "$program"
done
