#!/usr/bin/env bash
# Makes sure that tools are there, installing only what is missing: scripts/tools.sh postgresql|chromium|wrk …
#
# As root, or with a sudo that asks nothing, Debian's packages are installed. Any other user gets the same packages
# unpacked into .tools/ of the checkout, with commands in .tools/bin; nothing outside the checkout changes.
# chromedriver does not find a browser unpacked there: give it `command -v chromium` as its binary.
set -euo pipefail
cd "$(dirname "$0")/.."

tools=$PWD/.tools
log=$tools/apt.log
oldest_postgresql=15
export PATH="$tools/bin:$PATH" DEBIAN_FRONTEND=noninteractive

say() { echo "tools: $*" >&2; }
die() { say "$*"; exit 1; }

have_postgresql() {
    local dir version
    for dir in "${RAPPORT_PG_BIN:-}" "$(pg_config --bindir 2>/dev/null || true)" \
        "$(dirname "$(readlink -f "$(command -v postgres || echo /)")")" \
        /usr/lib/postgresql/*/bin {/opt/homebrew,/usr/local}/opt/postgresql*/bin; do
        [ -x "$dir/postgres" ] && [ -x "$dir/initdb" ] && [ -x "$dir/pgbench" ] || continue
        version=$("$dir/postgres" --version | sed -E 's/.*\(PostgreSQL\) ([0-9]+).*/\1/')
        [ "$version" -ge "$oldest_postgresql" ] && return 0
    done
    return 1
}
have_chromium() { command -v chromium && command -v chromedriver && chromium --version; } >/dev/null 2>&1
have_wrk() { command -v wrk >/dev/null; }

# The packages of a tool. An older release of Debian or Ubuntu may offer PostgreSQL only under another number.
packages() {
    case $1 in
        postgresql)
            local offered
            offered=$(apt_cache policy postgresql | sed -nE 's/ *Candidate: ([0-9]+).*/\1/p')
            if [ "${offered:-0}" -ge "$oldest_postgresql" ]; then
                # The meta package asks for the newest; unpacking needs the real one.
                echo "postgresql-$offered"
            else
                apt_cache pkgnames postgresql- | grep -E '^postgresql-(1[5-9]|[2-9][0-9])$' | sort -V | tail -n 1
            fi
            ;;
        chromium) echo "chromium chromium-driver" ;;
        wrk) echo wrk ;;
    esac
}

# Options that make apt work for an ordinary user, in a folder of its own, seeing what the system has.
private_options() {
    printf '%s\n' -o "Dir::State=$tools/apt/state" -o Dir::State::status=/var/lib/dpkg/status \
        -o "Dir::Cache=$tools/apt/cache" -o "Dir::Log=$tools/apt/log" -o Dir::Cache::pkgcache= \
        -o Debug::NoLocking=1 -o APT::Sandbox::User= -o DPkg::Post-Invoke= -o APT::Update::Post-Invoke=
}

apt_get() { "${as_root[@]}" apt-get "${options[@]}" -y "$@" </dev/null >>"$log" 2>&1; }
apt_cache() { apt-cache "${options[@]}" "$@" 2>>"$log"; }

choose_way() {
    command -v apt-get >/dev/null || die "cannot install $*: no apt here; install it by hand$(brew_hint)"
    mkdir -p "$tools"
    : >"$log"
    options=(-o Acquire::Retries=2 -o Acquire::http::Timeout=20)
    if [ "$(id -u)" = 0 ]; then
        way=system as_root=(env)
    elif sudo -n true 2>/dev/null; then
        way=system as_root=(sudo -n env DEBIAN_FRONTEND=noninteractive)
    else
        way=unpack as_root=(env)
        mkdir -p "$tools"/apt/{state,cache/archives,log}/partial
        mapfile -t -O "${#options[@]}" options < <(private_options)
    fi
}

brew_hint() { [ "$(uname)" != Darwin ] || echo " (brew install postgresql@17 wrk; brew install --cask chromium)"; }

# Debian makes and starts a cluster with its first PostgreSQL, unless told otherwise.
install_system() {
    local told=/etc/postgresql-common/createcluster.d/rapport-tools.conf status=0
    "${as_root[@]}" mkdir -p "$(dirname $told)"
    echo "create_main_cluster = false" | "${as_root[@]}" tee $told >/dev/null
    apt_get install --no-install-recommends "$@" || status=$?
    "${as_root[@]}" rm -f $told
    return $status
}

install_unpacked() {
    local deb
    apt_get install --download-only --no-install-recommends "$@" || return
    for deb in "$tools"/apt/cache/archives/*.deb; do
        dpkg -x "$deb" "$tools/root" && rm "$deb"
    done
    scripts/tools-wrap.sh "$tools"
}

missing=()
for tool; do
    case $tool in postgresql | chromium | wrk) ;; *) die "unknown tool $tool" ;; esac
    "have_$tool" || missing+=("$tool")
done
[ ${#missing[@]} -gt 0 ] || exit 0

choose_way "${missing[@]}"
say "fetching ${missing[*]}"
# A source that fails may be one that is not needed, so what follows decides.
apt_get update || true
for tool in "${missing[@]}"; do
    read -ra names <<<"$(packages "$tool" | xargs)"
    [ ${#names[@]} -gt 0 ] || die "no package of $tool (is there a network?); see $log"
    "install_$([ $way = system ] && echo system || echo unpacked)" "${names[@]}" ||
        die "cannot install ${names[*]} (is there a network?): $(grep ^E: "$log" | tail -n 1); see $log"
    "have_$tool" || die "$tool does not work after installing ${names[*]}; see $log"
done
