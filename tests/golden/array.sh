#!/bin/bash
#SBATCH --time=6:00:00
#SBATCH --array=0-5

# Compiled by Heracles: runs 0 to 5. One by hand, with no scheduler: bash job_hydra.sh NUMBER
# Task 0 of the array is run 0, and so on.
heracles() {
    if [[ ${HERACLES_RUN:-} != "$heracles_self "* && ${1:-} =~ ^([+][1-9][0-9]*)?$ && ${SLURM_ARRAY_TASK_ID:-} =~ ^[0-9]+$ ]]; then
        heracles_tasks "$((10#$SLURM_ARRAY_TASK_ID + 0${1:-}))" "${@:2}"
    fi
    # The number behind the script says which run, else the task's own number.
    local run=
    if [[ ${HERACLES_RUN:-} == "$heracles_self "* ]]; then
        run=${HERACLES_RUN##* } # a script that calls itself again goes on with its run
    elif [[ ${1:-} =~ ^[0-9]+$ ]]; then
        run=$1 heracles_shift=1
    fi
    if ! [[ $run =~ ^[0-9]{1,19}$ ]] || ((10#$run < 0 || 10#$run >= 6)); then
        printf '%s\n' "usage: bash job_hydra.sh NUMBER, from 0 to 5, or as a task of its array" >&2
        exit 2
    fi
    run=$((10#$run))
    export HERACLES_RUN="$heracles_self $run"
    # Axis env.num_envs: 3 values
    local num_envs=(8 16 32)
    # Axis env.name: 2 values
    local name=(HalfCheetah Reacher)
    heracles_overrides=(
        "env.num_envs=${num_envs[run / 2]}"
        "env.name=${name[run % 2]}"
    )
}
# Do what task $1 has to: its run, in a bash of its own. How it ends is noted, whatever it does.
heracles_tasks() {
    heracles_set=${-//[!aeu]/} # which the run is to find, where the environment has it, as it was
    set +aeu
    heracles_item=$1 heracles_last=$1 heracles_code=143 # if it is stopped before its start
    heracles_running=() heracles_caught='' heracles_stopped=0
    heracles_job=${SLURM_ARRAY_JOB_ID:-$SLURM_JOB_ID} heracles_id=${SLURM_ARRAY_TASK_ID:-}
    [[ $heracles_id =~ ^[0-9]+$ ]] || heracles_id=-
    heracles_task="a72a069e53e8e7a2 $heracles_job $heracles_id $SLURM_JOB_ID" heracles_file=RECORDS/"${SLURMD_NODENAME:-$HOSTNAME}"
    [[ $heracles_job ]] || heracles_file='' # no scheduler has started it
    ((heracles_item < 6)) || return 0
    # What the scheduler signals is for the runs; those that end a job start no further one.
    trap 'heracles_caught=HUP heracles_stopped=1; heracles_pass' HUP
    trap 'heracles_caught=INT heracles_stopped=1; heracles_pass' INT
    trap 'heracles_caught=QUIT heracles_stopped=1; heracles_pass' QUIT
    trap 'heracles_caught=TERM heracles_stopped=1; heracles_pass' TERM
    trap 'heracles_caught=USR1; heracles_pass' USR1
    trap 'heracles_caught=USR2; heracles_pass' USR2
    trap 'heracles_caught=ALRM; heracles_pass' ALRM
    trap 'heracles_caught=XCPU; heracles_pass' XCPU
    for (( ; heracles_item <= heracles_last && heracles_stopped == 0; heracles_item++)); do
        heracles_note "$heracles_item" start
        (
            [[ -z $heracles_set ]] || set "-$heracles_set"
            unset -v heracles_set
            trap - INT QUIT && exec "$BASH" "$0" "$heracles_item" "${@:2}"
        ) <&0 &
        heracles_running[$!]=$heracles_item
        heracles_pass # what came before it was there
    done
    heracles_wait 1
    exit "$heracles_code"
}
# Wait until fewer than $1 are running.
heracles_wait() {
    while ((${#heracles_running[@]} >= $1)); do
        for heracles_pid in "${!heracles_running[@]}"; do
            heracles_caught=''
            wait "$heracles_pid"
            heracles_code=$?
            [[ -z $heracles_caught ]] || continue # a signal has ended the wait, not the run
            heracles_note "${heracles_running[heracles_pid]}" "$heracles_code"
            unset "heracles_running[heracles_pid]"
        done
    done
} 2> /dev/null
heracles_pass() {
    [[ -z $heracles_caught ]] || kill -s "$heracles_caught" "${!heracles_running[@]}" 2> /dev/null
}
# Note of item $1 that it starts, or its exit code; a folder that is not there is no reason to stop.
heracles_note() {
    printf '%s %s %s %(%s)T\n' "$heracles_task" "$1" "$2" -1 >> "$heracles_file"
} 2> /dev/null
heracles_self=${SLURM_JOB_ID:-}:job_hydra.sh heracles_shift=0 heracles_overrides=()
heracles "$@"
((${#heracles_overrides[@]} == 2)) || exit 2
shift "$heracles_shift"
unset -f heracles heracles_tasks heracles_wait heracles_pass heracles_note
unset -v heracles_self heracles_shift

./probe --fixed "${heracles_overrides[@]}"
