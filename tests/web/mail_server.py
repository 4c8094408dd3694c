"""A mail server on loopback that takes letters, or refuses them as it is told to."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

QUIT, DATA, RCPT, MAIL = b"QUIT", b"DATA", b"RCPT", b"MAIL"


@dataclass(slots=True)
class MailServer:
    """What arrived, and whom it turns away: {recipient: reply}."""

    port: int = 0
    taken: list[tuple[str, EmailMessage]] = field(default_factory=list)  # envelope's recipient
    refuses: dict[str, str] = field(default_factory=dict)
    after_data: str = "250 OK"

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"


def _handler(kept: MailServer) -> type[socketserver.StreamRequestHandler]:
    class Handler(socketserver.StreamRequestHandler):
        """The few words of RFC 5321 that a client needs to hand in a letter."""

        def say(self, text: str) -> None:
            self.wfile.write(f"{text}\r\n".encode())

        def handle(self) -> None:
            self.say("220 here")
            recipient = ""
            while line := self.rfile.readline():
                word = line[:4].upper()
                if word == RCPT:
                    recipient = line.decode().partition("<")[2].partition(">")[0]
                    self.say(kept.refuses.get(recipient, "250 OK"))
                elif word == DATA:
                    self.say("354 go on")
                    self._take(recipient)
                elif word == QUIT:
                    self.say("221 bye")
                    return
                else:
                    self.say("250 OK")

        def _take(self, recipient: str) -> None:
            lines = []
            while (line := self.rfile.readline()) not in {b".\r\n", b""}:
                lines.append(line[1:] if line.startswith(b"..") else line)
            self.say(kept.after_data)
            if kept.after_data.startswith("250"):
                letter = BytesParser(policy=policy.default).parsebytes(b"".join(lines))
                assert isinstance(letter, EmailMessage)
                kept.taken.append((recipient, letter))

    return Handler


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """Serve on a free port of loopback until the test is over."""
    kept = MailServer()
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _handler(kept)) as server:
        server.daemon_threads = True
        kept.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield kept
        finally:
            server.shutdown()
            thread.join()
