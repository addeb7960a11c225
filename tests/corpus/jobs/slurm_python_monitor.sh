#!/bin/bash
#SBATCH --gres=gpu:1
python tools/gpu_monitor.py --every 10 > gpu.csv &
MONITOR=$!
python train.py --config base.yaml
kill $MONITOR
