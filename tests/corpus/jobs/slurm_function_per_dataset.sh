#!/bin/bash
#SBATCH --gres=gpu:1
run() {
    local name=$1; shift
    python train.py --dataset "$name" "$@" > "$name.log"
}
run mnist --epochs 3
run cifar --epochs 30
