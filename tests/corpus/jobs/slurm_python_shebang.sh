#!/usr/bin/env python
#SBATCH --gres=gpu:1
import train
train.main()
