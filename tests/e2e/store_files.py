"""The files of a store: enough of the journal's format to damage it on purpose."""

import hashlib
import struct
from typing import NamedTuple

SEGMENT_HEADER_BYTES = 64
FRAME_HEADER = struct.Struct("<QIIHHIQQQQQQ")
MAGIC = 0x4D5246FF
GROUP, IDLE, CLOSE = 1, 2, 3


class Frame(NamedTuple):
    offset: int
    bytes: int
    kind: int
    first_lsn: int
    last_lsn: int


def segments(directory):
    """The journal's files that are in use, in order."""
    files = sorted(directory.glob("journal-*.log"))
    return [path for path in files if any(path.read_bytes()[:SEGMENT_HEADER_BYTES])]


def frames(path):
    """The frames of a journal file, in order."""
    raw = path.read_bytes()
    found = []
    at = SEGMENT_HEADER_BYTES
    while at + FRAME_HEADER.size <= len(raw):
        _, magic, size, _, kind, _, _, _, first, last, _, _ = FRAME_HEADER.unpack_from(raw, at)
        if magic != MAGIC or size < FRAME_HEADER.size:
            break
        found.append(Frame(at, size, kind, first, last))
        at += size
    return found


def end_of(path):
    """Where the last frame ends."""
    last = frames(path)[-1]
    return last.offset + last.bytes


def forget_from(path, offset):
    """Zeroes the file from there on, as if nothing had been written; its length stays."""
    patch(path, offset, bytes(path.stat().st_size - offset))


def patch(path, offset, raw):
    with open(path, "r+b") as file:
        file.seek(offset)
        file.write(raw)


def flip(path, offset):
    """Flips one bit."""
    with open(path, "r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ 0x10]))


def digest(directory):
    """The contents of every file in a directory, by name."""
    return {
        str(path.relative_to(directory)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }
