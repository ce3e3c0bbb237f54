# Functions that the scripts share. Sourced, not run; the caller has set -euo pipefail.
# shellcheck shell=bash

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# What is built, with which of Maven's profiles, from what besides the main sources. scripts/bench changes these.
BUILD=$ROOT/target
PROFILES=()
SOURCES=("$ROOT/pom.xml" "$ROOT/src/main" "$ROOT/kernels-cl")

say() { printf '%s\n' "$*" >&2; }

# One clear line, and the exit code of bad usage or a missing prerequisite.
die() {
    say "$(basename "$0"): $*"
    exit 2
}

# The Java program: that of JAVA_HOME, or the one on the PATH.
find_java() {
    if [ -n "${JAVA_HOME:-}" ]; then
        [ -x "$JAVA_HOME/bin/java" ] || die "JAVA_HOME=$JAVA_HOME has no bin/java; set it to a JDK 17 or newer, or unset it"
        JAVA=$JAVA_HOME/bin/java
    else
        JAVA=$(command -v java) || die "no java found; install a JDK 17 or newer (on Debian or Ubuntu: apt install openjdk-17-jdk-headless)"
    fi
}

# The feature number of a Java program, such as 17.
java_feature() {
    "$1" -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.specification\.version = \([0-9]*\).*/\1/p'
}

require_java_17() {
    find_java
    local feature
    feature=$(java_feature "$JAVA")
    [ "${feature:-0}" -ge 17 ] || die "$JAVA is Java ${feature:-of an unknown version}; install a JDK 17 or newer (on Debian or Ubuntu: apt install openjdk-17-jdk-headless)"
}

# Maven, or the wrapper, which downloads it.
maven() {
    if command -v mvn >/dev/null 2>&1; then
        mvn -B -ntp -Dstyle.color=never "$@"
    else
        "$ROOT/mvnw" -B -ntp -Dstyle.color=never "$@"
    fi
}

jar_file() {
    local jar
    for jar in "$BUILD"/clattention-*.jar; do
        case $jar in *-sources.jar | *-javadoc.jar | *-cli.jar) ;; *) [ -f "$jar" ] && printf '%s\n' "$jar" && return ;; esac
    done
}

# True if the jar is there with its libraries and no source is newer.
is_built() {
    local jar
    jar=$(jar_file)
    [ -n "$jar" ] && [ -d "$BUILD/lib" ] &&
        [ -z "$(find "${SOURCES[@]}" -newer "$jar" -print -quit)" ]
}

# Builds the jar if needed; shows Maven's words only if that fails. A second build at the same time waits for the first.
build_if_needed() {
    is_built && return
    [ -x "$(dirname "$(readlink -f "$JAVA")")/javac" ] ||
        die "$JAVA comes without a compiler; install a JDK 17 or newer (on Debian or Ubuntu: apt install openjdk-17-jdk-headless)"
    mkdir -p "$BUILD"
    (
        if command -v flock >/dev/null 2>&1; then flock 9; fi
        is_built && exit 0
        cd "$ROOT"
        say "building clattention, which takes a minute or two (the first time, its libraries are downloaded) ..."
        log=$(mktemp)
        trap 'rm -f "$log"' EXIT
        # The jar's time decides later whether it is current, so it must not stay when nothing in it changed.
        rm -f "$BUILD"/clattention-*.jar
        JAVA_HOME=$(dirname "$(dirname "$(readlink -f "$JAVA")")") \
            maven package "${PROFILES[@]}" -DskipTests -Dspotless.check.skip=true >"$log" 2>&1 || {
            grep -v "^\[INFO\]" "$log" >&2
            die "the build failed; its output is above"
        }
    ) 9>"$BUILD/.build-lock"
}

# True if the Java program comes with the Vector API.
has_vector_module() {
    local release
    release=$(dirname "$(dirname "$(readlink -f "$JAVA")")")/release
    if [ -f "$release" ] && grep -q '^MODULES=' "$release"; then
        grep -q '^MODULES=.*jdk\.incubator\.vector' "$release"
    else
        "$JAVA" --list-modules | grep -q '^jdk\.incubator\.vector'
    fi
}

# The JVM reads arguments and file names by the locale. A bare container has none, or names one that is not installed.
use_utf_8() {
    case $(locale charmap 2>/dev/null) in
    "" | ANSI_X3.4-1968 | US-ASCII) export LC_ALL=C.UTF-8 ;;
    esac
}

# Starts the command line.
run_clattention() {
    use_utf_8
    local heap=() vector=()
    # Vectors for the engine in Java. A runtime image without the module would not start with this flag.
    if has_vector_module; then
        vector=(--add-modules jdk.incubator.vector)
    fi
    # Half of the memory instead of a quarter: the weights of the largest layers are in the heap before they are on the device.
    case " ${JDK_JAVA_OPTIONS:-} ${JAVA_TOOL_OPTIONS:-} " in
        *-Xmx* | *MaxRAMPercentage* | *MaxHeapSize*) ;;
        *) heap=(-XX:MaxRAMPercentage=50) ;;
    esac
    exec "$JAVA" "${heap[@]}" "${vector[@]}" --enable-native-access=ALL-UNNAMED -cp "$(jar_file):$BUILD/lib/*" org.clattention.cli.Main "$@"
}
