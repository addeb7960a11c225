#!/bin/bash
#SBATCH --time=3-0
conda activate snakemake
snakemake --cores 16 --use-conda --rerun-incomplete
