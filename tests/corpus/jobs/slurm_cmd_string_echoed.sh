#!/bin/bash
#SBATCH -t 2:00:00
cmd="python -u main.py \
  --dataset cifar10 \
  --arch resnet18"
cmd="$cmd --workers 8"
echo $cmd
$cmd > log.txt 2>&1
