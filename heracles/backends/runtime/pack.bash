# shellcheck shell=bash disable=SC2034,SC2154 # the script assigns these variables, other pieces use them

# Wait until fewer than $1 runs are left, and record how the others ended.
heracles_wait() {
    while ((${#heracles_running[@]} >= $1)); do
        heracles_sleep "${!heracles_running[@]}"
        for heracles_pid in "${!heracles_running[@]}"; do
            kill -0 "$heracles_pid" 2> /dev/null && continue
            wait "$heracles_pid" 2> /dev/null
            heracles_code=$?
            ((heracles_code == 0)) || heracles_failed+=("${heracles_labels[heracles_pid]}")
            heracles_item=${heracles_running[heracles_pid]}
            heracles_record "$heracles_code"
            unset "heracles_running[heracles_pid]"
        done
    done
}
# A task of the array: do its runs in separate bashes, so that no EXIT trap and no exec can hide their exit codes.
if [[ ${HERACLES_RUN:-} != "$heracles_self "* && $heracles_task =~ ^(-|[0-9]+)$ && ${1-} =~ ^([+][1-9][0-9]*)?$ ]]; then
    heracles_options=${-//[!aeu]/} heracles_caught=() heracles_stopped=0
    set +aeu
    for heracles_signal in USR1 USR2 ALRM XCPU; do
        trap -- "heracles_caught+=($heracles_signal)" "$heracles_signal"
    done
    for heracles_signal in HUP INT QUIT TERM; do # after these, no further run starts
        trap -- "heracles_caught+=($heracles_signal) heracles_stopped=1" "$heracles_signal"
    done
    heracles_next=$(((10#${heracles_task/-/0} + heracles_offset + 0${1:-}) * heracles_pack))
    heracles_end=$((heracles_items - heracles_next < heracles_pack ? heracles_items : heracles_next + heracles_pack))
    heracles_place "$heracles_next" # or end with the usage
    heracles_running=() heracles_labels=() heracles_failed=() heracles_done=
    # Of a task that was requeued, what ended well is not run again.
    [[ ${heracles_restarts/0/} ]] && heracles_done=$(command -p grep -hsF "$heracles_name " "$heracles_folder"/*)
    for (( ; heracles_next < heracles_end && !heracles_stopped; heracles_next++)); do
        heracles_place "$heracles_next"
        [[ $'\n'$heracles_done != *$'\n'"$heracles_name $heracles_item 0 "* ]] || continue
        printf '%s\n' "$heracles_file: run $heracles_label" >&2
        heracles_record start
        (
            trap - INT QUIT # which bash ignores in the background
            exec "${heracles_bash[@]}" ${heracles_options:+"-$heracles_options"} "$0" "$heracles_run" "${@:2}"
        ) &
        heracles_running[$!]=$heracles_item heracles_labels[$!]=$heracles_label SECONDS=0
        heracles_wait "$heracles_parallel"
    done
    heracles_wait 1
    ((heracles_next == heracles_end)) ||
        heracles_failed+=("$((heracles_end - heracles_next)) that were not started")
    ((${#heracles_failed[@]})) || exit 0
    printf -v heracles_failed '%s, ' "${heracles_failed[@]}"
    printf '%s\n' "$heracles_file: failed: ${heracles_failed%, }" >&2
    exit 1
fi
