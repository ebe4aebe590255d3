"""The sample settings of Caddy and nginx, as those programs run them in front of a central: TLS and
HTTP/2 end there; people sign in and save a form, a terminal enrols and syncs."""

import os
import re
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx2 as httpx
import pytest

from kiosk.store.engine import Store
from kiosk.store.outbox import Delivery
from sync.central.usecases.accounts import add_account
from sync.central.usecases.terminals import all_terminals
from sync.central.viewer import ROLES
from tests.support.builders import SOMYING
from tests.support.central import made_central, on_roster
from tests.support.central_server import Kept, Server
from tests.support.certificates import DAY, Authority
from tests.support.databases import new_central_store

SAMPLES = Path(__file__).parents[2] / "sync" / "central" / "proxies"
CADDY = "{\n\tadmin off\n\tauto_https disable_redirects\n}\n"
NGINX = """\
daemon off;
pid FOLDER/nginx.pid;
events {}
http {
    access_log off;
    client_body_temp_path FOLDER/body;
    proxy_temp_path FOLDER/proxy;
    fastcgi_temp_path FOLDER/fastcgi;
    uwsgi_temp_path FOLDER/uwsgi;
    scgi_temp_path FOLDER/scgi;
    include FOLDER/kiosk.conf;
}
"""
"""What Debian's own nginx.conf has around a file of conf.d, in a folder of the test's."""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


def sample(name: str, port: int, central: int, certificate: Path) -> str:
    """A sample as an office would change it: names, certificate and ports."""
    text = (SAMPLES / name).read_text("utf-8")
    for written, here in (
        ("127.0.0.1:8765", f"127.0.0.1:{central}"),
        ("report.example.go.th {", f"https://localhost:{port} {{"),
        ("server_name report.example.go.th", "server_name localhost"),
        ("listen 443 ", f"listen 127.0.0.1:{port} "),
    ):
        text = text.replace(written, here)
    return re.sub(r"/etc/\w+/report\.pem", str(certificate), text)


@contextmanager
def running(name: str, folder: Path, text: str) -> Iterator[None]:
    (folder / "kiosk.conf").write_text(text, "utf-8")
    if name == "nginx.conf":
        user = "user root;\n" if os.geteuid() == 0 else ""
        (folder / "nginx.conf").write_text(user + NGINX.replace("FOLDER", str(folder)), "utf-8")
        command = ["nginx", "-e", "stderr", "-p", str(folder), "-c", str(folder / "nginx.conf")]
    else:
        (folder / "Caddyfile").write_text(CADDY + text, "utf-8")
        command = ["caddy", "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]
    environment = {**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder)}
    with (folder / "log").open("wb") as log:
        proxy = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        yield
    finally:
        proxy.terminate()
        proxy.wait(10)


def answered(client: httpx.Client, path: str) -> httpx.Response:
    """An answer, once the proxy listens."""
    with httpx.Client(
        base_url=client.base_url,
        verify=False,
        transport=httpx.HTTPTransport(retries=6, verify=False),
    ) as first:
        first.get(path)
    return client.get(path)


@pytest.mark.parametrize("name", ["Caddyfile", "nginx.conf"])
def test_people_and_terminals_reach_central_through_the_sample(name: str, tmp_path: Path) -> None:
    office, today = Authority.new("office"), datetime.now(UTC)
    authority = office.write(tmp_path / "ca.pem")
    certificate = office.issue("localhost", today - DAY, today + DAY, tmp_path / "server.pem")
    store = new_central_store(tmp_path / "central.db")
    central = made_central(store, tmp_path)
    port = free_port()
    url = f"https://localhost:{port}"
    central = replace(central, settings=central.settings._replace(url=url))
    on_roster(central, str(SOMYING.id))
    server = Server(central, proxies="127.0.0.1")
    behind = int(server.url.rpartition(":")[2])
    try:
        with running(name, tmp_path, sample(name, port, behind, certificate)):
            require_people(url, authority, server)
            require_http_2(url, authority)
            require_terminal(url, authority, server, tmp_path)
    finally:
        server.stop()
        store.close()


def require_people(url: str, authority: str, server: Server) -> None:
    """A password signs in, is changed by a form, and the next one signs in."""
    password = add_account(server.central, "test", "it", "IT", (ROLES["it"],), server.now)
    context = ssl.create_default_context(cafile=authority)
    with httpx.Client(base_url=url, verify=context, trust_env=False) as people:
        people.headers["Origin"] = url
        page = answered(people, "/sign-in?lang=en")
        assert page.headers["Strict-Transport-Security"]
        assert page.headers["Cache-Control"] == "no-store"
        assert "Content-Encoding" not in page.headers, "BREACH"
        signed_in = people.post("/sign-in", data={"account": "it", "password": password})
        assert (signed_in.status_code, signed_in.headers["Location"]) == (303, "/")
        assert signed_in.headers["Set-Cookie"].startswith("__Host-kiosk_session=")
        new = "ม้าลายเจ็ดตัวเดินกลางทุ่งข้าว"
        form = {"old": password, "new": new, "again": new}
        assert people.post("/password", data=form).status_code == 303
        assert "Content-Encoding" not in people.get("/my-account").headers
        assert people.get("/public/dindaeng").status_code == 200
    with httpx.Client(base_url=url, verify=context, trust_env=False) as again:
        public = again.get("/public/dindaeng")
        assert public.headers["Content-Encoding"] == "gzip"
        tag = {"If-None-Match": public.headers["ETag"]}
        assert again.get("/public/dindaeng", headers=tag).status_code == 304
        answer = again.post("/sign-in", data={"account": "it", "password": new})
        assert answer.status_code == 303


def require_http_2(url: str, authority: str) -> None:
    page = f"{url}/healthz"
    asked = subprocess.run(
        ["curl", "-sS", "--http2", "-w", "%{http_version}", "--cacert", authority, page],
        capture_output=True,
        check=True,
        timeout=20,
    )
    assert asked.stdout.startswith(b'{"status":"ok"')
    assert asked.stdout.endswith(b"2"), asked.stdout


def require_terminal(url: str, authority: str, server: Server, folder: Path) -> None:
    """Its signatures cover the path and the body: what a proxy changes there, central refuses."""
    Store.create(folder / "kiosk.db")
    store = Store.open(folder / "kiosk.db")
    kept = Kept(store, url, server.code(), authority)
    kept.rate(5, 4, 5)
    kept.close()
    kept.sync()
    assert kept.states() == [Delivery.RECEIPTED]
    store.close()
    assert [one.counter for one in all_terminals(server.central)] == ["1"]
