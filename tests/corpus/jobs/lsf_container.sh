#!/bin/bash
#BSUB -gpu num=4
#BSUB -W 10:00
singularity exec --nv /images/mmdet.sif bash -c 'cd /mmdet && ./tools/dist_train.sh configs/faster_rcnn.py 4'
