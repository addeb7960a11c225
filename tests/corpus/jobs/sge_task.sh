#!/bin/bash
#$ -t 1-100
#$ -cwd
#$ -j y
SAMPLE=$(sed -n "${SGE_TASK_ID}p" samples.txt)
python quantify.py --sample "$SAMPLE" --kmer 31
echo "done with $SAMPLE"
