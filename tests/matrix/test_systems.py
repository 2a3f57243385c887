"""The systems that can be driven: by name, and each says what it lacks in a sentence."""

import base64
import hmac
import json
from pathlib import Path

import pytest

from jemaa.errors import SettingsError
from jemaa.matrix.livekit_system import KEY, SECRET, LivekitSystem, token
from jemaa.matrix.systems import ALL, named


def test_systems_are_found_by_name_each_once_and_in_the_order_given() -> None:
    assert [system.name for system in named(["janus", "jemaa", "janus"])] == ["janus", "jemaa"]
    assert len({system.name for system in ALL}) == len(ALL)


def test_a_name_that_is_none_is_answered_with_those_that_are() -> None:
    with pytest.raises(SettingsError, match="aiortc") as refusal:
        named(["jemaa", "telex"])
    assert refusal.value.code == "matrix-system-unknown"


@pytest.mark.parametrize("system", ALL, ids=lambda system: system.name)
def test_what_is_missing_is_a_sentence_that_says_what_to_do(
    system: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("MATRIX_SYSTEMS", str(tmp_path))
    lacking = next(one.missing() for one in ALL if one is system)
    assert lacking is None or (lacking.endswith(".") and ("scripts/matrix_systems.sh" in lacking or "pip" in lacking))


def test_livekit_is_missing_until_both_its_parts_are_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("MATRIX_SYSTEMS", str(tmp_path))
    server = tmp_path / "bin" / "livekit-server"
    server.parent.mkdir()
    server.write_text("#!/bin/sh\n")
    server.chmod(0o700)
    assert LivekitSystem().missing()
    (tmp_path / "livekit-client.umd.js").touch()
    assert LivekitSystem().missing() is None


def test_livekits_token_is_signed_with_the_labs_key_and_lets_into_the_room() -> None:
    head, claims, signature = token("amina", 1_000_000.0).split(".")
    wanted = hmac.digest(SECRET.encode(), f"{head}.{claims}".encode(), "sha256")
    assert base64.urlsafe_b64decode(signature + "=") == wanted
    said = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    assert (said["iss"], said["sub"]) == (KEY, "amina") and said["video"]["roomJoin"]
    assert said["nbf"] < 1_000_000 < said["exp"]
