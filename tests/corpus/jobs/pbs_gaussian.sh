#!/bin/bash
#PBS -l nodes=1:ppn=8
cd $PBS_O_WORKDIR
export GAUSS_SCRDIR=/scratch/$USER
module load gaussian
g16 < benzene.com > benzene.log
