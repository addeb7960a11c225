#!/bin/bash
#SBATCH --time=10:00
bash ./scripts/dist_train.sh configs/mask_rcnn.py 8 --work-dir out
echo "finished"
