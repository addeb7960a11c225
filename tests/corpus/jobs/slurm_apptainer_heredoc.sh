#!/bin/bash
#SBATCH --gres=gpu:1
apptainer exec --nv image.sif bash <<'EOF'
source /opt/conda/bin/activate
python train.py --epochs 3
echo "finished"
EOF
