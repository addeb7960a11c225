#!/bin/bash
#SBATCH -N 1
IMAGE=/images/pytorch.sqsh
srun --container-image=$IMAGE --container-mounts=/data:/data bash -c '
  cd /data &&
  python -m torch.distributed.run --nproc_per_node=8 main.py --batch 32 &&
  echo "ok on $(hostname)"
'
