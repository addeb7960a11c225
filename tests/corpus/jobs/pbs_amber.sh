#!/bin/bash
#PBS -N md_prod
#PBS -l select=1:ncpus=8:ngpus=1
#PBS -l walltime=24:00:00
#PBS -q gpu
cd $PBS_O_WORKDIR
module load amber/22
pmemd.cuda -O -i prod.in -p sys.prmtop -c eq.rst -o prod.out -r prod.rst -x prod.nc
