#!/bin/bash
#SBATCH --gpus=1
log() { printf '[%(%F %T)T] %s\n' -1 "$*"; }
log "starting on $(hostname)"
SECONDS=0
python train.py --config "conf/$SLURM_JOB_NAME.yaml" || { log "failed"; exit 1; }
log "took $SECONDS s"
