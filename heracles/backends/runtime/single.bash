# shellcheck shell=bash disable=SC2034,SC2154 # the script assigns these variables, other pieces use them

# A task: do its run in a separate bash, so that no EXIT trap and no exec hides its exit code.
if [[ ${HERACLES_RUN:-} != "$heracles_self "* && $heracles_task =~ ^(-|[0-9]+)$ && ${1-} =~ ^([+][1-9][0-9]*)?$ ]]; then
    heracles_options=${-//[!aeu]/} heracles_caught=() SECONDS=0
    set +aeu
    heracles_place "$((10#${heracles_task/-/0} + heracles_offset + 0${1:-}))"
    for heracles_signal in HUP INT QUIT TERM USR1 USR2 ALRM XCPU; do
        trap -- "heracles_caught+=($heracles_signal)" "$heracles_signal"
    done
    heracles_record start
    (
        trap - INT QUIT # which bash ignores in the background
        exec "${heracles_bash[@]}" ${heracles_options:+"-$heracles_options"} "$0" "$heracles_run" "${@:2}"
    ) <&0 &
    while kill -0 $! 2> /dev/null; do heracles_sleep $!; done
    wait $! 2> /dev/null
    set -- "$?"
    heracles_record "$1"
    exit "$1"
fi
