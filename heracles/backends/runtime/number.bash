# shellcheck shell=bash disable=SC2154 # the script assigns the other variables

# The run's number comes after the script. A script that calls itself again keeps its run.
if [[ ${HERACLES_RUN:-} != "$heracles_self "* ]]; then
  [[ ${1:-} =~ ^[0-9]{1,19}$ && $((10#$1 >= 0 && 10#$1 < heracles_runs)) == 1 ]] || heracles_usage
  export HERACLES_RUN="$heracles_self $((10#$1))"
  shift
fi
heracles_decode "${HERACLES_RUN##* }"
