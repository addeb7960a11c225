#!/bin/bash
#SBATCH --gpus=1
MORE="$*"
srun --container-image=torch.sqsh \
    bash -c "cd /work && python draw.py ${MORE}"
