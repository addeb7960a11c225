#!/bin/bash
#SBATCH -N 2
function makehostfile() {
    perl -e '$slots=split /,/, $ENV{"SLURM_STEP_GPUS"}; @nodes = split /\n/, qx[scontrol show hostnames $ENV{"SLURM_JOB_NODELIST"}]; print map { "$_ slots=$slots\n" } @nodes'
}
makehostfile > hostfile

export CUDA_DEVICE_MAX_CONNECTIONS=1
deepspeed --hostfile hostfile train.py --deepspeed --deepspeed_config ds.json \
  2>&1 | tee log_$SLURM_JOB_ID.txt
