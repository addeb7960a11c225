#!/bin/bash
#SBATCH --gres=gpu:1
ROOT=/scratch/$USER/code
singularity exec --nv img.sif bash -s <<EOF
cd $ROOT
export WANDB_MODE=offline
python finetune.py --root $ROOT --out \$TMPDIR/out
EOF
echo done
