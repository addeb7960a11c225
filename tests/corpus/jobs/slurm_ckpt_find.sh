#!/bin/bash
#SBATCH --gpus=1
CKPT=$(ls -t checkpoints/*.pt 2>/dev/null | head -n 1)
if [ -n "$CKPT" ]; then
    RESUME="--resume $CKPT"
else
    RESUME=""
fi
python train.py $RESUME --epochs 10 && touch DONE
[ -f DONE ] || sbatch --dependency=afterany:$SLURM_JOB_ID job.sh
