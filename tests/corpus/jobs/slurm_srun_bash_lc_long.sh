#!/bin/bash
#SBATCH --nodes=4
#SBATCH --container-image=nvcr.io/nvidia/pytorch
set -eo pipefail
export NCCL_DEBUG=WARN
srun --container-mounts="$PWD:/work,$DATA:/data" bash -lc "
    set -e
    cd /work
    pip install -q -e .
    export WORLD_SIZE=\$SLURM_NTASKS RANK=\$SLURM_PROCID
    echo \"rank \$RANK of \$WORLD_SIZE\"
    python -m trainer.main --name \"exp $SLURM_JOB_ID\" --opts '{\"a\": 1}'
    echo \"done: \$?\"
"
