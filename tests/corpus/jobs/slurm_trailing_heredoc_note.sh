#!/bin/bash
#SBATCH -c 1
python train.py
cat <<EOF
Job $SLURM_JOB_ID done: python eval.py comes next
EOF
