#!/usr/bin/env python3
"""Checks a Tieout evidence bundle: python3 verify.py BUNDLE [--vkey KEY] [--known CHECKPOINT_FILE] [--witness KEY]... [--json]
BUNDLE is a .tieout file or the folder it unpacks to. Needs only Python; the format is docs/trail-format.md, and of the
story's rules those marked core are checked here. Exit code: 0 all sound, 3 something is wrong, 2 not understood."""
import base64, decimal, functools, hashlib, json, os, re, sys, zipfile
sha = lambda *parts: hashlib.sha256(b"".join(parts)).digest()
number = lambda text: int(text) if re.fullmatch("0|[1-9][0-9]{0,18}", text) else None
# Ed25519, RFC 8032: points are X, Y, Z, T.
P, ORDER, ZERO = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493, (0, 1, 1, 0)
D = -121665 * pow(121666, P - 2, P) % P
def add(p, q):
    a, b, c, d = (p[1] - p[0]) * (q[1] - q[0]), (p[1] + p[0]) * (q[1] + q[0]), 2 * D * p[3] * q[3], 2 * p[2] * q[2]
    return (b - a) * (d - c) % P, (d + c) * (b + a) % P, (d - c) * (d + c) % P, (b - a) * (b + a) % P
def times(n, p):
    return functools.reduce(lambda q, bit: add(add(q, q), p) if bit == "1" else add(q, q), bin(n)[2:], ZERO)
def packed(p):
    z = pow(p[2], P - 2, P)
    return (p[1] * z % P | (p[0] * z % P & 1) << 255).to_bytes(32, "little")
