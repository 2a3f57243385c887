"""Settings: four sources, one winner each, and no misspelling goes unnoticed."""

from pathlib import Path

import pytest

from jemaa.config import SETTINGS, load_config, split_address
from jemaa.errors import SettingsError


def test_a_flag_wins_over_the_environment_that_over_the_file_that_over_the_default(tmp_path: Path) -> None:
    file = tmp_path / "jemaa.toml"
    file.write_text('listen = "127.0.0.1:1"\nperson_hours = 3\nopen_metrics = true\n')
    environment = {"JEMAA_LISTEN": "127.0.0.1:2", "JEMAA_INVITATION_DAYS": "5", "PATH": "/bin"}
    config = load_config({"listen": "127.0.0.1:3", "base_url": None}, environment=environment, file=file)
    assert (config.address, config.sources["listen"]) == (("127.0.0.1", 3), "flag")
    assert (config.number("invitation_days"), config.sources["invitation_days"]) == (5, "environment")
    assert (config.number("person_hours"), config.flag("open_metrics")) == (3, True)
    assert config.sources["person_hours"] == "file" and config.sources["base_url"] == "default"
    assert set(config.values) == {setting.name for setting in SETTINGS}


def code_of(file: Path, text: str, **environment: str) -> str:
    file.write_text(text)
    with pytest.raises(SettingsError) as error:
        load_config({}, environment=environment, file=file)
    return error.value.code


def test_each_mistake_is_named(tmp_path: Path) -> None:
    file = tmp_path / "jemaa.toml"
    assert code_of(file, "listn = '127.0.0.1:1'") == "unknown-setting"
    assert code_of(file, "", JEMAA_LISTN="x") == "unknown-setting"
    assert code_of(file, "listen = 7") == "bad-setting"
    assert code_of(file, "listen = 'nowhere'") == "bad-setting"
    assert code_of(file, "listen = 'host:99999'") == "bad-setting"
    assert code_of(file, "invitation_days = true") == "bad-setting"
    assert code_of(file, "invitation_days = 0") == "bad-setting"
    assert code_of(file, "", JEMAA_OPEN_METRICS="perhaps") == "bad-setting"
    assert code_of(file, "tls_cert = 'a.pem'") == "bad-setting"
    assert code_of(file, "base_url = 'meeting.example.org'") == "bad-setting"
    assert code_of(file, "log_level = 'loud'") == "bad-setting"
    assert code_of(file, "listen = ") == "config-unreadable"
    file.unlink()
    with pytest.raises(SettingsError) as error:
        load_config({}, environment={}, file=file)
    assert error.value.code == "config-unreadable"


def test_words_for_yes_and_no() -> None:
    for word, value in (("on", True), ("TRUE", True), ("0", False), ("no", False)):
        assert load_config({}, environment={"JEMAA_LOG_ADDRESSES": word}).flag("log_addresses") is value


def test_addresses() -> None:
    assert split_address("[::1]:80") == ("::1", 80)
    assert split_address(":8440") == ("", 8440)


def test_operations_md_lists_every_setting() -> None:
    page = (Path(__file__).parent.parent / "docs" / "operations.md").read_text()
    for setting in SETTINGS:
        assert f"| `{setting.name}` |" in page, f"docs/operations.md has no row for {setting.name}"
