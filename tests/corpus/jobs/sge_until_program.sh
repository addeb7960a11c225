#!/bin/bash
#$ -cwd
python train.py --resume || python train.py --restart
