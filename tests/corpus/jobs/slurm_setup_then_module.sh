#!/bin/bash
#SBATCH -c 1
python -m venv env && . env/bin/activate
python -m pip install -r requirements.txt
python -m mypackage.cli run --fast
