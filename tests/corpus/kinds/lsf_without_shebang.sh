#BSUB -q gpu
#BSUB -J fit
#BSUB -oo fit.%J.log
module add cuda
python fit.py
