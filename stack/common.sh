# shellcheck shell=bash
# What stack/install, stack/local, native/build and it/ share: messages, counting tests, the JDK, the mirror. To be sourced.

say() { printf '%s\n' "$*"; }
warn() { printf '%s\n' "$*" >&2; }
die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# count_tests tests|failures|errors|skipped REPORT...: what Maven's test runners wrote, added up
count_tests() {
    { cat "${@:2}" 2>/dev/null || true; } | sed -n "s/.*<testsuite [^>]* $1=\"\([0-9]*\)\".*/\1/p" | awk '{ sum += $1 } END { print sum + 0 }'
}

# Where the native executable's builder looks for GraalVM's native-image, as native/NativeImage.java does.
graalvm_or_jdk() { printf '%s\n' "${GRAALVM_HOME:-${JAVA_HOME:-$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")}}"; }

# Is it the home of a JDK (not only a runtime) of version 25 or later?
is_jdk() {
    [[ -x $1/bin/javac && -r $1/release ]] || return 1
    local version
    version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release")
    [[ -n $version && $version -ge 25 ]]
}

# Sets and exports JAVA_HOME: the caller's, else the first JDK 25 or later that is found.
use_jdk() {
    if [[ -n ${JAVA_HOME:-} ]] && is_jdk "$JAVA_HOME"; then
        export JAVA_HOME
        return
    fi
    local candidate javac
    javac=$(readlink -f "$(command -v javac)" || true)
    for candidate in ${javac:+"${javac%/bin/javac}"} /usr/lib/jvm/* /opt/*; do
        if is_jdk "$candidate"; then
            JAVA_HOME=$candidate
            export JAVA_HOME
            return
        fi
    done
    die "no JDK 25 found in JAVA_HOME (${JAVA_HOME:-not set}), on PATH, under /usr/lib/jvm or /opt.
Install one (Debian 12 has none: Temurin from adoptium.net, for instance) and run again with JAVA_HOME=/path/to/jdk-25."
}

# The Debian mirror that this machine uses already.
mirror() {
    local found
    found=$({ sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/debian.sources; awk '$1 == "deb" { print $2 }' /etc/apt/sources.list; } 2>/dev/null \
        | sed -n 's/[[:space:]].*//; /security/!p' | head -n 1)
    printf '%s\n' "${found:-http://deb.debian.org/debian}"
}

# A command in a root of Debian, with /proc, which the systemd tools that packages call need.
inside() {
    # shellcheck disable=SC2016 # the inner shell's
    DEBIAN_FRONTEND=noninteractive LC_ALL=C unshare --mount --propagation private sh -c 'mount --rbind /proc "$1/proc" && exec chroot "$@"' sh "$@"
}
