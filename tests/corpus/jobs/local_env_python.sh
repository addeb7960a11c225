#!/usr/bin/env bash
export CUDA_VISIBLE_DEVICES=0
PYTHON=${PYTHON:-python}
$PYTHON train.py --epochs 1
