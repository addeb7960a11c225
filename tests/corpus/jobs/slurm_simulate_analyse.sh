#!/bin/bash
#SBATCH -n 16
srun ./simulate --steps 1000 --out traj.nc
python analyze.py traj.nc
