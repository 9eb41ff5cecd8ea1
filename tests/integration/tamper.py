"""Changes stored records behind the services' back, for tests of `vagval verify`.

    tamper.py SOCKET USER PASSWORD_FILE PARTITIONS BACKUP ACTION...

ACTIONs: LIST:RECORD:FIELD:bump=NUMBER   adds 1 to that number in the packed message
         LIST:RECORD:FIELD:swap=OLD/NEW  replaces text of the same length
         restore                         puts everything back that the file BACKUP holds
         item:KIND:0:bump=NUMBER         the same, of the first item of a list of that kind
The record is the first that a partition's LIST names; a LIST that is empty means the partition's
own record. FIELD `a` is the body; a word with a '*' at its end is the first field that begins so.
"""

import json
import socket
import sys


class Redis:
    def __init__(self, path, user, password):
        self.stream = socket.socket(socket.AF_UNIX)
        self.stream.connect(path)
        self.file = self.stream.makefile("rb")
        self.call("AUTH", user, password)

    def call(self, *words):
        words = [w if isinstance(w, bytes) else str(w).encode() for w in words]
        self.stream.sendall(b"*%d\r\n" % len(words) +
                            b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in words))
        return self.answer()

    def answer(self):
        line = self.file.readline()
        kind, rest = line[:1], line[1:-2]
        if kind == b"-":
            sys.exit("Redis: " + rest.decode())
        if kind in b":+":
            return rest
        if int(rest) < 0:
            return None
        if kind == b"*":
            return [self.answer() for _ in range(int(rest))]
        text = self.file.read(int(rest) + 2)
        return text[:-2]


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def coded(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out + bytes([value]))


def bump(data, wanted):
    """The message with 1 added to its number of that field; without the field, the field with 1."""
    at, out, found = 0, b"", False
    while at < len(data):
        start = at
        key, at = varint(data, at)
        if key & 7 == 0:
            value, at = varint(data, at)
            if key >> 3 == wanted:
                out, found = out + coded(key) + coded(value + 1), True
                continue
        else:
            size, at = varint(data, at)
            at += size
        out += data[start:at]
    return out if found else out + coded(wanted << 3) + coded(1)


def swap(data, old, new):
    assert len(old) == len(new) and old in data, (old, data)
    return data.replace(old, new)


def find(redis, partitions, names, record, wanted):
    for number in range(partitions):
        base = "vv:{p%03d}:payment:" % number
        if names == "":
            key = base + record
        else:
            listed = redis.call("LRANGE", base + names, 0, 0)
            if not listed:
                continue
            key = base + record + ":" + listed[0].hex()
        pairs = redis.call("HGETALL", key)
        for field, value in zip(pairs[::2], pairs[1::2]):
            begins = wanted[-1:] == "*" and field[:1] == wanted[:1].encode()
            if field == wanted.encode() or begins:
                return key, field, value
    sys.exit(f"no {record} with a field {wanted}")


def find_item(redis, kind):
    """The list's key, its first item's index, and the item."""
    cursor = b"0"
    while True:
        cursor, keys = redis.call("SCAN", cursor, "MATCH", f"vv:{{p*}}:payment:{kind}:*")
        for key in keys:
            if redis.call("TYPE", key) == b"list":
                return key.decode(), b"0", redis.call("LINDEX", key, 0)
        if cursor == b"0":
            sys.exit(f"no list of {kind}")


def write(redis, key, field, value):
    if redis.call("TYPE", key) == b"list":
        redis.call("LSET", key, field.decode(), value)
    else:
        redis.call("HSET", key, field, value)


def main():
    path, user, password, partitions, backup, *actions = sys.argv[1:]
    redis = Redis(path, user, open(password).read().strip())
    if actions == ["restore"]:
        for key, field, value in json.load(open(backup)):
            write(redis, key, bytes.fromhex(field), bytes.fromhex(value))
        return
    kept = []
    for action in actions:
        names, record, wanted, change = action.split(":")
        key, field, value = find_item(redis, record) if names == "item" else \
            find(redis, int(partitions), names, record, wanted)
        kept.append((key, field.hex(), value.hex()))
        how, what = change.split("=")
        changed = bump(value, int(what)) if how == "bump" else \
            swap(value, *(w.encode() for w in what.split("/")))
        write(redis, key, field, changed)
    json.dump(kept, open(backup, "w"))


main()
