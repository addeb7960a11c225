"""Each event is written as it is read, in the names that journals have had since 0.1.0."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from laws.events import journals

from heracles.schedulers.client import State
from heracles.store import events
from heracles.store.codec import as_json, from_json
from heracles.store.events import EVENTS, Compilation, Event, TaskEnd

SPELLED = [
    (events.Opened(2), '"event":"open","format":2'),
    (
        events.Opened(2, "job.sh", "/x", is_copy=True),
        '"event":"open","format":2,"script":"job.sh","folder":"/x","copy":true',
    ),
    (
        Compilation(
            "s", "k", ("a=1",), 7, 1, is_array=True, file="f", numbers=(range(0, 4, 2),), tasks_per_run=3, pack=2
        ),
        '"event":"sweep","sweep":"s","key":"k","overrides":["a=1"],"seed":7,"runs":1,"array":true,"file":"f",'
        '"numbers":[[0,4,2]],"own":3,"pack":2',
    ),
    (events.Written({"a": "1"}), '"event":"write","files":{"a":"1"}'),
    (events.Deleted(("a", "b")), '"event":"remove","files":["a","b"]'),
    (
        events.Announced(
            "t", "k", ("sbatch", "-v"), ((0, 3),), "slurm", "/", "l", on_hold=True, is_single=True, attempt=1
        ),
        '"event":"intent","token":"t","key":"k","command":["sbatch","-v"],"items":[[0,3]],"engine":"slurm","cwd":"/",'
        '"log":"l","held":true,"single":true,"attempt":1',
    ),
    (
        events.Announced("t", "k", ("bash",), (), "local", "/", pid=3, host="here"),
        '"event":"intent","token":"t","key":"k","command":["bash"],"items":[],"engine":"local","cwd":"/","pid":3,'
        '"host":"here"',
    ),
    (
        events.Announced("t", "k", ("x",), (), "slurm", "/", user="me", cluster="a", source="d", round=2),
        '"event":"intent","token":"t","key":"k","command":["x"],"items":[],"engine":"slurm","cwd":"/","user":"me",'
        '"cluster":"a","source":"d","round":2',
    ),
    (
        events.Announced(
            "t", "k", ("x",), (), "slurm", "/", options=("-t", "5"), after=(events.Token("u", 0), events.Token("u", 1))
        ),
        '"event":"intent","token":"t","key":"k","command":["x"],"items":[],"engine":"slurm","cwd":"/",'
        '"options":["-t","5"],"after":[["u",0],["u",1]]',
    ),
    (events.Finished("s", 2), '"event":"round","sweep":"s","round":2'),
    (events.Submitted("t", 1, "7;c"), '"event":"submit","token":"t","call":1,"job":"7;c"'),
    (events.Submitted("t", 1, None), '"event":"submit","token":"t","call":1,"job":null'),
    (events.Rejected("t", (0, 2)), '"event":"refuse","token":"t","calls":[0,2]'),
    (events.Released("t", (0,)), '"event":"release","token":"t","calls":[0]'),
    (events.AssumedSubmitted("t", 0), '"event":"skip","token":"t","call":0'),
    (events.Started("t", 5, 17, "here"), '"event":"start","token":"t","item":5,"pid":17,"host":"here"'),
    (events.Ended("t", 5, None), '"event":"end","token":"t","item":5,"code":null'),
    (
        events.Seen((TaskEnd("7", None, State.TIMED_OUT, 0), TaskEnd("7", 3, State.DONE, None))),
        '"event":"seen","tasks":[["7",null,"timeout",0],["7",3,"done",null]]',
    ),
]


@pytest.mark.parametrize(("event", "text"), SPELLED, ids=[event.name for event, _ in SPELLED])
def test_the_spelling_of_each_event(event: Event, text: str) -> None:
    assert as_json(event) == text
    read = from_json(json.loads(f"{{{text}}}"), 5.0)
    assert (read, read.time) == (event, 5.0)


def test_each_event_is_spelled_out_and_documented() -> None:
    assert {event.name for event, _ in SPELLED} == EVENTS.keys()
    for kind in EVENTS.values():
        assert kind.__doc__
        assert not kind.__doc__.startswith(kind.__name__)


@given(journals())
def test_what_is_written_is_read(drawn: list[Event]) -> None:
    for event in drawn:
        assert from_json(json.loads(f"{{{as_json(event)}}}"), 0.0) == event


@given(journals(), st.data())
def test_any_other_fields_are_refused(drawn: list[Event], data: st.DataObject) -> None:
    for event in drawn:
        members = json.loads(f"{{{as_json(event)}}}")
        name = data.draw(st.sampled_from(sorted(members)))
        value = members.pop(name)
        with pytest.raises(ValueError, match=r"."):
            from_json({**members, "other": value}, 0.0)
