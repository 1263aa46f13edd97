"""The command line: `python -m analysis report | list | check | cases | export | lab | serve`."""

import signal
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from analysis import paths
from analysis.errors import AnalysisError

app = typer.Typer(
    help="Make the reports on compute and people, and look after what they rest on.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Ids = Annotated[list[str] | None, typer.Argument(help="Reports, e.g. capex_cycle or company_brief-META; all if none.")]
AsOf = Annotated[str, typer.Option("--as-of", metavar="DATE", help="Make the edition of this day (YYYY-MM-DD).")]
Param = Annotated[list[str] | None, typer.Option("--param", metavar="NAME=VALUE", help="Set a notebook parameter.")]
Jobs = Annotated[int | None, typer.Option("--jobs", min=1, help="Reports made side by side; one per processor.")]
Out = Annotated[Path | None, typer.Option("--out", help="Folder to publish into.")]
Cold = Annotated[bool, typer.Option("--cold", help="Start a fresh Python for each notebook (slower).")]


@app.command()
def report(ids: Ids = None, as_of: AsOf = "latest", param: Param = None, jobs: Jobs = None,
           out: Out = None, cold: Cold = False) -> None:
    """Re-execute reports from the data at hand and publish them."""
    from analysis.publish import forking

    if forking.can_fork() and not cold:
        forking.warm_up()  # it imports the libraries while this process reads and checks
    from analysis.publish import manifest as manifests
    from analysis.publish.jobs import LATEST, check_as_of, parse_parameters, plan
    from analysis.publish.progress import failures, progress
    from analysis.publish.run import run

    manifest = manifests.load_manifest()
    given = parse_parameters(param or [])
    if as_of != LATEST:
        given.setdefault("as_of", as_of)
    day = check_as_of(given.get("as_of", LATEST))
    planned = plan(manifest, ids or [], given)
    problems = manifests.check_manifest(manifest, {one.report for one in planned} if ids else ())
    if problems:
        raise AnalysisError("\n".join(["the manifest and the notebooks disagree:", *problems]))
    folder = (out or _edition_folder(day)).resolve()
    if out is None and any(one.is_experiment for one in planned):
        folder = (paths.reports_dir() / "experiments").resolve()
        print(f"other settings than usual: published into {folder}; the edition stays as it is", flush=True)
    with progress(len(planned), folder) as tell:
        whole = not ids and set(given) <= {"as_of"}
        outcomes = run(manifest, planned, folder, jobs, cold, whole, tell)
    print(failures(outcomes, folder), file=sys.stderr, end="")
    print(f"\n{folder / 'index.html'}")
    raise typer.Exit(1 if any(one.error for one in outcomes) else 0)


def _edition_folder(day: str) -> Path:
    """`reports/latest`, or `reports/vintages/<date>` for an as-of edition."""
    return paths.reports_dir() / ("latest" if day == "latest" else f"vintages/{day}")


@app.command("list")
def list_reports() -> None:
    """List the reports: id, parameters and question."""
    from analysis.publish.manifest import load_manifest

    for one in load_manifest().report:
        parameters = ", ".join(f"{name}={each.default}" for name, each in one.params.items())
        print(f"{one.id:<24} {one.question}\n{'':<24} {parameters or 'no parameters'}")


@app.command()
def check() -> None:
    """Check the manifest against the notebooks, and every table against its description."""
    from analysis.publish.manifest import check_manifest, load_manifest
    from analysis.publish.provenance import table_files
    from analysis.tables import read

    manifest = load_manifest()
    problems = check_manifest(manifest) + read.check()
    for table in sorted({table for one in manifest.report for table in one.tables}):
        table_files(table)
    if problems:
        raise AnalysisError("\n".join(problems))
    print(f"{len(manifest.report)} reports and all tables are in order")


@app.command()
def cases(file: Annotated[Path | None, typer.Argument(help="Your own file of cases; those of data/ if none.")] = None,
          ) -> None:
    """Work out published figures again from their inputs (docs/CASES.md)."""
    from analysis.economics.cases import cases_report

    print(cases_report(file))


@app.command()
def refresh(source: Annotated[list[str] | None, typer.Option("--source", help="Ask only these; all if none.")] = None,
            company: Annotated[list[str] | None, typer.Option("--company", metavar="TICKER",
                                                              help="Ask about these only.")] = None,
            offline: Annotated[bool, typer.Option("--offline", help="Read what is kept; ask nobody.")] = False,
            dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change.")] = False,
            accept: Annotated[bool, typer.Option("--accept", help="Take in changes a person agreed to.")] = False,
            file: Annotated[Path | None, typer.Option("--file", help="Read this file, not the address.")] = None,
            universe: Annotated[str | None, typer.Option("--universe", metavar="all|FILE",
                                                         help="Panel of these filers from the SEC's archive.")] = None,
            reports: Annotated[bool, typer.Option("--reports/--no-reports", help="Make stale reports again.")] = True,
            ) -> None:
    """Fetch public sources, add what is new to the tables, make the reports again that depend on it."""
    from analysis.refresh.command import run
    from analysis.refresh.refresh import Wanted

    companies = [one.upper() for one in company or []]
    raise typer.Exit(run(Wanted(source, companies, offline, dry_run, accept, file, universe), reports))


@app.command()
def doctor(ask: Annotated[bool, typer.Option("--ask/--offline", help="Ask each source once.")] = True) -> None:
    """Say for each source what is set, what answered, how old it is and what to do; exit code 3 when one fails."""
    from analysis.refresh.doctor import FAILED, examine

    entries = examine(ask)
    for entry in entries:
        names = [name for name in ("setting", "answer", "age", "taken", "advice") if entry[name]]
        lines = [f"  {name:<8} {entry[name]}" for name in names]
        print("\n".join([entry["source"], *lines]))
    raise typer.Exit(3 if any(entry["answer"] == FAILED for entry in entries) else 0)


@app.command()
def headcount(file: Annotated[Path, typer.Argument(help="A filing or results release, as HTML or text.")],
              company: Annotated[str, typer.Option("--company", metavar="TICKER")],
              period_end: Annotated[str, typer.Option("--period-end", metavar="DATE", help="Day the count is for.")],
              ) -> None:
    """Show the numbers of employees in a filing, each with its sentence and confidence; nothing is written."""
    from analysis.refresh.headcount import headcount_report

    print(headcount_report(file, company, period_end))


@app.command()
def schedule(kind: Annotated[str, typer.Argument(help="cron, systemd or github")]) -> None:
    """Print a unit that runs the refresh every night."""
    from analysis.refresh.schedule import unit

    print(unit(kind), end="")


@app.command()
def changes(before: Annotated[str, typer.Argument(metavar="A", help="latest, a day such as 2026-04-01, or a folder.")],
            after: Annotated[str, typer.Argument(metavar="B", help="The same.")],
            as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False) -> None:
    """Compare two published editions: reports, answers, the numbers in the answers, verdict words."""
    import json

    from analysis.publish.compare import compare, in_words
    from analysis.publish.vintages import find

    found = compare(find(before), find(after))
    print(json.dumps(found, indent=1, ensure_ascii=False) if as_json else "\n".join(in_words(found)))


@app.command()
def readme(out: Out = None) -> None:
    """Write the findings block of README.md and its figures from the latest edition."""
    from analysis.publish.manifest import load_manifest
    from analysis.publish.readme import update

    for path in update(load_manifest(), (out or _edition_folder("latest")).resolve()):
        print(path)


@app.command()
def export(notebook: Annotated[Path, typer.Argument(help="Any notebook, your own copy included.")],
           out: Annotated[Path | None, typer.Option("--out", help="The page; beside the notebook if none.")] = None,
           ) -> None:
    """Execute a notebook with its default parameters and give it the pages' look."""
    from analysis.publish.run import export_notebook

    page, notes = export_notebook(notebook, out)
    for note in notes:
        print(f"a report would be refused: {note}", file=sys.stderr)
    print(f"the page and its CSV files are in {page.parent}")
    print(page)


@app.command()
def lab() -> None:
    """Open JupyterLab on the notebooks."""
    raise typer.Exit(subprocess.call([sys.executable, "-m", "jupyterlab", str(paths.notebooks_dir())]))


@app.command()
def serve(port: Annotated[int, typer.Option(help="Port; 0 takes any free one.")] = 8000, out: Out = None) -> None:
    """Serve the latest edition on this machine and print the address."""
    from functools import partial
    from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Nobody reads an access log on the terminal."""

    folder = (out or _edition_folder("latest")).resolve()
    if not (folder / "index.html").exists():
        raise AnalysisError(f"nothing to serve: {folder / 'index.html'} does not exist; run `make report` first")
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), partial(Quiet, directory=str(folder)))
    except OSError as error:
        raise AnalysisError(f"port {port} cannot be used ({error.strerror}); name another one with --port") from None
    print(f"http://127.0.0.1:{server.server_port}/  (Ctrl-C ends)", flush=True)
    with server:
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()


def main() -> None:
    """Run the command line; a mistake of the caller is one message and exit code 2."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # a stopped run cleans up, too
    try:
        app()
    except AnalysisError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
