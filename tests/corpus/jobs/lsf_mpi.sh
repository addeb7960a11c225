#!/bin/sh
#BSUB -n 32
#BSUB -R "span[ptile=16]"
#BSUB -W 4:00
module load intelmpi
mpiexec.hydra -n 32 ./spectral --modes 512
