#!/bin/bash
#SBATCH --time=24:00:00
module load gromacs
gmx grompp -f md.mdp -c npt.gro -p topol.top -o md.tpr
srun gmx_mpi mdrun -deffnm md
gzip md.trr
