#!/bin/bash
#$ -cwd
#$ -l mem=8G
chrom=$1
pheno=$2
shift 2
plink2 --chr $chrom --pheno $pheno "$@"
