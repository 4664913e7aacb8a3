# shellcheck shell=bash
# Shared by the programs of this folder; sourced, never run. Finds JDK 25 and Maven and builds what is missing.
# Leaves TRIALOG_ROOT and, after trialog_require_jdk, JDK25; after trialog_require_mvn, MVN.

TRIALOG_ROOT="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd -P)"
TRIALOG_JAVA=25
EXIT_UNAVAILABLE=69

say() {
  printf '%s\n' "$*" >&2
}

# Prints the header comment of the calling script: everything after the first line up to the first line that is not a comment.
trialog_usage() {
  awk 'NR == 1 { next } /^#/ { sub(/^# ?/, ""); print; next } { exit }' "$1"
}

# True when $1 is the home of a JDK (compiler included) of the version we need.
trialog_is_jdk() {
  local home="$1" version
  [[ -x "$home/bin/java" && -x "$home/bin/javac" ]] || return 1
  version="$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$home/release" 2>/dev/null || true)"
  if [[ -z "$version" ]]; then
    version="$("$home/bin/java" -version 2>&1 | sed -n '1s/.*version "\([0-9]*\).*/\1/p' || true)"
  fi
  [[ "$version" == "$TRIALOG_JAVA" ]]
}

# The folder above bin of a program, links followed; empty when it cannot be told.
trialog_home_of() {
  local program="$1" target hops=0
  while [[ -L "$program" && "$hops" -lt 20 ]]; do
    target="$(readlink "$program")"
    [[ "$target" == /* ]] || target="$(dirname -- "$program")/$target"
    program="$target"
    hops=$((hops + 1))
  done
  (cd -- "$(dirname -- "$program")/.." 2>/dev/null && pwd -P) || true
}

# Sets JDK25, or returns 1.
trialog_find_jdk() {
  local home candidate
  JDK25=""
  if [[ -n "${JAVA_HOME:-}" ]] && trialog_is_jdk "$JAVA_HOME"; then
    JDK25="$JAVA_HOME"
    return 0
  fi
  candidate="$(command -v javac || true)"
  if [[ -n "$candidate" ]]; then
    home="$(trialog_home_of "$candidate")"
    if [[ -n "$home" ]] && trialog_is_jdk "$home"; then
      JDK25="$home"
      return 0
    fi
  fi
  for home in /usr/lib/jvm/* /opt/* /opt/java/* /Library/Java/JavaVirtualMachines/*/Contents/Home \
    "${HOME:-/nonexistent}"/.sdkman/candidates/java/* "${HOME:-/nonexistent}"/.jdks/*; do
    if trialog_is_jdk "$home"; then
      JDK25="$home"
      return 0
    fi
  done
  return 1
}

trialog_find_mvn() {
  MVN="$(command -v mvn || true)"
  if [[ -z "$MVN" && -n "${MAVEN_HOME:-}" && -x "$MAVEN_HOME/bin/mvn" ]]; then
    MVN="$MAVEN_HOME/bin/mvn"
  fi
  if [[ -z "$MVN" && -x "${HOME:-/nonexistent}/.sdkman/candidates/maven/current/bin/mvn" ]]; then
    MVN="$HOME/.sdkman/candidates/maven/current/bin/mvn"
  fi
  [[ -n "$MVN" ]]
}

trialog_say_jdk() {
  say "JDK $TRIALOG_JAVA is missing (looked in JAVA_HOME, PATH, /usr/lib/jvm, /opt, /Library/Java and ~/.sdkman)."
  say "  Debian or Ubuntu:  apt-get install openjdk-25-jdk-headless"
  say "                     or, with the Adoptium repository (https://adoptium.net/installation/linux):  apt-get install temurin-25-jdk"
  say "  elsewhere:         unpack a JDK 25 and set JAVA_HOME to its folder"
}

trialog_say_mvn() {
  say "Maven 3.8.7 or newer is missing (looked in PATH, MAVEN_HOME and ~/.sdkman)."
  say "  Debian or Ubuntu:  apt-get install maven"
}

# The tests run a Redis of their own; where its package starts one as a service, that one is left alone.
trialog_find_redis() {
  command -v redis-server >/dev/null
}

trialog_say_redis() {
  say "redis-server is missing (looked in PATH); the tests publish snapshots to a real one."
  say "  Debian or Ubuntu:  apt-get install redis-server"
}

# The load generator of bench-http, and of the slow test that runs it.
trialog_find_wrk() {
  command -v wrk >/dev/null
}

trialog_say_wrk() {
  say "wrk is missing (looked in PATH); it is the load on the routes that SDKs read."
  say "  Debian or Ubuntu:  apt-get install wrk"
}

trialog_require_jdk() {
  if ! trialog_find_jdk; then
    trialog_say_jdk
    exit "$EXIT_UNAVAILABLE"
  fi
}

trialog_require_mvn() {
  if ! trialog_find_mvn; then
    trialog_say_mvn
    exit "$EXIT_UNAVAILABLE"
  fi
}

# Lets Maven find the JDK wherever it is: Maven itself may run on any Java from 17 on, the toolchain is read from JAVA25_HOME.
trialog_export_java() {
  local home major
  export JAVA25_HOME="$JDK25"
  home="${JAVA_HOME:-}"
  if [[ -z "$home" ]] && command -v java >/dev/null; then
    home="$(trialog_home_of "$(command -v java)")"
  fi
  major="$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$home/release" 2>/dev/null || true)"
  if [[ -z "$major" || "$major" -lt 17 ]]; then
    export JAVA_HOME="$JDK25"
  fi
}

# trialog_is_current PRODUCT MODULE...: PRODUCT exists and no source of the modules is newer.
trialog_is_current() {
  local product="$1" module newer
  shift
  [[ -e "$product" ]] || return 1
  for module in "$@"; do
    newer="$(find "$TRIALOG_ROOT/pom.xml" "$TRIALOG_ROOT/$module/pom.xml" "$TRIALOG_ROOT/$module/src/main" \
      -type f -newer "$product" -print 2>/dev/null | head -n 1)"
    [[ -z "$newer" ]] || return 1
  done
}

# trialog_build PRODUCT TARGET MODULE...: builds Maven module TARGET and what it needs, unless PRODUCT is newer than all sources
# of the MODULEs. One build at a time; a second caller waits for the first and then finds everything current.
trialog_build() {
  local product="$1" target="$2"
  shift 2
  trialog_is_current "$product" "$@" && return 0
  trialog_require_mvn
  trialog_export_java
  mkdir -p "$TRIALOG_ROOT/target"
  (
    if command -v flock >/dev/null; then
      flock 9
      if trialog_is_current "$product" "$@"; then
        exit 0
      fi
    fi
    trialog_mvn_package "$product" "$target"
  ) 9>"$TRIALOG_ROOT/target/build.lock"
}

trialog_mvn_package() {
  local product="$1" target="$2" log="$TRIALOG_ROOT/target/build.log"
  say "Building $target (the first time takes some minutes; log: $log)"
  if ! (cd -- "$TRIALOG_ROOT" && "$MVN" -B -q -DskipTests -pl "$target" -am package) >"$log" 2>&1 </dev/null 9>&-; then
    tail -n 30 "$log" >&2
    say "The build of $target failed; all of it is in $log"
    exit "$EXIT_UNAVAILABLE"
  fi
  if [[ ! -e "$product" ]]; then
    say "The build of $target left no $product"
    exit "$EXIT_UNAVAILABLE"
  fi
  # Maven leaves a file alone that would not change; its age must still say that it was checked just now.
  touch "$product"
}

# trialog_bench CLASS ARGUMENT...: runs a program of ops/benchmarks in place of this shell, with a platform that it may start.
trialog_bench() {
  local class="$1" module="$TRIALOG_ROOT/ops/benchmarks" app="$TRIALOG_ROOT/ops/standalone/target/app"
  shift
  trialog_require_jdk
  trialog_build "$app/lib" ops/standalone \
    command-side/language command-side/eventstore command-side/http command-side/service \
    projections/statistics projections/snapshots projections/measurement projections/guardrails projections/receipts \
    projections/audit-trail projections/publishers projections/service query-side/service sdk/core sdk/java \
    audit-export/proof audit-export/log ops/standalone
  trialog_build "$module/target/lib" ops/benchmarks \
    command-side/language command-side/eventstore projections/snapshots sdk/core sdk/java sdk/kafka ops/benchmarks
  exec "$JDK25/bin/java" -Xmx1g -XX:+UseSerialGC -Dtrialog.platform="$app/lib/*" \
    -cp "$module/target/*:$module/target/lib/*" "io.trialog.benchmarks.$class" "$@"
}
