#!/usr/bin/env python3
"""sources.py: the rules of style and layering that no compiler checks.

    sources.py [DIR]
    sources.py --rules [DIR]

Prints one line per finding, "path:line: [rule] what to do", and exits 1 if there are any.
With --rules: the rule files of the services, one path per line, and nothing else.
A line may carry an exemption: a comment "tidy: allow WORD, reason", where WORD is the banned call.
An exemption that is not needed is a finding itself, so they cannot outlive their reason.

Which files are rule files: in the folder of a service every .c and .h is one, except main.c,
handlers*, <service>.h, and those named in tests/tidy/outer-files. All of services/kernel is.
A runtime header is include/vagval/X.h for which services/runtime/X.c or X_*.c exists, and
service.h, which offers the runtime to handlers; messages.h is not: codes are vocabulary.
"""
import os
import re
import subprocess
import sys

COLUMNS, FUNCTION_LINES, FILE_LINES = 100, 70, 500
TEST_LINES = 700  # a test is a table and its reader; splitting one helps nobody below this
TOP = {"include", "proto", "services", "tests", "deploy", "build", "Makefile", "README.md",
       "docker-compose.yml", "LICENSE"}
BANNED = {
    "strcpy": "snprintf or memcpy with a bound", "strcat": "snprintf with a bound",
    "stpcpy": "snprintf with a bound", "sprintf": "snprintf", "vsprintf": "vsnprintf",
    "gets": "a bounded read", "atoi": "a checked reading", "atol": "a checked reading",
    "atoll": "a checked reading", "atof": "a checked reading", "strtok": "strcspn or strtok_r",
    "gmtime": "vv_date", "localtime": "vv_zone_date", "ctime": "vv_date_format",
    "asctime": "vv_date_format", "time": "the clock that was handed in",
    "system": "posix_spawn with arguments", "popen": "posix_spawn with arguments",
    "alloca": "a bounded array", "rand": "libsodium", "srand": "libsodium",
}
# What a pure file has no business with: I/O, the clock, the environment.
IMPURE_INCLUDES = {"time.h", "sys/time.h", "unistd.h", "fcntl.h", "sys/socket.h", "sys/stat.h",
                   "poll.h", "signal.h", "pthread.h", "zmq.h", "hiredis/hiredis.h",
                   "hiredis/async.h", "microhttpd.h"}
IMPURE_CALLS = {"fopen", "open", "read", "write", "printf", "fprintf", "puts", "perror", "getenv",
                "clock_gettime", "gettimeofday", "exit", "abort", "randombytes_buf"}
# Spelt with brackets so that this file does not name them.
NOT_IN_TREE = [r"(?<![\w.-])[/]work[/]", r"\.\.[/]shared", r"\.\.[/]seeds", r"[Ii]ssue [#]\d",
               r"registry[.]npmjs", r"pypi[.]org", r"deb[.]debian[.]org", r"proxy[.]golang"]
TEXT = (".c", ".h", ".sh", ".py", ".lua", ".proto", ".def", ".md", ".yaml", ".yml", ".mk", ".conf",
        ".csv", ".txt", ".acl", ".template")

findings = []


def find(path, line, rule, text):
    findings.append((path, line, rule, text))


def tree(root):
    """Every file of ours, relative to root."""
    for folder, folders, names in os.walk(root):
        relative = os.path.relpath(folder, root)
        if relative == ".":
            folders[:] = [f for f in folders if f in TOP - {"build"} or f == ".ci"]
        folders[:] = sorted(f for f in folders if f != "__pycache__")
        for name in sorted(names):
            yield os.path.normpath(os.path.join(relative, name))


def read(root, path):
    with open(os.path.join(root, path), encoding="utf-8", errors="replace") as file:
        return file.read()


def blank(text):
    """Comments and the insides of strings as blanks, line breaks kept."""
    def cover(match):
        piece = match.group(0)
        if piece.startswith('"'):
            return '"' + "x" * (len(piece) - 2) + '"'
        if piece.startswith("'"):
            return "' '"
        return re.sub(r"[^\n]", " ", piece)
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', cover, text,
                  flags=re.S)


def check_text(path, text):
    """What holds for every text file."""
    for number, line in enumerate(text.split("\n"), 1):
        for pattern in NOT_IN_TREE:
            if re.search(pattern, line):
                find(path, number, "word", f"must not be in the tree: {pattern}")
        if line.endswith((" ", "\t")) and path.endswith((".c", ".h", ".sh", ".py")):
            find(path, number, "blank", "blanks at the end of the line")
        if len(line) > COLUMNS and path.endswith((".c", ".h", ".sh", ".py", ".lua")):
            find(path, number, "columns", f"{len(line)} columns; at most {COLUMNS}")
    lines, most = text.count("\n"), TEST_LINES if path.startswith("tests/") else FILE_LINES
    if lines > most and path.endswith((".c", ".h", ".sh", ".py", ".lua")):
        find(path, lines, "file-lines", f"{lines} lines; at most {most}: split the module")


