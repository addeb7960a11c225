#!/bin/bash
#SBATCH --time=10:00
run_one() {
    python train.py --gpu 0 "$@"
}
run_one --epochs 10
