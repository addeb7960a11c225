#!/bin/bash
#SBATCH --ntasks=16
source $FOAM_BASH
blockMesh > log.blockMesh
decomposePar > log.decomposePar
mpirun -np 16 simpleFoam -parallel > log.simpleFoam
reconstructPar > log.reconstructPar
rm -r processor*
