#!/bin/bash
#SBATCH --time=1:00:00
run() {
    python train.py --fold $1
}
run 0
run 1
