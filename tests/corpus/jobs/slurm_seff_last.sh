#!/bin/bash
#SBATCH --job-name=umap
#SBATCH --cpus-per-task=16
#SBATCH --mem=64G
module load miniconda
conda activate scanpy
python cluster_cells.py --input pbmc.h5ad --resolution 1.0
conda deactivate
seff $SLURM_JOB_ID
