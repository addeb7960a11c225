#!/bin/bash
#SBATCH -n 32
module load lammps
srun lmp -in in.melt -var T 1.0 -log log.$SLURM_JOB_ID
