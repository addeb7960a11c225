#!/bin/bash -l
#$ -l gpu=1
#$ -P project
conda activate tf
python detect.py --model yolo --conf 0.25
conda deactivate
