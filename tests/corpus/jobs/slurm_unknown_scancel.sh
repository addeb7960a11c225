#!/bin/bash
#SBATCH --gres=gpu:1
python producer.py --rate 10
scancel --name=consumer
