# SPDX-License-Identifier: MIT
# `make emulate` at a terminal: settings are typed, keys reach the board, Ctrl-C ends in order and
# gives the terminal back.   usage: emulate_terminal.py BOARD
import fcntl
import os
import pty
import select
import struct
import sys
import tempfile
import termios
import time

LIMIT_S = 60


class Terminal:
    def __init__(self, command, columns, rows):
        self.text = b""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execv(command[0], command)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self):
        """False when the program has ended."""
        if select.select([self.fd], [], [], 0.2)[0]:
            try:
                self.text += os.read(self.fd, 65536)
            except OSError:
                return False
        return True

    def expect(self, wanted, after=0):
        end = time.monotonic() + LIMIT_S
        while wanted not in self.text[after:]:
            if not self.read() or time.monotonic() > end:
                sys.exit(f"emulate_terminal.py: no {wanted!r} in:\n{self.text[after:][-4000:]!r}")
        return after + self.text[after:].index(wanted)

    def press(self, keys):
        os.write(self.fd, keys)


def main(board):
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TMPDIR"] = folder
        script = os.path.join(os.environ["OL_SOURCE_DIR"], "scripts/emulate")
        t = Terminal([script, board, os.environ["OL_BINARY_DIR"]], 120, 30)
        t.expect(b"\x1b[?1049h")
        t.expect(b"saved, ")
        at = t.expect(b"curl -H @")  # the command to copy comes when the board is configured
        t.press(b"log\r")
        t.expect(b"log info", at)
        t.press(b"\x1bOQ")
        t.expect(b"cable out", at)
        t.press(b"\x03")
        at = t.expect(b"\x1b[?1049l", at)
        t.expect(b"Measuring", at)
        t.press(b"\x03")
        while t.read():
            pass
        status = os.waitstatus_to_exitcode(os.waitpid(t.pid, 0)[1])
        if status != 0:
            sys.exit(f"emulate_terminal.py: exit status {status}")
        if os.listdir(folder):
            sys.exit(f"emulate_terminal.py: it left {os.listdir(folder)}")


main(sys.argv[1])
