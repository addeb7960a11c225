#!/usr/bin/env bash
PARTITION=$1
JOB_NAME=$2
GPUS=$3
PY_ARGS=${@:4}
srun -p ${PARTITION} --job-name=${JOB_NAME} --gres=gpu:${GPUS} python -u tools/train.py --launcher slurm ${PY_ARGS}
