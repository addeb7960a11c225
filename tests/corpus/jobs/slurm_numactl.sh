#!/bin/bash
#SBATCH --exclusive
numactl --interleave=all ./stream_bench --size 1000000
