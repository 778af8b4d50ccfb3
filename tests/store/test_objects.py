"""Object stores: a folder and a bucket of S3 keep bytes alike, and say so when they cannot."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from store.objects import Objects, ObjectsDown
from tests.servers.s3 import BUCKET, S3

SMALL, LARGE = b"Subject: a mail\r\n\r\n" + bytes(range(256)), os.urandom(12_000_000)


@pytest.fixture(scope="module")
def s3() -> Iterator[S3]:
    with S3() as server:
        yield server


@pytest.fixture
def bucket(s3: S3, monkeypatch: pytest.MonkeyPatch) -> str:
    for name, value in s3.environ.items():
        monkeypatch.setenv(name, value)
    return f"s3://{BUCKET}/mail/blobs"


@pytest.fixture
def folder(tmp_path: Path) -> str:
    return str(tmp_path / "by the" / "hash")


@pytest.fixture(params=["folder", "bucket"])
def objects(request: pytest.FixtureRequest) -> Objects:
    return Objects(request.getfixturevalue(request.param))


def name(content: bytes) -> str:
    return sha256(content).hexdigest()


@pytest.mark.parametrize("content", [SMALL, LARGE], ids=["small", "large"])
def test_bytes_are_there_again_as_they_were_however_often_they_are_put(objects: Objects, content: bytes) -> None:
    assert objects.holds(name(content)) is None
    objects.put(name(content), content)
    objects.put(name(content), content)
    assert objects.holds(name(content)) is True


@pytest.mark.parametrize("content", [SMALL, LARGE], ids=["small", "large"])
def test_bytes_that_were_deleted_are_gone_however_often_they_are_deleted(objects: Objects, content: bytes) -> None:
    objects.put(name(content), content)
    objects.put(name(b"other"), b"other")
    objects.delete(name(content))
    objects.delete(name(content))
    assert (objects.holds(name(content)), objects.holds(name(b"other"))) == (None, True)


def test_other_bytes_under_the_name_are_seen_and_are_put_right_by_the_next_put(objects: Objects) -> None:
    with pytest.raises(ObjectsDown, match="changed"):
        objects.put(name(b"right"), b"wrong")
    assert objects.holds(name(b"right")) is False
    objects.put(name(b"right"), b"right")
    assert objects.holds(name(b"right")) is True


def test_a_store_that_can_be_written_to_passes_its_probe(objects: Objects) -> None:
    objects.probe()


@pytest.mark.parametrize("where", ["no bucket", "no server", "no folder"])
def test_a_store_that_is_not_there_is_one_kind_of_trouble(
    where: str, bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = {"no bucket": "s3://nobodys", "no server": bucket, "no folder": f"file://{tmp_path}/file/folder"}[where]
    (tmp_path / "file").touch()
    if where == "no server":
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    for ask in (lambda: Objects(url).probe(), lambda: Objects(url).put(name(SMALL), SMALL)):
        with pytest.raises(ObjectsDown):
            ask()


def test_nothing_counts_as_deleted_while_nobody_answers(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with pytest.raises(ObjectsDown):
        Objects(bucket).delete(name(SMALL))


def test_bytes_count_as_put_only_when_the_disk_has_them(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: int) -> None:
        raise OSError(5, "EIO")

    monkeypatch.setattr("store.objects.os.fsync", broken)
    with pytest.raises(ObjectsDown):
        Objects(folder).put(name(SMALL), SMALL)


def test_a_folder_of_complaints_is_nobody_elses_business(folder: str) -> None:
    Objects(folder).put(name(SMALL), SMALL)
    assert Path(folder).stat().st_mode & 0o077 == 0


def test_a_daemon_without_an_object_store_does_not_load_the_library() -> None:
    code = "import sys, workers.wiring; sys.exit('obstore' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
