#!/bin/bash
#SBATCH --gres=gpu:1
die() { echo "$*" >&2; exit 1; }
train() {
    local out=$1
    python train.py --out "$out" || die "training failed"
}
mkdir -p out
train out
