"""Several tables are replaced together: ended before any single step on the disk, a reader gets all old or all new."""

import multiprocessing
import os
import signal
import sys

from analysis.tables import staging

OLD = {"facts/annual.csv": b"old annual", "documents.csv": b"old documents", "sources.csv": b"old sources"}
NEW = {name: content.replace(b"old", b"new") for name, content in OLD.items()}
STEPS = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "shutil.rmtree"}
"""What Python tells an audit hook before it does it."""
MOST_STEPS = 200


def replacing(data, last_step):
    """Replace the tables in this process and end it, as by kill -9, before the step after `last_step`."""
    done = 0

    def count(event, _):
        nonlocal done
        if event in STEPS:
            done += 1
            if done > last_step:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)
    staging.mend(data)
    staging.stage(data, NEW)
    staging.commit(data)
    os._exit(0)


def run(data, last_step):
    process = multiprocessing.get_context("fork").Process(target=replacing, args=(data, last_step))
    process.start()
    process.join()
    return process.exitcode


def tables(data):
    staging.settled(data)
    return {name: (data / name).read_bytes() for name in OLD}


def test_ended_before_any_step_all_tables_are_old_or_all_new_and_the_next_run_heals(tmp_path):
    seen = []
    for last_step in range(MOST_STEPS):
        data = tmp_path / str(last_step)
        for name, content in OLD.items():
            (data / name).parent.mkdir(parents=True, exist_ok=True)
            (data / name).write_bytes(content)
        code = run(data, last_step)
        seen.append(tables(data))
        assert seen[-1] in (OLD, NEW), last_step
        assert run(data, MOST_STEPS) == 0 and tables(data) == NEW
        assert {path.name for path in data.iterdir()} <= {"facts", "documents.csv", "sources.csv", "raw"}
        if code == 0:
            break
    else:
        raise AssertionError("the replacement never came to its end")
    assert seen.index(NEW) > 5 and seen[seen.index(NEW):] == [NEW] * (len(seen) - seen.index(NEW))