def check_calls(path, text, code):
    for number, (line, plain) in enumerate(zip(text.split("\n"), code.split("\n")), 1):
        allowed = set(re.findall(r"tidy: allow (\w+),", line))
        for name in re.findall(r"(?<![\w.>])(\w+)\s*\(", plain):
            if name in BANNED and name not in allowed:
                find(path, number, "banned", f"{name}(): use {BANNED[name]}")
            allowed.discard(name)
        for name in allowed:
            find(path, number, "exemption", f"{name} is not called here: remove the exemption")
        if re.search(r"(?<!\w)(printf\(|fprintf\([^,\"]+,|snprintf\([^,\"]+,[^,\"]+,)"
                     r"\s*[a-z_][a-z_0-9]*\s*[,)]", plain):
            find(path, number, "format", "the format must be a literal")


def includes(code, text):
    """(line, name, quoted) of each include; names are inside strings, so look at both."""
    for number, (line, plain) in enumerate(zip(text.split("\n"), code.split("\n")), 1):
        if plain.lstrip().startswith("#"):
            match = re.match(r'\s*#\s*include\s+(["<])([^">]+)[">]', line)
            if match:
                yield number, match.group(2), match.group(1) == '"'


def runtime_headers(root, files):
    sources = [os.path.basename(f)[:-2] for f in files
               if f.startswith("services/runtime/") and f.endswith(".c")]
    names = [os.path.basename(f)[:-2] for f in files if re.fullmatch(r"include/vagval/\w+\.h", f)]
    made = {n for n in names if any(s == n or s.startswith(n + "_") for s in sources)}
    return (made | {"service"}) - {"messages"}


def outer_files(root):
    path = "tests/tidy/outer-files"
    if not os.path.exists(os.path.join(root, path)):
        return {}
    rows = enumerate(read(root, path).split("\n"), 1)
    return {line.split()[0]: number for number, line in rows
            if line.strip() and not line.startswith("#")}


def is_pure(path, runtime, outer):
    """Kernel, the kernel's public headers, and rule files of the services."""
    parts = path.split("/")
    if parts[:2] == ["include", "vagval"]:
        return parts[-1][:-2] not in runtime
    if parts[0] != "services" or len(parts) != 3 or parts[1] in ("runtime", "cli"):
        return False
    name = parts[2]
    face = name in ("main.c", parts[1] + ".h") or name.startswith("handlers")
    return not face and path[:-2] not in outer


def own_header(root, service, name):
    path = f"services/{service}/{name}"
    return path if os.path.exists(os.path.join(root, path)) else None


def reached(path, root, runtime, seen):
    """The first runtime header that a file of a service includes, itself or through its own."""
    text = read(root, path)
    for _, name, quoted in includes(blank(text), text):
        header = re.fullmatch(r"vagval/(\w+)\.h", name)
        if header and header.group(1) in runtime:
            return name
        own = own_header(root, path.split("/")[1], name) if quoted and not header else None
        if own and own not in seen:
            seen.add(own)
            found = reached(own, root, runtime, seen)
            if found:
                return found
    return None


def pure_sibling(name, root, runtime, outer):
    """The command works out what needs no running system with the services' own pure rules."""
    match = re.fullmatch(r"\.\./([\w-]+)/(\w+\.h)", name)
    if not match:
        return False
    path = f"services/{match.group(1)}/{match.group(2)}"
    return (os.path.exists(os.path.join(root, path)) and is_pure(path, runtime, outer)
            and not reached(path, root, runtime, {path}))


def check_layers(path, text, code, root, runtime, outer, used):
    pure = is_pure(path, runtime, outer)
    service = path.split("/")[1] if path.startswith("services/") else None
    if path[:-2] in outer and reached(path, root, runtime, {path}):
        used.add(path[:-2])
    for number, name, quoted in includes(code, text):
        header = re.fullmatch(r"vagval/(\w+)\.h", name)
        if pure and header and header.group(1) in runtime:
            find(path, number, "layer", f"{name} is a runtime header; this file is pure")
        if service and quoted and not name.startswith("vagval/"):
            own = own_header(root, service, name)
            if service == "cli" and pure_sibling(name, root, runtime, outer):
                continue
            if name.startswith("..") or not own:
                find(path, number, "sibling", f"{name} is not of this service: meet in proto/")
            elif pure:
                through = reached(own, root, runtime, {own})
                if through:
                    find(path, number, "layer", f"{name} brings {through} into a pure file")
        if service == "runtime" and quoted and re.match(r"(\.\./)+services/", name):
            find(path, number, "layer", "the runtime knows no service")
        if pure and not quoted and name in IMPURE_INCLUDES and service:
            find(path, number, "pure", f"<{name}>: a pure file performs no I/O and has no clock")
    if pure and service:
        check_pure(path, code)


def check_pure(path, code):
    for number, plain in enumerate(code.split("\n"), 1):
        for name in re.findall(r"(?<![\w.>])(\w+)\s*\(", plain):
            if name in IMPURE_CALLS:
                find(path, number, "pure", f"{name}(): a pure file performs no I/O")
        if re.match(r"static\s+(?!const\b|inline\b)[^()]*\w\s*(=[^()]*)?;", plain):
            find(path, number, "pure", "a variable of the file: pass a struct instead")


def check_messages(path, text):
    codes, names = {}, {}
    for number, line in enumerate(text.split("\n"), 1):
        for code, name in re.findall(r"\bM\((\d+),\s*(\w+)", line):
            for seen, value in ((codes, code), (names, name)):
                if value in seen:
                    find(path, number, "messages", f"{value} already stands in line {seen[value]}")
                seen[value] = number
    if not codes:
        find(path, 1, "messages", "no messages found")


def check_functions(root, files):
    sources = [f for f in files if f.endswith((".c", ".h"))]
    try:
        listed = subprocess.run(
            ["ctags", "--kinds-C=f", "--fields=+ne", "--sort=no", "-f", "-", "-L", "-"],
            input="\n".join(sources), text=True, cwd=root, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        print("skipped: length of functions (ctags is not installed)")
        return
    for row in listed.split("\n"):
        match = re.search(r"^(\S+)\t(\S+)\t.*\tline:(\d+)\b.*\tend:(\d+)", row)
        if match:
            length = int(match.group(4)) - int(match.group(3)) + 1
            if length > FUNCTION_LINES:
                find(match.group(2), int(match.group(3)), "function-lines",
                     f"{match.group(1)} has {length} lines; at most {FUNCTION_LINES}")


def check_top(root):
    for name in sorted(os.listdir(root)):
        if name not in TOP and not name.startswith("."):
            find(name, 1, "top-level", "does not belong at the top level")


def print_rules(files, runtime, outer):
    for path in files:
        if path.endswith(".c") and is_pure(path, runtime, outer):
            print(path)
    return 0


def check_readme(root, files):
    """The table of claims: each test that it names is there, each integration test is named."""
    path = "README.md"
    if not os.path.exists(os.path.join(root, path)):
        return
    text = read(root, path)
    tests = {re.sub(r"\.c$", "", os.path.basename(f)) for f in files
             if re.match(r"tests/.*/test_\w+\.(c|sh)$", f)}
    named = set()
    for number, line in enumerate(text.split("\n"), 1):
        for name in re.findall(r"\btest_\w+(?:\.sh)?", line):
            named.add(name)
            if name not in tests:
                find(path, number, "readme", f"there is no {name}: name the test that shows it")
    for name in sorted(t for t in tests if t.endswith(".sh")):
        if name not in named and f"tests/integration/{name}" in files:
            find(path, 1, "readme", f"{name} is not in the table of claims: say what it shows")


def main():
    arguments = sys.argv[1:]
    rules_only = "--rules" in arguments
    roots = [a for a in arguments if a != "--rules"]
    root = roots[0] if roots else "."
    files = list(tree(root))
    runtime = runtime_headers(root, files)
    outer = outer_files(root)
    if rules_only:
        return print_rules(files, runtime, outer)
    used = set()
    for path in files:
        name = os.path.basename(path)
        if not (path.endswith(TEXT) or name in ("Makefile", "Dockerfile", "run", "outer-files")):
            continue
        text = read(root, path)
        check_text(path, text)
        if path.endswith((".c", ".h")):
            code = blank(text)
            check_calls(path, text, code)
            check_layers(path, text, code, root, runtime, outer, used)
        if name == "messages.def":
            check_messages(path, text)
    for path, number in outer.items():
        if path not in used:
            find("tests/tidy/outer-files", number, "exemption",
                 f"{path}.* are pure: remove the line")
    check_functions(root, files)
    check_top(root)
    check_readme(root, files)
    for path, line, rule, text in sorted(findings):
        print(f"{path}:{line}: [{rule}] {text}")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
