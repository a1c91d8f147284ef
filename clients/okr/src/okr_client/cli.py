"""The commands: each tells people in words or programs with --json, and its exit code says how it went."""

from __future__ import annotations

import json
import re
import sys
import uuid
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click

from okr_client import settings, telling
from okr_client.connection import Connection
from okr_client.failures import Failure, NoAnswer, NotUnderstood, Usage

KEY_RESULT, OBJECTIVE = re.compile(r"[A-Z0-9-]+-KR[0-9]+"), re.compile(r"[A-Z0-9-]+-[OB][0-9]+")
PLAN = re.compile(r"[A-Z0-9]+-[A-Z0-9]+")
INTERRUPTED = 130
EXIT_CODES = """\b
Exit codes:
  0  done
  1  refused: the server understood, and did nothing
  2  usage: what was asked for makes no sense
  3  not signed in, or not allowed
  4  no answer, or the server had no time, as often as it was tried
  5  the answer is not one of okrtracker, or it broke down
"""


class Asking:
    """What the options that every command has say."""

    def __init__(self, url: str | None, as_json: bool, tries: int) -> None:
        self.url, self.as_json, self.tries = url, as_json, tries

    def connection(self) -> Connection:
        server, token = settings.signed_in(self.url)
        return Connection(server, token, tries=self.tries, say=complain)

    def tell(self, answer: Any, lines: Iterable[str]) -> None:
        if self.as_json:
            click.echo(json.dumps(answer, indent=2, ensure_ascii=False))
        else:
            for line in lines:
                click.echo(line)


def complain(sentence: str) -> None:
    for line in sentence.splitlines():
        click.echo(telling.plain(line), err=True)


