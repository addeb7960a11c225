#!/bin/bash
#SBATCH --gres=gpu:1
EPOCHS=10
while [[ $# -gt 0 ]]; do
    case "$1" in
        --epochs) EPOCHS="$2"; shift 2 ;;
        --fast) FAST=1; shift ;;
        *) echo "unknown option $1" >&2; exit 2 ;;
    esac
done
if [[ -n $FAST ]]; then
    EPOCHS=1
fi
python train.py --epochs "$EPOCHS"
