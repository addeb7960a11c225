#!/bin/bash
#SBATCH -c 8
bwa mem -t 8 ref.fa r1.fq r2.fq | samtools sort -@ 8 -o out.bam -
samtools index out.bam
