#!/bin/bash
#SBATCH --time=10:00
xvfb-run -a python render.py --frames 240