def point(data):
    sign, y = divmod(int.from_bytes(data, "little"), 2**255)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = next((x for x in (pow(square, (P + 3) // 8, P) * i % P for i in (1, pow(2, P // 4, P))) if x * x % P == square), None)
    x = x if x is None or x % 2 == sign else P - x
    return None if x is None else (x, y, 1, x * y % P)
weak = lambda p: p is None or packed(times(8, p)) == packed(ZERO)
@functools.lru_cache(None)
def signed(key, text, signature):
    a, s = point(key), int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or s >= ORDER or weak(a) or weak(point(signature[:32])): return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + text).digest(), "little") % ORDER
    base = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    return packed(add(times(s, base), times(k, (P - a[0], a[1], 1, P - a[3])))) == signature[:32]
def b64(text):
    try: data = base64.b64decode(text, validate=True)
    except ValueError: return None
    return data if base64.b64encode(data).decode() == text else None
@functools.lru_cache(None)
def named(vkey, kind=1):  # name, key id and public key of a C2SP verifier key; 4 is a witness's kind
    name, key_id, key = (vkey.split("+", 2) + ["", ""])[:3]
    key = b64(key) or b"."
    fits = re.fullmatch("[!-*,-~]{1,255}", name) and len(key) == 33 and key[0] == kind and not weak(point(key[1:]))
    return (name, bytes.fromhex(key_id), key[1:]) if fits and sha(name.encode(), b"\n", key)[:4].hex() == key_id else None
def stated(note):  # the size in a checkpoint's second line
    return number((note.split("\n") + [""])[1])
def opened(note, key):  # size and root of a checkpoint that this key signed
    at, ours = note.rfind("\n\n"), []
    if not key or at < 0 or len(note.encode()) > 2**17 or note[-1] != "\n" or re.search("[\0-\x09\x0b-\x1f]", note): return None
    for line in note[at + 2:-1].split("\n"):
        line = re.fullmatch(r"— ([^\s+]+) (.+)", line)
        blob = line and b64(line[2])
        if not blob or len(blob) < 5: return None
        ours += [blob[4:]] if (line[1], blob[:4]) == key[:2] else []
    lines = note[:at + 1].split("\n")
    root = b64(lines[2]) if len(lines) == 4 and lines[0] == key[0] else None
    sound = root and len(root) == 32 and stated(note) is not None and len(ours) == 1
    return (stated(note), root) if sound and signed(key[2], note[:at + 1].encode(), ours[0]) else None
def cosigned(note, key):  # when a witness signed a note; None if it did not, 0 if what stands in its name does not fit
    at = note.rfind("\n\n")
    lines = [re.fullmatch(r"— ([^\s+]+) (.+)", line) for line in note[at + 2:-1].split("\n")]
    blobs = [line and b64(line[2]) for line in lines]
    ours = [blob[4:] for line, blob in zip(lines, blobs) if blob and (line[1], blob[:4]) == key[:2]]
    if all(blobs) and not ours: return None
    time = int.from_bytes(ours[0][:8], "big") if all(blobs) and len(ours) == 1 else 0
    fits = 0 < time < 2**63 and signed(key[2], ("cosignature/v1\ntime %d\n%s" % (time, note[:at + 1])).encode(), ours[0][8:])
    return time if fits else 0
# Trees, RFC 6962 and RFC 9162.
node = lambda left, right: sha(b"\1", left, right)
def climb(at, last, old, new, path):  # the roots that a proof leads to, from one node of the old tree's right edge
    for beside in path:
        if last == 0: return None
        if at & 1 or at == last:
            old, new = node(beside, old), node(beside, new)
            while at and not at & 1: at, last = at >> 1, last >> 1
        else: new = node(new, beside)
        at, last = at >> 1, last >> 1
    return (old, new) if last == 0 else None
def included(leaf, index, size, path, root):
    return index < size and (climb(index, size - 1, leaf, leaf, path) or (0, 0))[1] == root
def consistent(old, old_root, new, new_root, path):
    if old > new or old in (0, new): return old <= new and not path and (old_root == new_root if old else old_root == sha())
    path = ([old_root] if old & (old - 1) == 0 else []) + path
    alone = ((old ^ (old - 1)).bit_length() - 1)
    return bool(path) and climb((old - 1) >> alone, (new - 1) >> alone, path[0], path[0], path[1:]) == (old_root, new_root)
def canonical(body):  # the value of RFC 8785 bytes with whole numbers and ASCII keys, as all of ours are
    def plain(value):
        if isinstance(value, dict): return all(key.isascii() and plain(item) for key, item in value.items())
        if isinstance(value, list): return all(map(plain, value))
        return isinstance(value, (str, bool)) or type(value) is int and abs(value) < 2**53
    try:
        value = json.loads(body.decode())
        anew = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        return value if anew == body and plain(value) and isinstance(value, dict) else None
    except (ValueError, RecursionError): return None
@functools.lru_cache(4096)
def entry(body):  # what a body says, if it is one
    value = canonical(body) if len(body) < 65536 else None
    link = "conversation cseq cprev".split()
    known = value and all(type(value.get(key)) is int and (value[key] >= 0 or key == "at") for key in "v seq at mono".split())
    linked = value and [type(value[key]) for key in link if key in value]
    fits = known and value["v"] == 1 and linked in ([], [str, int, str])
    return value if fits and isinstance(value.get("type"), str) and isinstance(value.get("boot"), str) else None
def vkey_of(key):
    return key and "%s+%s+%s" % (key[0], key[1].hex(), base64.b64encode(b"\1" + key[2]).decode())
COMMITS = "question prompt response arguments shown reason request result words answer setting proof findings hidden".split()
UNLINKED = "trail.opened epoch.opened payload.erased hold.set hold.released anchor.recorded".split()
SHA256 = bytes.fromhex("0609608648016503040201")
IMPRINTS = b"\x30\x31\x30\x0d" + SHA256 + b"\x05\0\x04\x20", b"\x30\x2f\x30\x0b" + SHA256 + b"\x04\x20"
PARTS = "tree checkpoints known anchors story conversations payloads ties".split()
ID = b"[0-7][0-9A-HJKMNP-TV-Z]{25}"
MANIFEST = (b'{"entries":(0|[1-9][0-9]*),"made_at":(?:0|-?[1-9][0-9]*),"payloads":(true|false),"program":"[ -!#-[\\]-~]*","scope":{(?:'
            b'"conversation":"(conv_%b)","kind":"conversation"|"kind":"answer","turn":"(turn_%b)"|"kind":"(trail)")},'
            b'"size":(0|[1-9][0-9]*),"v":1,"vkey":"([!-~]+)"}' % (ID, ID))
COMMON = "manifest.json|key.vkey|checkpoint|erased.txt|verify.py|VERIFY.txt|answer.html|answers/turn_%s.html|views/(calls|entries).csv" \
         "|payloads/[0-9a-f]{64}" % ID.decode()
TILE = "tile/(entries|[0-7])/((?:x[0-9]{3}/)*[0-9]{3})(?:[.]p/([1-9][0-9]{0,2}))?"
SOME = "(entries|proofs|anchors|epochs)/(0|[1-9][0-9]*)[.](json|tlog-proof|checkpoint|consistency)"
# Ties: numbers stay as they are written, as in the record.
class Written(str): pass
RAW = 200  # so many characters of a value a record repeats
def value_at(body, pointer):  # what stands there, as a record repeats it; None if nothing does
    text = body.decode(errors="replace")
    try: value = json.loads(text, parse_int=Written, parse_float=Written, parse_constant=lambda _: int("no JSON"))
    except (ValueError, RecursionError): return text if pointer == "" else None
    for token in pointer.split("/")[1:] if pointer[:1] in ("", "/") else [None]:
        token = token and token.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and token in value: value = value[token]
        elif isinstance(value, list) and number(token or "") is not None and int(token) < len(value): value = value[int(token)]
        else: return None
    if isinstance(value, list): return Written("%d elements" % len(value))
    return value if isinstance(value, str) else None if isinstance(value, dict) else Written(json.dumps(value))
def repeats(value, raw):
    return value == raw if isinstance(value, Written) or len(value) <= RAW else raw != "" and raw in value
def agrees(figure, value):  # whether a figure's digits are a number's, rounded to as many as it shows, in any unit
    match = re.fullmatch(r"-?([0-9]+)(?:[.]([0-9]+))?(?:[eE][+-]?[0-9]+)?", value)
    written = re.sub("[^0-9]", "", figure).lstrip("0")
    shown, stands = written.rstrip("0"), match and (match[1] + (match[2] or "")).strip("0")
    near = lambda by, digits: abs(by * float("0." + shown) - float("0." + (stands or "0"))) <= 0.1 ** digits * (0.5 + 1e-9)
    return not match or not shown or near(1, len(shown)) or near(10, len(written) - 1)
def computes(derivation, raws):  # whether an operation on these gives what the record says; words are not judged
    kind, stated = derivation["operation"], decimal.Decimal(derivation["computed"])
    listed = re.fullmatch("([0-9]+) elements", raws[0])
    if kind == "count": return stated == (int(listed[1]) if listed and len(raws) == 1 else len(raws))
    if not all(re.fullmatch(r"-?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]{1,3})?", raw) for raw in raws): return True
    values, total = [decimal.Decimal(raw) for raw in raws], lambda some: sum(some, decimal.Decimal(0))
    try: made = {"difference": lambda: values[0] - values[-1], "percent_change": lambda: (values[0] - values[-1]) / values[-1],
                 "ratio": lambda: total(values[:-1]) / values[-1], "share_of_sum": lambda: total(values[:-1]) / values[-1],
                 "share": lambda: values[0] / total(values), "sum": lambda: total(values),
                 "average": lambda: total(values) / len(values)}[kind]()
    except decimal.DecimalException: return True
    last = decimal.Decimal(1).scaleb(min(0, stated.as_tuple().exponent))
    return any(off == 0 or abs(off) < last for off in (made - stated, made * 100 - stated))


class Bundle:
    def __init__(self, files, vkey=None, known=None, witnesses=()):  # files: pairs of name and bytes
        self.found, self.there, self.keys, self.told, self.roots, self.notes = [], {}, [], [], {0: sha()}, {}
        self.stamped = None  # the size of a checkpoint over which a time stamp is
        for name, data in files:
            if name in self.there or not re.fullmatch("|".join((COMMON, "checkpoints.txt", TILE, SOME)), name): self.stray(name)
            else: self.there[name] = data
        self.manifest = manifest = re.fullmatch(MANIFEST, self.there.get("manifest.json", b""))
        full = [name for name in self.there if re.fullmatch("checkpoints.txt|" + TILE, name)]
        some = [name for name in self.there if re.fullmatch(SOME, name)]
        whole = bool(manifest[5] if manifest else full)
        for name in some if whole else full: self.stray(name)
        self.given, self.key = vkey and named(vkey), named(re.sub("\n\\Z", "", self.text("key.vkey")))
        self.note, self.known = self.text("checkpoint"), known
        self.size, self.newest = stated(self.note), opened(self.note, self.key)
        wanted = {"manifest.json": "tree", "key.vkey": "checkpoints", "checkpoint": "checkpoints", "erased.txt": "payloads"}
        for name, part in {**wanted, **({"checkpoints.txt": "checkpoints"} if whole else {})}.items():
            if name not in self.there: self.find(part, "missing", None, name + " is not there")
        self.witnesses, self.cosigned = [named(key, 4) for key in witnesses], {key.split("+")[0]: None for key in witnesses}
        if None in self.witnesses: self.find("anchors", "unsigned", None, "a witness's key to check with can't be read")
        if vkey and not self.given: self.find("checkpoints", "unsigned", None, "the key to check with can't be read")
        if "key.vkey" in self.there and not self.key: self.find("checkpoints", "unsigned", None, "key.vkey can't be read")
        if "manifest.json" in self.there and not manifest: self.find("tree", "altered", None, "manifest.json is not as written")
        count = self.check_whole(full) if whole else self.check_some(some)
        payloads = [name for name in self.there if name.startswith("payloads/")]
        claims = manifest and (int(manifest[1]), int(manifest[6]), manifest[7].decode(), manifest[2] == b"true" or not payloads)
        if claims and claims != (count, self.size if self.size is not None else claims[1], vkey_of(self.key) or claims[2], True):
            self.find("tree", "altered", None, "manifest.json states something else than there is")
        def broken(): return any(part in PARTS[:2] for part, *_ in self.found)
        try: broken() or self.tell(whole, payloads)
        except (KeyError, TypeError): self.find("tree", "altered", self.at, "a field is not there, or not as it should be")
        if broken():  # what entries tell is worth nothing while they may be others
            self.found = [found for found in self.found if found[0] in PARTS[:3]]
        if any(found[:2] == ("conversations", "gap") for found in self.found):  # nor is what entries tell while some lack
            self.found = [found for found in self.found if found[0] != "story"]
        self.found.sort(key=lambda found: (found[2] is None, found[2] or 0, PARTS.index(found[0])))

    def find(self, part, kind, seq, words): self.found.append((part, kind, seq, words))
    def stray(self, name): self.find("tree", "altered", None, name + " is no part of a bundle")
    def text(self, name): return self.there.get(name, b"").decode(errors="replace")
    def signer(self, size):
        return ([key for after, key in self.keys if after < size] or [key for _, key in self.keys[:1]] or [self.given])[-1]
    def epochs(self):  # the entries that name a key, with the key, unless it can't be read
        for value, _ in self.told:
            if value["type"] == ("epoch.opened" if value["seq"] else "trail.opened"):
                key = named(str(value.get("vkey")))
                if key and key[0] == value.get("origin"): yield value["seq"] and value["seq"] + 1, key
                else: self.find("checkpoints", "altered", value["seq"], "it names no key of the origin beside it")

    def check_whole(self, full):  # tiles of entries and of hashes, and every checkpoint
        tiles, stack, hashes, size, entries, unbroken = [], [], {}, 0, 0, True
        for name in full:
            match = re.fullmatch(TILE, name)
            if not match: continue
            index, width, level = int(re.sub("[x/]", "", match[2])), int(match[3] or 256), match[1]
            of = (self.size or 0) >> 8 * int(level.replace("entries", "0"))
            fits = width == (256 if index < of // 256 else of % 256 if index == of // 256 else 0)
            groups = re.findall("...", "%0*d" % (-(-len(str(index)) // 3) * 3, index))
            path = "/".join(["x" + group for group in groups[:-1]] + groups[-1:])
            if fits and match[2] == path: tiles.append((level, index, name))
            else: self.stray(name)
        def push(leaf):
            hashes[0, size], at, height = leaf, size, 0
            while at & 1:
                leaf, at, height = node(stack.pop(), leaf), at >> 1, height + 1
                if height % 8 == 0: hashes[height // 8, at] = leaf
            stack.append(leaf)
            self.roots[size + 1] = functools.reduce(lambda right, left: node(left, right), reversed(stack))
        for level, index, name in sorted(tiles, key=lambda tile: tile[1]):
            data = self.there[name] if level == "entries" else b""
            while data:
                body, rest = data[2:2 + int.from_bytes(data[:2], "big")], data[2 + int.from_bytes(data[:2], "big"):]
                if len(data) < 2 + int.from_bytes(data[:2], "big"):
                    self.find("tree", "altered", size, "a tile of entries ends in the middle of one")
                    break
                data, value, entries = rest, entry(body), entries + 1
                if value is None: self.find("tree", "altered", size, "an entry can't be read")
                elif value["seq"] < size:
                    self.find("tree", "altered", value["seq"], "an entry comes again, or out of order")
                    continue
                elif value["seq"] > size:
                    self.find("tree", "gap", size, "entries are left out")
                    size, unbroken = value["seq"], False
                if value: self.told.append((value, sha(b"\0", body)))
                if unbroken: push(sha(b"\0", body))
                size += 1
        for level, index, name in tiles:
            for place in range(0, len(self.there[name]) if level != "entries" else 0, 32):
                at = int(level), 256 * index + place // 32
                right = hashes.pop(at, None)
                if right and right != self.there[name][place:place + 32]: self.find("tree", "altered", at[1] << 8 * at[0], "another hash")
                if not right and unbroken: self.find("tree", "altered", None, "a hash where entries give none")
        for level, at in hashes: self.find("tree", "missing", at << 8 * level, "a hash of the tree is not there")
        if not size: self.find("tree", "missing", 0, "there are no entries")
        self.keys = list(self.epochs()) or [(0, self.given)] * bool(self.given)
        self.check_checkpoints(size)
        if self.key and self.signer(size) != self.key: self.find("checkpoints", "unsigned", None, "key.vkey is not the entries' key")
        return entries

    def check_checkpoints(self, size):
        notes, signs, waiting, before = [], True, [], -1
        for line in re.findall("[^\n]*\n|[^\n]+", self.text("checkpoints.txt")):
            if signs and not line.startswith("— "): notes.append("")
            signs = line.startswith("— ")
            notes[-1:] = [(notes or [""])[-1] + line]
        for note in notes:
            at = stated(note)
            if at is None: self.find("checkpoints", "unsigned", None, "a checkpoint states no size")
            elif at <= before: self.find("checkpoints", "altered", at, "checkpoints are not in order")
            else: waiting.append((at, note))
            before = before if at is None else max(at, before)
        if "checkpoint" in self.there:
            if self.size is None: self.find("checkpoints", "unsigned", None, "the checkpoint states no size")
            else: waiting.append((self.size, self.note))
        agreed, covered, differing, cut = 0, 0, None, False
        for at, note in sorted(waiting, key=lambda pair: pair[0]):
            if at > size:
                if opened(note, self.keys and self.keys[-1][1]) or opened(note, self.given): cut = True
                else: self.find("checkpoints", "unsigned", at - 1, "no key of the trail signed a checkpoint")
                continue
            right = opened(note, self.signer(at))
            covered = max(covered, at if right else 0)
            if not right: self.find("checkpoints", "unsigned", max(at - 1, 0), "a checkpoint can't be opened")
            elif at not in self.roots: continue
            elif right[1] == self.roots[at]:
                if differing is not None: self.find("checkpoints", "forked", max(differing - 1, 0), "two histories are signed")
                agreed, differing = max(agreed, at), None
                self.notes.setdefault(at, sha(note.encode()))
            elif at == agreed and at: self.find("checkpoints", "forked", at - 1, "two histories are signed")
            elif differing is None: differing = at
        if differing is not None: self.find("checkpoints", "altered", min(agreed, max(differing - 1, 0)), "another root was signed")
        if cut: self.find("checkpoints", "truncated", size, "more entries were signed than are here")
        if covered < size: self.find("checkpoints", "unsigned", covered, "no checkpoint covers the entries from here on")
        for after, _ in self.keys:
            if after and after + 1 in self.roots and after not in self.notes:
                self.find("checkpoints", "unsigned", after - 1, "the key before did not sign what hands over to this one")
        if self.given and self.given not in [key for _, key in self.keys]:
            self.find("checkpoints", "unsigned", 0, "the trail does not name the key it is checked with")
        self.check_known(size, whole=True)

    def check_known(self, size, whole):
        at = self.known and stated(self.known)
        if not self.known: return
        keys = [self.signer(at or 0)] if whole and at is not None and at <= size else [self.signer(at or 0), self.keys and self.keys[-1][1], self.given]
        held = next((held for held in (opened(self.known, key) for key in keys) if held), None)
        if not held: self.find("known", "unsigned", None, "the checkpoint that you hold is not this trail's")
        elif at in self.roots:
            if held[1] != self.roots[at]: self.find("known", "forked", max(at - 1, 0), "it is of other entries than these")
        elif at > size: self.find("known", "truncated", size, "it is over more entries than are here")
        elif not whole: self.find("known", "missing", None, "nothing here shows that this continues it")

    def check_some(self, some):  # entries with their proofs
        files = {(match[1], int(match[2]), match[3]): self.there[name] for name, match in ((n, re.fullmatch(SOME, n)) for n in some)}
        if "checkpoint" in self.there and self.key and not self.newest:
            self.find("checkpoints", "unsigned", None, "the bundle's checkpoint can't be opened")
        if self.newest: self.roots, self.notes = {self.size: self.newest[1]}, {self.size: sha(self.note.encode())}
        else: self.roots = {}
        bodies = sorted((seq, body) for (folder, seq, _), body in files.items() if folder == "entries")
        for seq, body in bodies:
            value, leaf, proof = entry(body), sha(b"\0", body), files.get(("proofs", seq, "tlog-proof"))
            if value and value["seq"] == seq: self.told.append((value, leaf))
            else: self.find("tree", "altered", seq, "it can't be read, or says that it is another")
            if proof is None: self.find("tree", "missing", seq, "its proof is not there")
            else:
                head, _, note = proof.decode(errors="replace").partition("\n\n")
                lines = head.split("\n")
                path = [b64(line) for line in lines[2:]]
                fits = lines[:2] == ["c2sp.org/tlog-proof@v1", "index %d" % seq] and all(hash and len(hash) == 32 for hash in path) and note == self.note
                if not fits or self.newest and not included(leaf, seq, self.newest[0], path, self.newest[1]):
                    self.find("tree", "altered", seq, "it is not proved")
        gone = {seq for folder, seq, _ in files if folder == "proofs"} | {0}
        for seq in gone - {seq for seq, _ in bodies}: self.find("tree", "missing", seq, "it is not there")
        wanted = {"anchor.recorded": "anchors", "epoch.opened": "epochs"}
        wanted = {(wanted.get(value["type"]), value["seq"]) for value, _ in self.told}
        for folder, seq, _ in files:
            if folder in ("anchors", "epochs") and (folder, seq) not in wanted: self.stray("%s/%d" % (folder, seq))
        def earlier(folder, seq, size, key):  # why a checkpoint is not one that the bundle's continues
            note, proof = (files.get((folder, seq, half)) for half in ("checkpoint", "consistency"))
            if note is None or proof is None: return "missing"
            right = opened(note.decode(errors="replace"), key)
            if not right: return "unsigned"
            path = [b64(line) for line in proof.decode(errors="replace").split("\n")]
            if right[0] != size or path.pop() != b"" or not all(hash and len(hash) == 32 for hash in path): return "altered"
            if not consistent(right[0], right[1], *self.newest, path): return "altered"
            self.roots[size], _ = right[1], self.notes.setdefault(size, sha(note)) if folder == "anchors" else None
        trusted = not self.given
        for after, key in self.epochs():
            why = self.keys and self.newest and earlier("epochs", after - 1, after, self.keys[-1][1])
            if why and (why != "missing" or trusted and self.given and self.given != self.key):
                self.find("checkpoints", why.replace("missing", "unsigned"), after - 1, "the key before did not hand over to this one")
            trusted, self.keys = trusted or key == self.given, self.keys + [(after, key)]
        if self.key and self.newest and (not self.keys or self.signer(self.size) != self.key):
            self.find("checkpoints", "unsigned", None, "key.vkey is not the entries' key")
        if not trusted: self.find("checkpoints", "unsigned", 0, "the entries do not name the key to check with")
        for value, _ in self.told:
            if value["type"] == "anchor.recorded" and self.keys and self.newest and type(value.get("size")) is int:
                why = earlier("anchors", value["seq"], value.get("size"), self.signer(value.get("size")))
                if why: self.find("anchors", why, value["seq"], "the checkpoint that the anchor holds is not proved")
        if self.newest: self.check_known(self.size, whole=False)
        self.check_scope()
        return len(bodies)

    def check_scope(self):
        if not self.manifest: return
        last, turn = None, self.manifest[4] and self.manifest[4].decode()
        conversation = self.manifest[3] and self.manifest[3].decode()
        for value, _ in self.told:
            conversation = conversation or value.get("conversation")
            if "conversation" in value and value["conversation"] == conversation: last = value
            elif "conversation" in value or value["type"] not in UNLINKED:
                self.find("conversations", "altered", value["seq"], "it is no entry of what the bundle is of")
        if turn: ends = last and last["type"] in ("answer.given", "turn.stopped") and last.get("turn") == turn
        else: ends = last and last["type"] == "export.begun" and last.get("kind") == "conversation"
        if not ends: self.find("conversations", "missing", last and last["seq"], "the end is not there")

    def tell(self, whole, payloads):  # conversations, the story, payloads
        ends, calls, awaited, erased, holds, proofs = {}, {}, {}, {}, {}, []
        for value, leaf in self.told:
            self.at = value["seq"]
            seq, kind, of, call = value["seq"], value["type"], value.get("conversation"), calls.get(value.get("call"))
            def wrong(kind, words="it could not happen here", part="story"): self.find(part, kind, seq, words)
            if (kind == "trail.opened") != (seq == 0): wrong("missing" if seq == 0 else "forked")
            if of is not None:
                after, before = ends.get(of, (0, b""))
                if value["cseq"] > after: wrong("gap", "entries of its conversation are left out", "conversations")
                elif value["cseq"] < after: wrong("forked", "it comes again in its conversation", "conversations")
                elif value["cprev"] != before.hex(): wrong("altered", "it follows another entry", "conversations")
                if (kind == "conversation.opened") != (value["cseq"] == 0): wrong("altered", "its place is another", "conversations")
                if kind == "answer.given" and value.get("entries") != value["cseq"] + 1: wrong("altered", "it counts others", "conversations")
                ends[of] = max(after, value["cseq"] + 1), leaf
            if kind == "call.requested":
                if call: wrong("forked", "it is asked for again")
                else: calls[value["call"]] = {"finds": value.get("tool") == "tieout.find_tools", "verdict": None, "allowed": None, "sent": 0, "ended": 0}
            elif kind in ("call.decided", "approval.given", "call.sent", "call.ended"):
                if not call: wrong("missing", "no entry before asks for the call")
                elif call["ended"]: wrong("forked" if kind == "call.ended" else "off-policy", "the call has ended")
                elif kind == "call.decided":
                    if call["verdict"]: wrong("forked", "it is decided again")
                    else: call["verdict"] = value["verdict"]
                elif kind == "approval.given": call["allowed"] = value["allowed"]
                elif kind == "call.sent":
                    leave = {} if call["finds"] else {"allow": call["allowed"] is not False, "ask": call["allowed"] is True}
                    if not leave.get(call["verdict"]): wrong("off-policy", "it is sent without leave")
                    call["sent"] = 1
                else:
                    call["ended"], outcome = 1, value["outcome"]
                    rests = outcome == "unknown" or outcome in ("returned", "timed_out") and "from" not in value
                    if rests and not call["sent"] and not (call["finds"] and outcome == "returned"): wrong("missing", "no entry says that it was sent")
                    if outcome == "refused" and call["sent"]: wrong("off-policy", "it is refused, and was sent")
            elif kind == "trail.recovered":
                for left in calls.values():
                    if not left["ended"]: wrong("missing", "recovery left a call without an outcome")
            elif kind == "hold.set":
                if value["hold"] in holds: wrong("forked", "it is set again", "payloads")
                holds.setdefault(value["hold"], (value.get("of"), value.get("call")))
            elif kind == "hold.released":
                if not holds.get(value["hold"]): wrong("forked" if value["hold"] in holds else "missing", "it is not held", "payloads")
                holds[value["hold"]] = None
            for gone in value["payloads"] if kind == "payload.erased" else []:
                if gone in erased: wrong("off-policy", "it is erased again", "payloads")
                elif gone in awaited:
                    erased[gone], owner, names, _ = awaited.pop(gone)
                    covers = lambda hold: hold and (hold == (None, None) or owner and hold[0] == owner or hold[1] and hold[1] in names)
                    if any(covers(hold) for hold in holds.values()): wrong("off-policy", "a hold covers it", "payloads")
                elif whole: wrong("off-policy", "no entry before names it", "payloads")
            names = value.get("calls") if kind == "approval.asked" else [value.get("call")]
            for field in COMMITS:
                if re.fullmatch("[0-9a-f]{64}", str(value.get(field))):
                    awaited.setdefault(value[field], (seq, of, names if kind != "hold.set" else [], value if kind == "anchor.recorded" else None))
        listed = {line for line in self.text("erased.txt").split("\n") if re.fullmatch("[0-9a-f]{64}", line)}
        if "erased.txt" in self.there:
            if self.text("erased.txt") != "".join(line + "\n" for line in sorted(listed)) or listed - set(erased):
                self.find("payloads", "altered", None, "erased.txt is not what the entries erase")
            for gone in set(erased) - listed: self.find("payloads", "altered", erased[gone], "erased.txt leaves it out")
        for name in payloads:
            commitment, data = name[9:], self.there[name]
            seq, _, _, proof = awaited.pop(commitment, (None,) * 4)
            if commitment in erased: self.find("payloads", "altered", erased[commitment], "it was erased on record and is there")
            elif seq is None: self.find("payloads", "altered", None, "a payload that no entry names")
            elif len(data) < 32 or sha(b"tieout/payload/v1\0", data).hex() != commitment:
                self.find("payloads", "unopened", seq, "the payload does not open its commitment")
            elif proof: self.check_proof(proof, data[32:])
        if not self.manifest or self.manifest[2] == b"true":
            for seq, *_ in awaited.values(): self.find("payloads", "missing", seq, "a payload is not there")
        self.check_ties()

    def check_ties(self):  # whether each figure of an answer stands where the answer says that it comes from
        bodies = lambda commitment: self.there.get("payloads/%s" % commitment, b"")[32:] or None
        had = {}
        for value, _ in self.told:
            if value["type"] == "call.ended" and ("result" in value or "from" in value): had.setdefault(value["call"], value)
        for value, _ in [told for told in self.told if told[0]["type"] == "answer.given"]:
            def wrong(words): self.find("ties", "altered", value["seq"], words)
            data = self.there.get("payloads/%s" % value["answer"])
            try: answer = json.loads(data[32:].decode()) if data else None
            except (ValueError, RecursionError): continue
            if not isinstance(answer, dict) or "ties" not in answer: continue
            try: spans, exposed = list(answer["ties"]["spans"]), {item["call"] for item in answer["exposure"]}
            except (KeyError, TypeError): spans, exposed = [None], set()
            if spans and exposed != set(value["exposed"]): wrong("the answer says that its model was shown other results")
            for span in spans:
                try: why = self.tie(span, answer["text"].encode(), exposed, had, bodies)
                except (AttributeError, IndexError, KeyError, TypeError, ValueError): why = "it is not as ties are recorded"
                if why: wrong("“%s” of the answer: %s" % (span["text"] if isinstance(span, dict) and "text" in span else "?", why))

    def tie(self, span, text, exposed, had, bodies):  # what is wrong with one; None if nothing is, or nothing can be told
        if text[span["start"]:span["end"]] != span["text"].encode(): return "it no longer stands there"
        if span["status"] not in ("tied", "possible"): return None
        if not span["places"]: return "it is tied to no place"
        found = []
        for place in span["places"]:
            if place["call"] not in exposed: return "it is tied to %s, whose result the model was not shown" % place["call"]
            ended, left = had.get(place["call"]), 64
            while ended and "result" not in ended and left: ended, left = had.get(ended.get("from")), left - 1
            found.append(ended and bodies(ended.get("result")))
        if not all(found): return None  # it can't be rechecked
        for place, body in zip(span["places"], found):
            at = value_at(body, place["pointer"])
            if at is None or not repeats(at, place["raw"]):
                return "it no longer stands at %s of %s: “%s” was there" % (place["pointer"] or "the whole", place["call"], place["raw"])
        raws, made = [place["raw"] for place in span["places"]], span.get("derivation")
        if made and not computes(made, raws): return "%s does not come out" % made["expression"]
        return None if agrees(span["text"], made["computed"] if made else raws[0]) else "it is not what it is tied to"

    def check_proof(self, value, proof):  # what an anchor gave back
        key, stored, note = self.signer(value["size"]), self.notes.get(value["size"]), proof.decode(errors="replace")
        if not key or not stored: return self.find("anchors", "missing", value["seq"], "no checkpoint to compare with")
        if value["kind"] == "timestamp": right = any(imprint + stored in proof for imprint in IMPRINTS)
        else:
            own = [line for line in re.findall("[^\n]*\n|[^\n]+", note) if line[:2] != "— " or line.startswith("— %s " % key[0])]
            own = own if value["kind"] == "witness" else [note]
            right = sha("".join(own).encode()) == stored
        other = value["kind"] != "timestamp" and opened(note, key)
        if not right: self.find("anchors", "forked" if other and other[0] == value["size"] else "altered", value["seq"], "another checkpoint")
        elif value["kind"] == "timestamp": self.stamped = value["size"]
        else:
            said = [(key[0], cosigned(note, key)) for key in self.witnesses if key]
            if any(at == 0 for _, at in said): self.find("anchors", "unsigned", value["seq"], "the witness's signature does not fit")
            for name, at in said:
                if at: self.cosigned[name] = max(self.cosigned[name] or 0, value["size"])

def main(arguments):
    options = {name: arguments.pop(arguments.index(name) + 1) for name in ("--vkey", "--known") if name in arguments[:-1]}
    places = [at + 1 for at, name in enumerate(arguments[:-1]) if name == "--witness"]
    witnesses = [arguments.pop(at) for at in reversed(places)]
    names = [name for name in arguments if not name.startswith("--")]
    if len(names) != 1 or set(arguments) - set(names) - {"--json", "--witness", *options} or not os.path.exists(names[0]):
        return print(__doc__, file=sys.stderr) or 2
    if os.path.isdir(names[0]):
        paths = [os.path.join(folder, name) for folder, _, files in os.walk(names[0]) for name in files]
        files = ((os.path.relpath(path, names[0]).replace(os.sep, "/"), open(path, "rb").read()) for path in paths)
    else:
        try: pack = zipfile.ZipFile(names[0])
        except zipfile.BadZipFile: return print("not a zip", file=sys.stderr) or 2
        files = ((item.filename, pack.read(item)) for item in pack.infolist())
    known = open(options["--known"], encoding="utf-8", errors="replace").read() if "--known" in options else None
    bundle = Bundle(files, options.get("--vkey"), known, witnesses)
    found = bundle.found
    if "--json" in arguments:
        print(json.dumps({"findings": [{"kind": kind, "part": part, "seq": seq, "words": words} for part, kind, seq, words in found], "witnesses": bundle.cosigned}))
    else:
        for part in PARTS: print("%-14s %s" % (part, "WRONG" if part in [finding[0] for finding in found] else "sound"))
        for part, kind, seq, words in found: print("%s%s (%s): %s" % (kind, "" if seq is None else " at entry %d" % seq, part, words))
        for name, size in bundle.cosigned.items(): print("witness %s cosigned up to %s entries" % (name, "no" if size is None else size))
        if bundle.stamped: print("a time stamp is over checkpoint %d: check its authority with openssl ts" % bundle.stamped)
    return 3 if found else 0

if __name__ == "__main__": sys.exit(main(sys.argv[1:]))
