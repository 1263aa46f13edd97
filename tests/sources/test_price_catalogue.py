"""The recorded catalogues are read as their clouds write them; what is no such file is refused."""

from pathlib import Path

import pytest

from analysis.errors import DataRefused
from analysis.sources.price_catalogue import read_catalogue

RECORDED = Path(__file__).parent / "recorded"
HEAD = b"InstanceType,AcceleratorName,AcceleratorCount,Price,SpotPrice,Region\n"


def recorded(cloud: str) -> bytes:
    return (RECORDED / f"skypilot_{cloud}_vms.csv").read_bytes()


@pytest.mark.parametrize(("cloud", "first", "number"), [
    ("aws", ["p3.2xlarge", "V100", "1.0", "3.06", "0.364400", "us-east-1", "use1-az1"], 53),
    ("lambda", ["gpu_8x_v100_n", "V100", "8.0", "6.32", "", "europe-central-1", ""], 44),
    ("nebius", ["gpu-h100-sxm_1gpu-16vcpu-200gb", "H100", "1", "2.95", "1.25", "eu-north1", ""], 22),
    ("oci", ["VM.GPU.A10.1", "A10", "1", "2", "", "eu-amsterdam-1", "eu-amsterdam-1-AD-1"], 28),
])
def test_the_instances_with_accelerators_are_read_as_text(cloud, first, number):
    rows = read_catalogue(recorded(cloud))
    columns = ["instance", "accelerator", "count", "on_demand", "spot", "region", "zone"]
    assert rows.loc[0, columns].tolist() == first and len(rows) == number and not rows["is_cut"].any()


def test_a_row_that_was_cut_is_marked():
    whole = recorded("lambda")
    rows = read_catalogue(whole[:whole.rindex(b",53.52") + 4])
    assert rows["is_cut"].tolist() == [False] * (len(rows) - 1) + [True] and rows.iloc[-1]["on_demand"] == "53."


@pytest.mark.parametrize(("content", "words"), [
    (b"", "not a CSV of prices"),
    (b"<html>rate limited</html>", "a web page came instead"),
    (b'{"message": "Not Found"}', "without rows"),
    (b"404: Not Found\n", "without rows"),
    (HEAD, "without rows"),
    (b"InstanceType,Price,Region\na,1,us\n", "no column AcceleratorName, AcceleratorCount, SpotPrice"),
    (HEAD + b"cpu_4x,,,0.2,,us\n", "no row with an accelerator among 1 rows"),
    (HEAD + b"a,H100,8,1,,us,more\n", "longer than its header"),
    (recorded("aws")[:recorded("aws").rindex(b"SizeInMiB")], "not a CSV of prices"),
], ids=["empty", "html", "json", "text", "no rows", "other columns", "no accelerators", "longer", "cut in a text"])
def test_what_is_no_catalogue_is_refused(content, words):
    with pytest.raises(DataRefused, match=words):
        read_catalogue(content)
