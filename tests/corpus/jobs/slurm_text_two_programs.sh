#!/bin/bash
#SBATCH --gres=gpu:1
singularity exec --nv image.sif bash -c "python a.py && python b.py"
