#!/bin/bash
#SBATCH --gres=gpu:1
#SBATCH --time=10:00:00
singularity exec --nv --overlay /scratch/$USER/overlay.ext3:ro /scratch/work/cuda11.sif /bin/bash -c "
source /ext3/env.sh
conda activate rl
cd /scratch/$USER/rl
python dqn.py --env Pong --frames 10000000
"
