# Trains the model on this machine.
cd src
export PYTHONPATH=.
python train.py --device cuda:0;
