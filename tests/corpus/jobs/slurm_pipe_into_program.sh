#!/bin/bash
#SBATCH --time=10:00
zcat reads.fq.gz | ./count_kmers -k 21 > kmers.txt
