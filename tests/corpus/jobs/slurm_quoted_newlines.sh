#!/bin/bash
#SBATCH --gres=gpu:1
python prompt.py --text "first line
second line; echo no" --n 3
