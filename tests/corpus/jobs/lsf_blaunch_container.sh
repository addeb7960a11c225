#!/bin/bash
#BSUB -q gpu
#BSUB -gpu "num=2"
module load singularity
singularity run --nv --bind /data image.sif python /work/train.py --gpus 2 |& tee train.log
