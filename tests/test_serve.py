"""The composition: what happens when a part of a running server fails, and when nobody is there."""

import asyncio
import logging
import ssl
import subprocess
from pathlib import Path

import pytest

from jemaa import halls as halls_module
from jemaa.config import load_config
from jemaa.errors import JemaaError
from jemaa.serve import check_reachable, open_database, start
from tests.web.place import closed, message, place, until


def test_a_session_whose_mix_fails_is_opened_anew_and_nothing_is_lost(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            amina = await here.join()
            await amina.command("introduce", name="Amina")
            socket = await amina.live(listen={"sound": "sound/32"})
            await message(socket, "status")
            hall = await here.hall()
            hall.programme.tick = lambda: 1 / 0  # type: ignore[method-assign,assignment]
            assert await closed(socket) == 1012
            again = await here.hall()
            assert again is not hall and again.session.state == hall.session.state
            back = await amina.live(since=2, listen={"sound": "sound/32"})
            assert (await message(back, "status"))["epoch"] == again.programme.epoch

    with caplog.at_level(logging.CRITICAL):
        asyncio.run(story())


def test_a_session_that_nobody_attends_goes_to_sleep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            amina = await here.join()
            socket = await amina.live()
            await message(socket, "status")
            running = here.running.halls
            monkeypatch.setattr(halls_module, "SWEEP_SECONDS", 0.01)
            monkeypatch.setattr(halls_module, "IDLE_HALL_SECONDS", 0.0)
            sweep = running.tasks.start(running.run(), "quick sweep")
            await asyncio.sleep(0.05)
            assert len(running.open_halls()) == 1
            await socket.close()
            await until(lambda: not running.open_halls())
            sweep.cancel()
            assert (await amina.command("introduce", name="Amina"))[0] == 200

    asyncio.run(story())


def test_the_sessions_of_a_closed_meeting_end_and_can_still_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            chair = await here.opened()
            asleep = await here.running.records.create("Asleep")
            for meeting in (here.meeting, asleep):
                # As `jemaa meeting close` does it, from another process.
                await here.running.records.close(meeting.id)
            running = here.running.halls
            monkeypatch.setattr(halls_module, "SWEEP_SECONDS", 0.01)
            sweep = running.tasks.start(running.run(), "quick sweep")
            session = (await here.hall()).session
            await until(lambda: session.state.phase == "closed")
            status, answer = await chair.command("start_item", index=0)
            assert (status, answer["error"]["code"]) == (409, "closed")
            amina = await here.join()
            assert (await here.get("/events", amina))[1]["snapshot"]["state"]["phase"] == "closed"
            sweep.cancel()
            woken = await running.hall(asleep.sessions[0].id)
            assert woken is not None and woken.session.state.phase == "closed"

    asyncio.run(story())


def test_others_are_served_only_with_a_certificate_somewhere() -> None:
    def code(**settings: str) -> str | None:
        try:
            check_reachable(load_config(settings, environment={}))
        except JemaaError as error:
            return error.code
        return None

    assert code(listen="0.0.0.0:1") == code(listen=":1") == code(listen="meeting.example.org:1") == "needs-certificate"
    assert code(listen="0.0.0.0:1", base_url="http://meeting.example.org") == "needs-certificate"
    assert code(listen="0.0.0.0:1", base_url="https://meeting.example.org") is None
    assert code(listen="0.0.0.0:1", tls_cert="a", tls_key="b") is None
    assert code(listen="[::1]:1") is code(listen="localhost:1") is code(listen="127.0.0.9:1") is None


def test_a_certificate_makes_it_https_and_a_bad_one_is_named(tmp_path: Path) -> None:
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(["openssl", "req", "-x509", *kind, *subject, *files], check=True, capture_output=True)

    async def story() -> None:
        async with place(tmp_path / "data", tls_cert=str(certificate), tls_key=str(key)) as here:
            trusted = ssl.create_default_context(cafile=certificate)
            address = f"https://127.0.0.1:{here.running.port}/api/s/{here.session}"
            async with here.http.post(f"{address}/join", json={}, ssl=trusted) as answer:
                assert answer.status == 200 and "Secure" in answer.headers["Set-Cookie"]
            async with here.http.ws_connect(f"{address}/live", ssl=trusted) as socket:
                await socket.send_json({"op": "hello", "listen": {"sound": "sound/32"}})
                assert (await message(socket, "status"))["op"] == "status"
                while (await socket.receive()).type.name != "BINARY":
                    pass

    asyncio.run(story())
    key.write_text("nonsense")
    database = open_database(tmp_path / "other")
    config = load_config(
        {"data": str(tmp_path / "other"), "listen": "127.0.0.1:0", "tls_cert": str(certificate), "tls_key": str(key)},
        environment={},
    )
    with pytest.raises(JemaaError) as error:
        asyncio.run(start(config, database))
    database.close()
    assert error.value.code == "bad-certificate"
