#!/bin/bash
#SBATCH -c 4
/usr/bin/time -v python big_memory.py --rows 10000000
date
