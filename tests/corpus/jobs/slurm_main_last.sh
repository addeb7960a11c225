#!/usr/bin/env bash
#SBATCH --gres=gpu:1
main() {
    module load python
    srun python train.py
    echo "done"
}
main
