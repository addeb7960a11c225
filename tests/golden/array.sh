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
    num_envs=(8 16 32) # 3 values of env.num_envs
    name=(HalfCheetah Reacher) # 2 values of env.name
    heracles_overrides=("env.num_envs=${num_envs[run / 2]}" "env.name=${name[run % 2]}")
}

# ---- The runtime of Heracles ---------------------------------------------------------------------
heracles_folder=RECORDS heracles_runs=6 heracles_offset=0
heracles_self=${SLURM_JOB_ID:-}:$heracles_folder heracles_task=${SLURM_ARRAY_TASK_ID:-}
heracles_usage() { printf '%s\n' "usage: bash job_hydra.sh NUMBER, from 0 to 5, or as a task of its array" "$@" >&2; exit 2; }
# Say which run item $1 is, and how it is recorded.
heracles_place() {
    (($1 >= 0 && $1 < 6)) || heracles_usage
    [[ ${HERACLES_RUN:-} != *":$heracles_folder "* || ${HERACLES_RUN##* } == "$1" ]] ||
        heracles_usage "run ${HERACLES_RUN##* } submitted the whole array, not its task alone"
    heracles_item=$1 heracles_run=$1 heracles_bash=("$BASH")
    heracles_job=${SLURM_ARRAY_JOB_ID:-$SLURM_JOB_ID} heracles_records=$heracles_folder/${SLURMD_NODENAME:-$HOSTNAME}
    heracles_name="a72a069e53e8e7a2 $heracles_job $heracles_task $SLURM_JOB_ID"
}
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
# A run: its number comes after the script. A script that calls itself again keeps its run.
if [[ ${HERACLES_RUN:-} != "$heracles_self "* ]]; then
    [[ ${1:-} =~ ^[0-9]{1,19}$ && $((10#$1 >= 0 && 10#$1 < heracles_runs)) == 1 ]] || heracles_usage
    export HERACLES_RUN="$heracles_self $((10#$1))"
    shift
fi
heracles_decode "${HERACLES_RUN##* }"
unset -f heracles_decode heracles_usage heracles_place heracles_sleep heracles_record
unset -v heracles_folder heracles_runs heracles_offset heracles_self heracles_task

# ---- job.sh, from here on ------------------------------------------------------------------------

./probe --fixed "${heracles_overrides[@]}"
