#!/bin/bash
#PBS -l mem=8gb
module load mcr
cd $PBS_O_WORKDIR
./run_model.sh $MCRROOT 12 output.mat
