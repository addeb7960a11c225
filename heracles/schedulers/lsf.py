"""LSF: its words, from bsub(1) of IBM Spectrum LSF."""

from heracles.schedulers.scheduler import Scheduler

__all__ = ["Lsf"]


class Lsf(Scheduler):
    """IBM Spectrum LSF."""

    key = "lsf"
    name = "LSF"
    article = "an"
    prefix = "#BSUB"
    reads_whole = True
    submit = "bsub"
    reads_input = True
    job_id = r"Job <(\d+)> is submitted.*"
    array_options = ("-J",)
    array_word = r"-J(?P<value>.*)"
    array_in_name = True
    task = "LSB_JOBINDEX"
    job = "LSB_JOBID"
    array_variables = (("LSB_JOBINDEX_END", "end"), ("LSB_JOBINDEX_STEP", "step"))
    base = 1
    most = 1000
    offset = "text"
    log = ("-o", "-oo")
    error_log = ("-e", "-eo")
    job_name = ("-J",)
    folder = ("-cwd",)
    submit_folder_variable = "LS_SUBCWD"

    def array(self, first: int, last: int, throttle: int, name: str) -> tuple[str, ...]:
        limit = f"%{throttle}" if throttle else ""
        return ("-J", f"{name}[{first}-{last}]{limit}")
