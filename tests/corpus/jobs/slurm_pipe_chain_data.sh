#!/bin/bash
#SBATCH -c 1
zcat reads.fq.gz | ./filter --min 20 | ./align --ref hg38 > out.sam
