"""`jemaa check` with words that cannot be meant so: one sentence, and nothing is sent."""

from pathlib import Path

import pytest

from jemaa.cli import main
from tests.reflector.test_reflector import HERE


def refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What it says, and that it was called wrongly."""
    (tmp_path / "jemaa.toml").touch()
    assert main(["check", f"https://{HERE}:1", "--yes", "--config", str(tmp_path / "jemaa.toml"), *arguments]) == 2
    return capsys.readouterr().err


def test_a_machine_that_trusts_nobody_is_told_so_and_no_network_is_blamed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a system is that was made by debootstrap, or a Python of macOS before its certificates are installed."""
    (tmp_path / "none").mkdir()
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "none"))
    assert "knows no certificate authority" in refused(tmp_path, capsys)


def test_an_authority_that_cannot_be_read_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = tmp_path / "missing.pem"
    assert f"cannot be read from {missing}" in refused(tmp_path, capsys, "--authority", str(missing))
