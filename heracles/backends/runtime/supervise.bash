# shellcheck shell=bash disable=SC2034,SC2154 # the script assigns these variables, other pieces use them

# Sleep, then pass the caught signals on to processes. A signal that ends the sleep was sent to all of them.
# (In a wait, bash can lose the exit code of a process that ends at a signal.)
heracles_sleep() {
    command -p sleep "$((SECONDS < heracles_begin + 2 ? 0 : 1)).02"
    heracles_slept=$? heracles_passed=("${heracles_caught[@]}") heracles_caught=()
    ((heracles_slept > 128)) || for heracles_signal in "${heracles_passed[@]}"; do
        kill -s "$heracles_signal" "$@"
    done
} 2> /dev/null
# Record the start of item $1, or its exit code. A missing folder does not matter.
heracles_record() {
    [[ -z $heracles_job ]] || printf '%s %s %s %(%s)T\n' "$heracles_name" "$1" "$2" -1 >> "$heracles_records"
} 2> /dev/null
