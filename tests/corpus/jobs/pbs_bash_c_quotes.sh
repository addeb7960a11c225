#!/bin/bash
#PBS -l ngpus=1
cd $PBS_O_WORKDIR
IMAGE=keras.sif
singularity exec --nv $IMAGE bash -c "
  cd $PBS_O_WORKDIR
  python mnist.py --name 'run one' --dir \"\$HOME/out\"
"
