#!/bin/bash
#SBATCH --time=24:00:00
module load gromacs
gmx grompp -f md.mdp -c npt.gro -p topol.top -o md.tpr
gmx mdrun -deffnm md -ntomp 8
