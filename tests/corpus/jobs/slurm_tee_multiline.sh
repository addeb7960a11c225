#!/bin/bash
#SBATCH --gres=gpu:1
set -eo pipefail
LOG=logs/$SLURM_JOB_NAME.txt
python run_glue.py \
  --model_name_or_path bert-base-cased \
  --task_name mrpc \
  --max_seq_length 128 \
  2>&1 | tee -a $LOG
