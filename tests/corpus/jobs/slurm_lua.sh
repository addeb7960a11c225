#!/bin/bash
#SBATCH --time=10:00
th main.lua -dataset cifar10 -depth 110
