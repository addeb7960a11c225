#BSUB -q gpuqueue
#BSUB -J gru
#BSUB -W 24:00
#BSUB -oo %J.stdout
module add cuda
python gru.py --hidden 256
