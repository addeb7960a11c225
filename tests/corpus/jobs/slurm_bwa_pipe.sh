#!/bin/bash
#SBATCH -c 16
module load bwa samtools
bwa mem -t 16 ref.fa r1.fq r2.fq | samtools sort -@ 8 -o out.bam -
samtools index out.bam
echo done
