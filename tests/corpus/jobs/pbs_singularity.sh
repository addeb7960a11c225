#!/bin/bash
#PBS -l ngpus=1
cd $PBS_O_WORKDIR
module load singularity
singularity run --nv keras.sif python mnist.py --epochs 12
