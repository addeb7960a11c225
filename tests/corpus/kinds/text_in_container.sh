#!/bin/bash
#SBATCH --gpus=1
apptainer exec --nv torch.sif /bin/bash -c "
source /opt/env.sh
conda activate base
python fit.py conf/base.yml conf/part_$PART.yml
"
