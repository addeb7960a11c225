#!/bin/bash
#SBATCH -n 16
source /usr/local/gromacs/bin/GMXRC
cd run
gmx_mpi mdrun -deffnm md -cpi md.cpt -maxh 23.5
