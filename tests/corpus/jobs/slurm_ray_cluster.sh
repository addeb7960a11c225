#!/bin/bash
#SBATCH --nodes=2
head=$(hostname)
ray start --head --port=6379
sleep 10
python -u tune.py --address $head:6379
ray stop
