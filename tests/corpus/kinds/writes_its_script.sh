#!/bin/bash
#SBATCH -N 2
cat > start.sh <<'EOF'
python fit.py --rank $SLURM_PROCID
EOF
srun bash start.sh
