#!/usr/bin/env bash
PART=$1
NAME=$2
GPUS=$3
MORE=${@:4}
srun -p $PART -J $NAME --gpus=$GPUS python -u fit.py ${MORE}
