"""A proxy that counts: it stands between every tool and the service, costs all of them the same, and changes nothing.

Each connection of a client gets a thread and a connection of its own to the service. What passes is told to a watcher,
before and after each request.
"""

import socket
import threading


class Proxy:
    """Listens on a free port of this machine, from when it is made until `stop()`."""

    def __init__(self, port, watcher):
        self._upstream = ("127.0.0.1", port)
        self._watcher = watcher
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = "http://127.0.0.1:%d" % self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self):
        # Wakes the thread that waits in accept(); closing alone would leave it there.
        try:
            self._listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        try:
            with client, socket.create_connection(self._upstream) as service:
                for end in (client, service):
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._pass_on(Reader(client), client, Reader(service), service)
        except OSError:
            pass  # One side is gone, and with it what this thread was for.

    def _pass_on(self, requests, client, answers, service):
        while True:
            request = requests.message()
            if request is None:
                return
            method, path = (request.first + b"  ").split(b" ")[:2]
            method, path = method.decode("latin-1"), path.decode("latin-1")
            watched = self._watcher.before(method, path, request)
            service.sendall(request.bytes)
            answer = answers.message(has_body=method != "HEAD", until_end=True)
            status = int(answer.first.split(b" ")[1]) if answer else 0
            self._watcher.after(watched, status, answer)
            if answer is None:
                return
            client.sendall(answer.bytes)
            if answer.header(b"connection").lower() == b"close":
                return


class Message:
    """A request or an answer, byte for byte."""

    def __init__(self, head, body, content):
        self.bytes = head + body
        self.body = content
        self._lines = head.split(b"\r\n")
        self.first = self._lines[0]

    def header(self, name):
        for line in self._lines[1:]:
            key, _, value = line.partition(b":")
            if key.lower() == name:
                return value.strip()
        return b""


class Reader:
    """Takes HTTP/1.1 messages off a socket."""

    def __init__(self, connection):
        self._connection = connection
        self._buffer = b""

    def message(self, has_body=True, until_end=False):
        """The next one, or None at the end of the connection."""
        head = self._until(b"\r\n\r\n")
        if head is None:
            return None
        message = Message(head, b"", b"")
        status = message.first.split(b" ")[1:2]
        if not has_body or (until_end and status and (status[0][:1] == b"1" or status[0] in (b"204", b"304"))):
            return message
        length = message.header(b"content-length")
        if message.header(b"transfer-encoding").lower() == b"chunked":
            body, content = self._chunks()
        elif length.isdigit():
            body = content = self._exactly(int(length))
        elif until_end:
            body = content = self._rest()
        else:
            return message
        return None if body is None else Message(head, body, content)

    def _chunks(self):
        body, content = b"", b""
        while True:
            line = self._until(b"\r\n")
            if line is None:
                return None, None
            size = int(line.split(b";")[0], 16)
            chunk = self._exactly(size + 2) if size else self._until(b"\r\n")
            if chunk is None:
                return None, None
            body += line + chunk
            content += chunk[:size]
            if size == 0:
                return body, content

    def _until(self, mark):
        while mark not in self._buffer:
            if not self._more():
                return None
        end = self._buffer.index(mark) + len(mark)
        taken, self._buffer = self._buffer[:end], self._buffer[end:]
        return taken

    def _exactly(self, count):
        while len(self._buffer) < count:
            if not self._more():
                return None
        taken, self._buffer = self._buffer[:count], self._buffer[count:]
        return taken

    def _rest(self):
        while self._more():
            pass
        taken, self._buffer = self._buffer, b""
        return taken

    def _more(self):
        data = self._connection.recv(65536)
        self._buffer += data
        return bool(data)
