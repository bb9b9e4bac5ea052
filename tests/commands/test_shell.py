"""The command line as a shell meets it: real processes, their two outputs and their exit status."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import click
import pytest

from newsloom.commands import shell
from newsloom.commands.call import Call, complete_sources, complete_topics, global_options, pass_call

FINE = """\
sources:
  - url: https://news.example/
    name: news
    every: 30m
  - url: https://zeitung.example/feed.xml
    name: zeitung
    kind: feed
topics:
  water:
    title: Water
    match: flood OR "high tide"
network:
  contact: me@example.org
"""
FAULTY = """\
sources:
  - url: https://news.example/
    zoen: Asia/Baku
topics:
  water:
    match: (flood
network:
  contact: me@example.org
"""


def newsloom(*words: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "newsloom", *words],
        cwd=cwd, env=os.environ | {"COLUMNS": "100"} | env, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config.yaml").write_text(FINE, encoding="utf-8")
    return tmp_path


def test_an_output_that_is_not_utf_8_gets_what_it_can_show(folder: Path) -> None:
    (folder / "config.yaml").write_text(FINE.replace("title: Water", "title: Flüsse 水"), encoding="utf-8")
    shown, told = (
        subprocess.run(
            [sys.executable, "-W", "error", "-m", "newsloom", "check", *json_],
            cwd=folder, env=os.environ | {"PYTHONIOENCODING": "latin-1"}, capture_output=True, check=True, timeout=60,
        ).stdout
        for json_ in ([], ["--json"])
    )  # fmt: skip
    assert "Flüsse ?" in shown.decode("latin-1")
    assert "Flüsse 水" in [topic["title"] for topic in json.loads(told)["topics"]]


def test_every_file_with_a_command_is_one() -> None:
    files = Path(shell.__file__).parent.glob("*.py")
    wanted = {f.stem for f in files if "\ndef command(" in f.read_text(encoding="utf-8")}
    assert set(shell.names()) == wanted
    assert {"check", "search", "serve", "status"} <= wanted
    assert not {"call", "logs", "shell", "tables"} & wanted


def test_help_tells_each_command_in_a_whole_sentence(tmp_path: Path) -> None:
    done = newsloom("--help", cwd=tmp_path)
    assert done.returncode == 0
    assert "..." not in done.stdout.partition("Commands:")[2].replace("SOURCE...", "")
    for name in shell.names():
        assert re.search(rf"^  {name} +\S.*", done.stdout, re.MULTILINE), name


@pytest.mark.parametrize("name", shell.names())
def test_each_command_has_a_help_of_its_own(name: str) -> None:
    with click.Context(shell.newsloom, info_name="newsloom") as outer:
        command = shell.newsloom.get_command(outer, name)
        assert command is not None
        with click.Context(command, info_name=name, parent=outer) as inner:
            text = command.get_help(inner)
    assert text.count("\n") > 6
    assert "may stand here too" in text
    assert "--config PATH" not in text


def test_check_says_what_the_config_holds(folder: Path) -> None:
    done = newsloom("check", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"^news +auto +https://news.example/ +every 30m", done.stdout, re.MULTILINE)
    assert re.search(r'^water +Water +flood OR "high tide"$', done.stdout, re.MULTILINE)
    assert "config.yaml is fine: 2 sources, 6 topics" in done.stdout
    assert not any(line != line.rstrip() for line in done.stdout.splitlines())


def test_check_says_that_a_budget_cannot_be_kept(tmp_path: Path) -> None:
    sources = "".join(f"  - https://{n}.example\n" for n in "abcdef")
    (tmp_path / "config.yaml").write_text(f"polling: {{budget: 3}}\nsources:\n{sources}")
    assert "note: polling.budget: 3 looks a day will be 6" in newsloom("check", cwd=tmp_path).stdout
    (tmp_path / "config.yaml").write_text(f"polling: {{budget: 3, longest: 2d}}\nsources:\n{sources}")
    assert "note:" not in newsloom("check", cwd=tmp_path).stdout


def test_check_names_variables_that_are_not_set(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(
        """
        sources:
          - {url: "https://a.example/", name: a, headers: {Authorization: A_KEY}, cookies: {session: A_SESSION}}
        topics:
          t: {match: flood, webhook: {url: "https://hook.example/", secret: T_SECRET, headers: {X-Key: T_KEY}}}
        """
    )
    done = newsloom("check", cwd=tmp_path, A_KEY="x", T_KEY="")
    assert done.returncode == 0
    assert re.findall(r"^note: (\S+): the environment variable (\w+) is not set here", done.stdout, re.MULTILINE) == [
        ("sources.a.cookies.session", "A_SESSION"),
        ("topics.t.webhook.headers.X-Key", "T_KEY"),
        ("topics.t.webhook.secret", "T_SECRET"),
    ]


def test_check_as_json_is_one_line_for_programs(folder: Path) -> None:
    done = newsloom("check", "--json", cwd=folder)
    assert done.stdout.count("\n") == 1
    told = json.loads(done.stdout)
    assert [s["name"] for s in told["sources"]] == ["news", "zeitung"]
    assert told["sources"][0]["schedule"]["every"] == 1800
    assert told["faults"] == []


def test_every_fault_is_a_line_on_stderr_and_the_status_is_2(folder: Path) -> None:
    (folder / "config.yaml").write_text(FAULTY, encoding="utf-8")
    for command in ("check", "status", "serve"):
        done = newsloom(command, cwd=folder)
        assert (done.returncode, done.stdout) == (2, ""), command
        lines = done.stderr.splitlines()
        assert len(lines) == 2
        assert re.match(r"config.yaml:3: sources\[.*\].zoen: unknown key: did you mean 'zone'\?", lines[0])
        assert lines[1].startswith("config.yaml:6: topics.water.match: ")
    told = json.loads(newsloom("check", "--json", cwd=folder).stdout)
    assert [f["line"] for f in told["faults"]] == [3, 6]


def test_a_config_that_is_not_there_is_one_line_with_the_remedy(tmp_path: Path) -> None:
    done = newsloom("check", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "--config" in done.stderr


def test_where_the_log_is_json_an_end_is_an_event_of_it(tmp_path: Path) -> None:
    done = newsloom("check", "--log", "json", cwd=tmp_path)
    event = json.loads(done.stderr)
    assert (done.returncode, event["event"]) == (2, "ended")
    assert "--config" in event["error"]


def test_options_stand_before_or_behind_the_command(folder: Path) -> None:
    (folder / "config.yaml").rename(folder / "other.yaml")
    before = newsloom("--config", "other.yaml", "--store", "my.db", "check", cwd=folder)
    behind = newsloom("check", "--store", "my.db", "--config", "other.yaml", cwd=folder)
    assert before.returncode == behind.returncode == 0
    assert before.stdout == behind.stdout
    assert "store my.db" in behind.stdout


def test_q_and_v_add_up_wherever_they_stand() -> None:
    told: list[Call] = []

    @click.command(params=[*global_options()])
    @pass_call
    def inner(call: Call) -> None:
        told.append(call)

    group = click.Group("newsloom", params=[*global_options()], commands={"inner": inner})
    for words in (["-v", "inner", "-v"], ["-q", "inner"], ["inner", "-vq"], ["inner"]):
        assert shell.run(group, words) == 0
    assert [c.verbosity for c in told] == [2, -1, 0, 0]
    assert [c.quiet for c in told] == [False, True, False, False]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["chekc"], "Did you mean 'check'?"),
        (["check", "--jsno"], "Did you mean"),
        (["--now", "yesterday", "check"], "2026-03-02T18:30+04:00"),
        (["check", "--now", "2026-03-02T18:30"], "has no offset"),
        (["search"], "Missing argument"),
        (["search", "--limit", "0", "x"], "--limit"),
    ],
)
def test_a_wrong_line_is_status_2_and_says_what_to_write(folder: Path, words: list[str], said: str) -> None:
    done = newsloom(*words, cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_reader_that_goes_away_is_met_in_silence(folder: Path) -> None:
    many = "\n".join(f"  - https://s{n}.example/" for n in range(1500))
    (folder / "config.yaml").write_text(f"sources:\n{many}\nnetwork: {{contact: me@example.org}}\n", encoding="utf-8")
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m newsloom check | head -n 1; echo ${{PIPESTATUS[0]}}"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] == "141"


def test_a_room_s_error_is_one_line_and_its_trace_shows_under_v(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        plain = newsloom("serve", "--port", port, cwd=folder)
        traced = newsloom("serve", "--port", port, "-v", cwd=folder)
    assert plain.returncode == traced.returncode == 1
    assert plain.stderr.splitlines()[-1].startswith(f"newsloom: 127.0.0.1 port {port} is taken")
    assert "Traceback" not in plain.stderr
    assert "ServeError" in traced.stderr


def test_what_nobody_expected_is_called_a_defect(capsys: pytest.CaptureFixture[str]) -> None:
    @click.command()
    def broken() -> None:
        raise KeyError("gone")

    group = click.Group("newsloom", commands={"broken": broken})
    assert shell.run(group, ["broken"]) == 1
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "KeyError" in told
    assert "defect" in told
    assert shell.run(group, ["broken", "-v"]) == 2  # no such option here; but a look at the trace was asked for
    shell.run(click.Group("newsloom", commands={"broken": broken}, params=[*global_options()]), ["-v", "broken"])
    assert "Traceback" in capsys.readouterr().err


def test_only_exit_says_the_status_and_never_what_a_command_returns() -> None:
    @click.command()
    def returns() -> int:
        return 1

    @click.command()
    @click.pass_context
    def exits(context: click.Context) -> None:
        context.exit(1)

    @click.command()
    def ends() -> None:
        raise SystemExit(1)

    group = shell.Given("newsloom", commands={"returns": returns, "exits": exits, "ends": ends})
    assert [shell.run(group, [name]) for name in ("returns", "exits", "ends")] == [0, 1, 1]


def test_serve_serves_the_published_files_until_it_is_told_to_end(folder: Path) -> None:
    (folder / "public").mkdir()
    (folder / "public" / "index.html").write_text("<title>mine</title>", encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "newsloom", "serve", "--port", "0"], cwd=folder, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    url = re.search(r"http://\S+", process.stderr.readline())
    assert url
    with urllib.request.urlopen(url[0]) as answer:  # noqa: S310 - our own address
        assert answer.read() == b"<title>mine</title>"
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) == 0
    assert process.stderr.read() == ""
    process.stderr.close()


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["check"],
        ["status"],
        ["search", "flood"],
        ["serve", "--port", "999999"],
        ["crawl", "--help"],
        ["publish"],
        ["crawl", "nosuch"],
    ],
)
def test_what_does_not_crawl_loads_no_crawler(folder: Path, words: list[str]) -> None:
    code = (
        "import sys\nfrom newsloom.commands import main\n"
        f"try:\n    main({words!r})\nexcept SystemExit:\n    pass\n"
        "heavy = ('scrapy', 'twisted', 'trafilatura', 'feedparser', 'apscheduler', 'uvicorn')\n"
        "print('loaded:', [m for m in heavy if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "loaded: []"


def test_the_shell_completes_commands_and_options(folder: Path) -> None:
    def complete(line: str) -> list[str]:
        words = line.split(" ")
        done = newsloom(
            cwd=folder, _NEWSLOOM_COMPLETE="bash_complete", COMP_WORDS=line, COMP_CWORD=str(len(words) - 1)
        )  # fmt: skip
        return [entry.partition(",")[2] for entry in done.stdout.splitlines()]

    assert complete("newsloom che") == ["check"]
    assert "--limit" in complete("newsloom search --")
    assert "complete -o nosort -F" in newsloom(cwd=folder, _NEWSLOOM_COMPLETE="bash_source").stdout


def test_the_shell_completes_the_config_s_own_names(folder: Path) -> None:
    @click.command(params=[*global_options()])
    @click.argument("source", shell_complete=complete_sources)
    @click.argument("topic", shell_complete=complete_topics)
    def command(source: str, topic: str) -> None: ...

    context = command.make_context("c", ["--config", str(folder / "config.yaml")], resilient_parsing=True)
    source, topic = (p for p in command.params if isinstance(p, click.Argument))
    assert [c.value for c in source.shell_complete(context, "ze")] == ["zeitung"]
    assert [c.value for c in topic.shell_complete(context, "source/")] == ["source/news", "source/zeitung"]
    nowhere = command.make_context("c", ["--config", str(folder / "none.yaml")], resilient_parsing=True)
    assert source.shell_complete(nowhere, "") == []


def test_names_that_are_not_in_the_config_are_refused_with_the_nearest() -> None:
    with pytest.raises(click.UsageError, match="did you mean 'zeitung'"):
        Call().named(["zeitnug"], known=["news", "zeitung"], what="source")
    Call().named(["news"], known=["news"], what="source")
