#!/bin/bash
#SBATCH --time=3-0
module load nextflow
nextflow pull nf-core/rnaseq
nextflow run nf-core/rnaseq -profile singularity --input samples.csv
