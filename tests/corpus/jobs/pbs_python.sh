#!/bin/bash
#PBS -N forest
#PBS -l nodes=1:ppn=8
#PBS -j oe
cd "$PBS_O_WORKDIR"
source activate ml
python forest.py --trees 500 --depth 12
