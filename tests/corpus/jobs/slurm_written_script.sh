#!/bin/bash
#SBATCH --nodes=2
cat > launch.sh <<'EOF'
#!/bin/bash
export RANK=$SLURM_PROCID
python train.py --dist
EOF
chmod +x launch.sh
srun ./launch.sh
