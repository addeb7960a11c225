# shellcheck shell=bash disable=SC2154 # the script assigns the other variables

# A task, or a run by its number. A script that calls itself again keeps its run.
if [[ ${HERACLES_RUN:-} != "$heracles_self "* ]]; then
  [[ $heracles_task =~ ^(-|[0-9]+)$ && ${1-} =~ ^([+][1-9][0-9]*)?$ ]] &&
    heracles_do "$((10#${heracles_task/-/0} + ${1:-$heracles_offset}))" "$@"
  [[ ${1:-} =~ ^[0-9]{1,19}$ && $((10#$1 >= 0 && 10#$1 < heracles_runs)) == 1 ]] || heracles_usage
  export HERACLES_RUN="$heracles_self $((10#$1))"
  shift
fi
heracles_decode "${HERACLES_RUN##* }"
