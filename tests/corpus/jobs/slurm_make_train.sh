#!/bin/bash
#SBATCH --gres=gpu:1
make train DATA=/data
