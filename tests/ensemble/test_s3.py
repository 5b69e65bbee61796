"""An ensemble in a store that speaks S3: a server of its own, and processes that reach it by the network."""

from __future__ import annotations

import fsspec
import pytest

from havenward.ensemble.entry import Entry
from havenward.ensemble.executors import Here, Processes
from havenward.ensemble.verify import parts_of, verify
from havenward.run.request import RunError
from tests.ensemble.helpers import KEYS, MEMBERS, begin, bits, s3_server, whole

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def bucket():
    with s3_server() as (address, _), pytest.MonkeyPatch.context() as patch:
        for name, value in {**KEYS, "AWS_ENDPOINT_URL": address}.items():
            patch.setenv(name, value)
        fs = fsspec.filesystem("s3")
        fs.mkdir("havenward")
        yield fs


def test_it_has_the_bits_of_one_in_a_folder_and_redoes_what_is_damaged(undisturbed, bucket, tmp_path):
    url = "s3://havenward/runs/toy"
    whole(url, Processes(2))
    bucket.get(url, str(tmp_path / "toy"), recursive=True)
    assert bits(tmp_path / "toy") == bits(undisturbed)

    bucket.rm_file(f"{url}/commits/000000.json")
    torn = bucket.cat_file(f"{url}/outcome.zarr/initial/c/2")[:-3]
    bucket.pipe_file(f"{url}/outcome.zarr/initial/c/2", torn)
    ensemble = begin(url, resume=True)
    assert ensemble.look() == [0, 2]
    assert list(ensemble.turn(Here()))[-1].done == MEMBERS
    ensemble.finish()
    bucket.get(url, str(tmp_path / "again"), recursive=True)
    assert bits(tmp_path / "again") == bits(undisturbed)
    (kept,) = parts_of(url)
    assert verify(kept, 2, 1, lambda _done, _total: None).holds
    assert Entry.of(url).outcome == Entry.of(undisturbed).outcome


def test_a_bucket_that_is_not_there_is_told(bucket):
    with pytest.raises(RunError, match=r"s3://nothing/toy cannot be read or written: .*bucket does not exist"):
        begin("s3://nothing/toy")
