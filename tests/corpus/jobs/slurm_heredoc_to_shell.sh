#!/bin/bash
#SBATCH --gres=gpu:1
srun --container-image=nvcr.io/pytorch.sqsh bash <<'EOF'
set -e
cd /workspace
pip install -e . --quiet
python train.py --epochs 20
EOF
