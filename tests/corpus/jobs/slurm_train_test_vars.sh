#!/bin/bash
#SBATCH --gpus=1
PY=python3
export PYTHONPATH=$PWD

$PY tools/train.py configs/a.py &&
    $PY tools/test.py configs/a.py work/latest.pth --eval mAP
