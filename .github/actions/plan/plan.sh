#!/usr/bin/env bash
# What the action beside it does. Inputs come through the environment alone (INPUT_…) and are never
# part of a command's text, so nothing in them is executed. The exit code is that of the plan.
set -euo pipefail

# GitHub's limits: bytes of a step's summary, characters of a comment. Bytes are at least as many as
# characters, so counting bytes keeps both.
summary_limit=1048576
comment_limit=65536

fail() { printf '::error::%s\n' "$1"; exit 1; }

# The lines of a text without the white space around them, each as an element of the array `lines`.
read_lines() {
  lines=()
  local line
  while IFS= read -r line || [ -n "$line" ]; do
    line="${line#"${line%%[![:space:]]*}"}"
    line="${line%"${line##*[![:space:]]}"}"
    if [ -n "$line" ]; then lines+=("$line"); fi
  done <<<"$1"
}

# Prints a Markdown file that may have at most so many bytes. Of a longer one the lines that fit are
# printed, below a sentence that says so: at the top, where no open code block can swallow it.
print_within() {
  local file="$1" limit="$2" size room
  size=$(($(wc -c <"$file")))
  if [ "$size" -le "$limit" ]; then
    cat "$file"
    return
  fi
  room=$((limit - 400))
  printf '> **Cut.** The report has %d bytes, and GitHub takes %d here: what follows is its beginning. ' "$size" "$limit"
  printf 'The whole report is the file report.md among the reports of this run.\n\n'
  # The last line may be cut in its middle.
  head -c "$room" "$file" | sed '$d'
}

# Writes the comment, or a new text into the one that an earlier run wrote.
comment() {
  local number marker body id=""
  case "${GITHUB_REF:-}" in
    refs/pull/*/*) number="${GITHUB_REF#refs/pull/}"; number="${number%%/*}" ;;
    *) printf '::notice::no comment: this run belongs to no pull request\n'; return ;;
  esac
  marker="<!-- kyma-upgrade: $key -->"
  body="$scratch/comment.md"
  { printf '%s\n' "$marker"; print_within "$reports/report.md" $((comment_limit - ${#marker} - 1)); } >"$body"
  local comments="repos/$GITHUB_REPOSITORY/issues/$number/comments"
  id="$(gh api --paginate "$comments" --jq ".[] | select(.body | startswith(\"$marker\")) | .id" | head -n 1)" || id=""
  if [ -n "$id" ] && gh api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" -F body=@"$body"; then
    return
  fi
  gh api --silent --method POST "$comments" -F body=@"$body" ||
    printf '::warning::the comment could not be written; the job needs the permission pull-requests: write\n'
}

reports="${INPUT_REPORTS:-kyma-upgrade-reports}"
binary="${INPUT_BINARY:-kyma-upgrade}"
key="${INPUT_COMMENT_KEY:-plan}"
case "$reports" in *[[:cntrl:]]*) fail "the input reports has a control character in it" ;; esac
case "$key" in *[!A-Za-z0-9._-]*) fail "the input comment-key has other characters than letters, digits and -._" ;; esac
command -v -- "$binary" >/dev/null || fail "the program is not installed: see the input binary"
if [ -n "${INPUT_VERSION:-}" ] && [ "$("$binary" --version)" != "kyma-upgrade $INPUT_VERSION" ]; then
  fail "the program has another version than the input version says"
fi

scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$reports"
rm -f "$reports"/report.{md,html,json,sarif}

args=("--to=${INPUT_TO:-}")
if [ -n "${INPUT_FROM:-}" ]; then args+=("--from=$INPUT_FROM"); fi
if [ -n "${INPUT_POLICY:-}" ]; then args+=("--policy=$INPUT_POLICY"); fi
read_lines "${INPUT_OVERRIDES:-}"
for file in ${lines[@]+"${lines[@]}"}; do args+=("--overrides=$file"); done
for format in md html json sarif; do args+=("--report=$reports/report.$format"); done
read_lines "${INPUT_ARGS:-}"
args+=(${lines[@]+"${lines[@]}"})

# Reports quote what releases say: nothing in them is a command to the runner.
pause="$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
printf '::stop-commands::%s\n' "$pause"
code=0
# The token of the comment is none of the program's business.
env -u GH_TOKEN "$binary" plan "${args[@]}" || code=$?
printf '\n::%s::\n' "$pause"

case "$code" in
  0) verdict=ready ;;
  3) verdict=blocked ;;
  *) verdict=none ;;
esac
{
  printf 'verdict=%s\n' "$verdict"
  printf 'exit-code=%s\n' "$code"
  printf 'reports=%s\n' "$reports"
  printf 'sarif=%s\n' "$reports/report.sarif"
} >>"$GITHUB_OUTPUT"

if [ -f "$reports/report.md" ]; then
  print_within "$reports/report.md" "$summary_limit" >>"$GITHUB_STEP_SUMMARY"
  if [ "${INPUT_COMMENT:-false}" = true ]; then comment; fi
fi
exit "$code"
