"""Which reports an edition should make again: those whose notebook, tables, code or libraries changed."""

from pathlib import Path

from analysis.publish import provenance
from analysis.publish.edition import Edition
from analysis.publish.jobs import plan
from analysis.publish.manifest import load_manifest


def stale_reports(folder: Path) -> list[str]:
    """Ids of the reports in the manifest that `folder` lacks, holds with a failure, or made from other inputs."""
    record = Edition(folder).record()["reports"]
    return [job.id for job in plan(load_manifest())
            if record.get(job.id, {}).get("inputs") != provenance.inputs(job) or record[job.id].get("error")]
