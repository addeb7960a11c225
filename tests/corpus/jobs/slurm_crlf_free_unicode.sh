#!/bin/bash
#SBATCH --job-name=éclair
# vérifier la mémoire
python entraîner.py --données "jeu d'essai"
echo "terminé"
