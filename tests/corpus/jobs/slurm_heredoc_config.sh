#!/bin/bash
#SBATCH --time=1:00:00
cat > config.yaml <<EOF
lr: 0.1
job: $SLURM_JOB_ID
EOF
python train.py --config config.yaml
