"""Distinctive values for everything that is secret or personal, and a search for them in every form they may take."""

import base64
import pathlib
import socket
import threading
import urllib.parse


def forms(value: str) -> dict[str, bytes]:
    """The value as it may stand somewhere: plain, in an address, in base64 (of its inside, whatever stands before it), in hex."""
    raw = value.encode()
    found = {"plain": raw, "percent": urllib.parse.quote(value, safe="").encode(), "hex": raw.hex().encode(), "reversed": raw[::-1]}
    for shift in range(3):
        whole = base64.b64encode(b"\0" * shift + raw)
        # The first and last characters depend on what stands beside.
        inside = whole[4 if shift else 0 : len(whole) - 4]
        if len(inside) >= 12:
            found[f"base64 {shift}"] = inside
            found[f"base64url {shift}"] = inside.replace(b"+", b"-").replace(b"/", b"_")
    return found


class Canaries:
    """Named values, and where each of them must not be."""

    def __init__(self, **values: str):
        self.values = dict(values)

    def __setitem__(self, name: str, value: str):
        assert len(value) >= 8, f"{name} is too short to be distinctive"
        self.values[name] = value

    def found(self, text: bytes | str, names: set[str] | None = None) -> list[str]:
        data = text.encode() if isinstance(text, str) else text
        lower = data.lower()
        return [
            f"{name} ({form})"
            for name, value in self.values.items()
            if names is None or name in names
            for form, needle in forms(value).items()
            if needle in data or (form in ("plain", "hex") and needle.lower() in lower)
        ]

    def expect_none(self, where: str, text: bytes | str, *, allowed: set[str] = frozenset()):
        found = self.found(text, set(self.values) - set(allowed))
        assert not found, f"{where} holds {', '.join(found)}"

    def expect_none_in_files(self, folder: pathlib.Path, *, allowed: set[str] = frozenset()):
        files = [path for path in folder.rglob("*") if path.is_file()]
        assert files
        for path in files:
            self.expect_none(str(path.name), path.read_bytes(), allowed=allowed)


class Recorder:
    """Stands between a client and a server and keeps every byte that goes either way."""

    def __init__(self, port: int):
        self.port, self.requests, self.answers = port, bytearray(), bytearray()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
                server = socket.create_connection(("127.0.0.1", self.port))
            except OSError:
                return
            for source, target, record in ((client, server, self.requests), (server, client, self.answers)):
                threading.Thread(target=self._carry, args=(source, target, record), daemon=True).start()

    @staticmethod
    def _carry(source: socket.socket, target: socket.socket, record: bytearray):
        try:
            while data := source.recv(65_536):
                record += data
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def close(self):
        self.listener.close()