def asks(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command the options that all have, and ends it as its failure says."""

    def run(url: str | None, as_json: bool, tries: int, **given: Any) -> None:
        try:
            command(Asking(url, as_json, tries), **given)
        except Failure as failure:
            if as_json:
                click.echo(json.dumps(failure.problem, indent=2, ensure_ascii=False))
            complain(str(failure))
            sys.exit(failure.exit_code)

    run.__name__, run.__doc__ = command.__name__, command.__doc__
    run.__click_params__ = list(getattr(command, "__click_params__", []))  # type: ignore[attr-defined]
    run = click.option("--url", metavar="URL", help=f"The server; else {settings.URL}, else the last one.")(
        run
    )
    run = click.option("--json", "as_json", is_flag=True, help="Print what the server answers, as JSON.")(run)
    again = click.option(
        "--tries", type=click.IntRange(1, 20), default=5, show_default=True, help="How often to ask at most."
    )
    return again(run)


@click.group(epilog=EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="okrtracker-client")
def okr() -> None:
    """Check in on key results from a shell or a pipeline.

    Sign in once with okr sign-in; in a pipeline set OKR_URL and OKR_TOKEN instead, which win.
    """


@okr.command("sign-in")
@asks
def sign_in(asking: Asking) -> None:
    """Keep a token for a server.

    Asks for both; without a terminal the token is read from standard input. Make one on the page "Tokens".
    """
    is_asked = sys.stdin.isatty()
    if not asking.url and not is_asked:
        raise Usage("Name the server with --url.")
    url = asking.url or click.prompt("Server", default=settings.kept().server or None)
    server = settings.plain_url(url)
    given = click.prompt("Token", hide_input=True) if is_asked else sys.stdin.readline()
    token = settings.plain_token(given)
    me = Connection(server, token, tries=asking.tries, say=complain).get("me/")
    content = settings.kept()
    content.server, content.tokens[server] = server, token
    settings.keep(content)
    asking.tell(me, [f"Signed in: {telling.reader(me, server)}"])


@okr.command("sign-out")
@asks
def sign_out(asking: Asking) -> None:
    """Forget the token of a server; it stays valid until it is revoked on the page "Tokens"."""
    content = settings.kept()
    server = settings.plain_url(asking.url) if asking.url else content.server
    if content.tokens.pop(server, None) is None:
        raise Usage("There is no token to forget.")
    content.server = next(iter(content.tokens), "") if content.server == server else content.server
    settings.keep(content)
    asking.tell({"server": server}, [f"The token for {server} is forgotten here."])


@okr.command()
@asks
def me(asking: Asking) -> None:
    """Say who you are, and what the token may do."""
    connection = asking.connection()
    found = connection.get("me/")
    asking.tell(found, [telling.reader(found, connection.server)])


@okr.command()
@asks
def due(asking: Asking) -> None:
    """List what waits for a check-in of yours, what is due the longest first."""
    found = asking.connection().get("me/due/")
    asking.tell(found, telling.due(found["results"]))


@okr.command("check-in", context_settings={"ignore_unknown_options": True})
@click.argument("code")
@click.argument("value", required=False)
@click.option("--same", is_flag=True, help="The value stayed as it was; - as the value says so too.")
@click.option("-m", "--note", help="What is to be said about it, in Markdown.")
@click.option(
    "--status",
    type=click.Choice(["on_track", "behind", "at_risk"]),
    help="What you say of it; else what was said last.",
)
@click.option("--confidence", type=click.IntRange(0, 10), help="From 0 to 10.")
@click.option("--date", "effective_on", metavar="YYYY-MM-DD", help="The day the value is of; else today.")
@click.option("--blocker", help="What is in the way.")
@click.option("--evidence", "evidence_url", metavar="URL", help="Where the value can be seen.")
@click.option(
    "--key",
    metavar="KEY",
    help="Names this report, like the number of a build: sent again under its name it is kept once.",
)
@asks
def check_in(asking: Asking, code: str, value: str | None, same: bool, key: str | None, **said: Any) -> None:
    """Report VALUE, a plain decimal like 53.1, about the key result CODE.

    A request that gets no answer is sent again, and takes effect once.
    """
    code = plain_code(code, KEY_RESULT, "A key result is named like EDGE-24H2-O1-KR1.")
    if (value is None) != same:
        raise Usage("Give a value, or --same where it stayed as it was.")
    body = {name: given for name, given in said.items() if given is not None}
    body["value"] = None if same or value == "-" else value
    connection = asking.connection()
    if "status" not in body:
        body["status"] = status_said_last(connection, code)
    key = key or f"okr-{uuid.uuid4()}"
    try:
        kept, is_replayed = connection.post(f"key-results/{code}/check-ins/", body, key=key)
    except (NoAnswer, NotUnderstood):
        complain(f"Whether it was kept is not known; ask again with --key {key}")
        raise
    asking.tell(kept, [telling.checked_in(kept, is_replayed=is_replayed)])


def status_said_last(connection: Connection, code: str) -> str:
    """Raises Usage where nobody has said one."""
    status = connection.get(f"key-results/{code}/", {"fields": "said_status"})["said_status"]
    if not status:
        raise Usage("Nobody has said yet how it goes: give --status on_track, behind or at_risk.")
    return str(status)


@okr.command()
@click.argument("code")
@asks
def show(asking: Asking, code: str) -> None:
    """Show the key result or the objective CODE."""
    code = plain_code(code, re.compile(f"{KEY_RESULT.pattern}|{OBJECTIVE.pattern}"), BOTH)
    connection = asking.connection()
    if KEY_RESULT.fullmatch(code):
        found = connection.get(f"key-results/{code}/")
        asking.tell(found, telling.key_result(found))
    else:
        found = connection.get(f"objectives/{code}/", {"expand": "key_results"})
        asking.tell(found, telling.objective(found))


BOTH = "A key result is named like EDGE-24H2-O1-KR1, an objective like EDGE-24H2-O1."


@okr.command()
@click.argument("plan", metavar="AREA-CYCLE")
@click.option("--format", "wanted", type=click.Choice(["md", "json", "pdf"]), help="md when nothing is said.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write there instead.")
@asks
def export(asking: Asking, plan: str, wanted: str | None, output: Path | None) -> None:
    """Write the plan of an area for a cycle, like EDGE-24H2, as a document."""
    code = plain_code(plan, PLAN, "A plan is named by its area and cycle, like EDGE-24H2.")
    wanted = wanted or ("json" if asking.as_json else "md")
    if wanted == "pdf" and output is None and sys.stdout.isatty():
        raise Usage("A PDF is not for the screen: name a file with -o.")
    written = asking.connection().get_file(f"roadmaps/{code}/document/", {"format": wanted})
    if output is None:
        sys.stdout.buffer.write(written)
        sys.stdout.buffer.flush()
        return
    try:
        output.write_bytes(written)
    except OSError as error:
        raise Usage(f"{output} cannot be written: {error.strerror}.") from None


def plain_code(code: str, form: re.Pattern[str], sentence: str) -> str:
    """In capitals. Raises Usage for what cannot be one; it becomes a part of an address."""
    found = code.strip().upper()
    if not form.fullmatch(found):
        raise Usage(sentence)
    return found


def main() -> None:
    try:
        okr(prog_name="okr", standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("Interrupted.", err=True)
        sys.exit(INTERRUPTED)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
