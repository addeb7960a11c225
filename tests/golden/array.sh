#!/bin/bash
#SBATCH --time=6:00:00
#SBATCH --array=0-5

# Made by Heracles VERSION from job.sh: change that, not this.
# Sweep: env.num_envs=8,16,32 env.name=HalfCheetah,Reacher
# 6 runs: task 0 of the array is run 0, and so on.
# One by hand: bash job_hydra.sh NUMBER (0 to 5)
# Exit codes of the tasks: job_hydra.exits/

# Set the overrides of run $1.
heracles_decode() {
  local run=$1 num_envs name && unset -v heracles_overrides || exit 2
  num_envs=(8 16 32) # 3 values of env.num_envs
  name=(HalfCheetah Reacher) # 2 values of env.name
  heracles_overrides=("env.num_envs=${num_envs[run / 2]}" "env.name=${name[run % 2]}")
}

# ---- The runtime of Heracles ----
heracles_folder=RECORDS heracles_runs=6 heracles_offset=0
heracles_bash=("$BASH" "-${-//[!aeu]/}")
heracles_self=${SLURM_JOB_ID:-}:$heracles_folder heracles_task=${SLURM_ARRAY_TASK_ID:-}
heracles_usage() { printf '%s\n' "usage: bash job_hydra.sh NUMBER, from 0 to 5, or as a task of its array" "$@" >&2; exit 2; }
# Which run the item is, and how it is recorded.
heracles_place() {
  ((item >= 0 && item < 6)) || heracles_usage
  [[ $HERACLES_RUN != *":$heracles_folder "* || ${HERACLES_RUN##* } == "$item" ]] ||
    heracles_usage "run ${HERACLES_RUN##* } submitted the whole array, not its task alone"
  run=$item job=${SLURM_ARRAY_JOB_ID:-$SLURM_JOB_ID} exits=$heracles_folder/${SLURMD_NODENAME:-$HOSTNAME}
  ids="a72a069e53e8e7a2 $job $heracles_task $SLURM_JOB_ID"
}
# Sleep, then pass caught signals on to processes. One that ends the sleep was sent to all of them.
heracles_sleep() {
  command -p sleep "$((SECONDS > 2)).02"
  (($? > 128)) && passed=${#caught[@]}
  while ((passed < ${#caught[@]})); do kill -s "${caught[passed++]}" "$@"; done
} 2> /dev/null
# Record the item's start, or its exit code; say so once if that fails, and mark the file.
heracles_record() {
  [[ $1 == 0 && ${caught[*]} =~ HUP|INT|QUIT|TERM ]] && set -- 00 # it may have saved its state, no more
  [[ -z $job ]] || {
    [[ ! -L $heracles_folder && ! -L $exits && ! -p $exits ]] &&
      { printf '%s %(%s)T\n' "$ids $item $1" -1 >> "$exits" || { command -p chmod +t "$exits"; false; }; }
  } 2> /dev/null || ((warned++)) || echo "Heracles cannot write to $exits" >&2
}
# Do the run of item $1 in a separate bash, so that no EXIT trap and no exec hides its exit code.
heracles_do() {
  set +aeu
  local +x item=$1 run job ids exits signal caught=() passed=0 warned=0 || exit 2 # +x: no run inherits them
  heracles_place
  for signal in HUP INT QUIT TERM USR1 USR2 ALRM XCPU; do trap -- "caught+=($signal)" "$signal"; done
  heracles_record start
  (
    trap - INT QUIT # which bash ignores in the background
    exec "${heracles_bash[@]}" "$0" "$run" "${@:3}"
  ) <&0 &
  SECONDS=0
  while kill -0 $! 2> /dev/null; do heracles_sleep $!; done
  wait $! 2> /dev/null
  set -- "$?"
  heracles_record "$1"
  exit "$1"
}
# A task, or a run by its number. A script that calls itself again keeps its run.
if [[ ${HERACLES_RUN:-} != "$heracles_self "* ]]; then
  [[ $heracles_task =~ ^(-|[0-9]+)$ && ${1-} =~ ^([+][1-9][0-9]*)?$ ]] &&
    heracles_do "$((10#${heracles_task/-/0} + ${1:-$heracles_offset}))" "$@"
  [[ ${1:-} =~ ^[0-9]{1,19}$ && $((10#$1 >= 0 && 10#$1 < heracles_runs)) == 1 ]] || heracles_usage
  export HERACLES_RUN="$heracles_self $((10#$1))"
  shift
fi
heracles_decode "${HERACLES_RUN##* }"

# ---- job.sh, from here on ----

./probe --fixed "${heracles_overrides[@]}"
