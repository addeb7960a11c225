# shellcheck shell=bash disable=SC2034,SC2154 # the script assigns these variables, other pieces use them

# Sleep, then pass caught signals on to processes. One that ends the sleep was sent to all of them.
heracles_sleep() {
    command -p sleep "$((SECONDS > 2)).02"
    heracles_slept=$? heracles_passed=("${heracles_caught[@]}") heracles_caught=()
    ((heracles_slept > 128)) || for heracles_signal in "${heracles_passed[@]}"; do
        kill -s "$heracles_signal" "$@"
    done
} 2> /dev/null
# Record the item's start, or its exit code; say so once if that fails.
heracles_record() {
    [[ -z $heracles_job ]] || {
        [[ ! -L $heracles_records && ! -p $heracles_records ]] &&
            printf '%s %s %s %(%s)T\n' "$heracles_name" "$heracles_item" "$1" -1 >> "$heracles_records"
    } 2> /dev/null || ((heracles_warned++)) || printf '%s\n' "Heracles cannot write to $heracles_records" >&2
}
