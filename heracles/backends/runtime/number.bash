# shellcheck shell=bash disable=SC2034,SC2154 # the script assigns these variables, other pieces use them

# A run: its number comes after the script. A script that calls itself again keeps its run.
if [[ ${HERACLES_RUN:-} == "$heracles_self "* ]]; then
    heracles_run=${HERACLES_RUN##* }
else
    heracles_run=${1:-}
    shift "$(($# > 0))"
fi
[[ $heracles_run =~ ^[0-9]{1,19}$ ]] || heracles_usage
((10#$heracles_run >= 0 && 10#$heracles_run < heracles_runs)) || heracles_usage
export HERACLES_RUN="$heracles_self $((10#$heracles_run))"
heracles_decode "$((10#$heracles_run))"
