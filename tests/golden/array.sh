#!/bin/bash
#SBATCH --time=6:00:00
#SBATCH --array=0-5

# Made by Heracles VERSION from job.sh: change that, not this.
# Sweep: env.num_envs=8,16,32 env.name=HalfCheetah,Reacher
# 6 runs: task 0 of the array is run 0, and so on.
# One by hand, with no scheduler: bash job_hydra.sh NUMBER (0 to 5)
# Exit codes of the tasks: job_hydra.exits/

# Set the overrides of run $1.
heracles_decode() {
    local run=$1 num_envs name || exit 2
    unset -v heracles_overrides || exit 2
    # 3 values of env.num_envs
    num_envs=(8 16 32)
    # 2 values of env.name
    name=(HalfCheetah Reacher)
    heracles_overrides=(
        "env.num_envs=${num_envs[run / 2]}"
        "env.name=${name[run % 2]}"
    )
}

# ---- The runtime of Heracles ---------------------------------------------------------------------
heracles_self=${SLURM_JOB_ID:-}:job_hydra.sh heracles_runs=6 heracles_task=${SLURM_ARRAY_TASK_ID:-}
heracles_offset=0
heracles_usage() { printf '%s\n' "usage: bash job_hydra.sh NUMBER, from 0 to 5, or as a task of its array" >&2; exit 2; }
# Say which run item $1 is, and how it is recorded.
heracles_place() {
    (($1 >= 0 && $1 < 6)) || heracles_usage
    heracles_item=$1 heracles_run=$1 heracles_bash=("$BASH")
    heracles_job=${SLURM_ARRAY_JOB_ID:-$SLURM_JOB_ID} heracles_records=RECORDS/"${SLURMD_NODENAME:-$HOSTNAME}"
    heracles_name="a72a069e53e8e7a2 $heracles_job $heracles_task $SLURM_JOB_ID"
}
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
# A task of the array: run it in a separate bash, so that no EXIT trap and no exec can hide its exit code.
if [[ ${HERACLES_RUN:-} != "$heracles_self "* && $heracles_task =~ ^(-|[0-9]+)$ && ${1-} =~ ^([+][1-9][0-9]*)?$ ]]; then
    heracles_options=${-//[!aeu]/} heracles_begin=$SECONDS heracles_caught=()
    set +aeu
    heracles_place "$((10#${heracles_task/-/0} + heracles_offset + 0${1:-}))"
    for heracles_signal in HUP INT QUIT TERM USR1 USR2 ALRM XCPU; do
        trap -- "heracles_caught+=($heracles_signal)" "$heracles_signal"
    done
    heracles_record "$heracles_item" start
    (
        trap - INT QUIT # which bash ignores in the background
        exec "${heracles_bash[@]}" ${heracles_options:+"-$heracles_options"} "$0" "$heracles_run" "${@:2}"
    ) <&0 &
    while kill -0 $! 2> /dev/null; do heracles_sleep $!; done
    wait $! 2> /dev/null
    heracles_code=$?
    heracles_record "$heracles_item" "$heracles_code"
    exit "$heracles_code"
fi
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
unset -f heracles_decode heracles_usage heracles_place heracles_sleep heracles_record
unset -v heracles_run heracles_self heracles_runs heracles_task heracles_offset

# ---- job.sh, from here on ------------------------------------------------------------------------

./probe --fixed "${heracles_overrides[@]}"
