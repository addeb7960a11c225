#!/bin/bash
#$ -N align
#$ -cwd
#$ -l h_rt=10:00:00
#$ -pe smp 8
module load star
STAR --runThreadN $NSLOTS --genomeDir idx --readFilesIn r1.fq r2.fq
