#!/bin/bash
#SBATCH --nodes=2
cat << 'EOF' > launch.sh
#!/bin/bash
export RANK=$SLURM_PROCID
python train.py --dist "$@"
EOF
chmod +x launch.sh
srun ./launch.sh
