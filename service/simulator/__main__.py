"""`python -m service.simulator --port 8001 --hooks http://127.0.0.1:8000/hooks/africastalking/TOKEN/`."""

from pathlib import Path

import click

from service.simulator.line import Line
from service.simulator.loopback import NotLoopback
from service.simulator.server import LABEL, Simulator


@click.command()
@click.option("--port", default=8001, show_default=True, help="On 127.0.0.1.")
@click.option("--hooks", default="", help="Where the service listens; on this machine only.")
@click.option("--log", type=click.Path(dir_okay=False, path_type=Path), help="Write down every SMS that was taken.")
@click.option("--username", default="", help="The one account that is let in.  [default: any]")
@click.option("--api-key", default="", help="The one key that is let in.  [default: any]")
@click.option("--retry-seconds", default=60.0, show_default=True, help="An SMS is brought again so often.")
@click.option("--end-event", "end_events", type=float, multiple=True, help="Tell the end of a dial after so many "
              "seconds; may be given twice.  [default: never]")  # fmt: skip
def main(
    port: int,
    hooks: str,
    log: Path | None,
    username: str,
    api_key: str,
    retry_seconds: float,
    end_events: tuple[float, ...],
) -> None:
    """A local stand-in for Africa's Talking. SIMULATED: no message leaves this machine."""
    try:
        line = Line(hooks, retry_seconds=retry_seconds, end_events_after=end_events) if hooks else None
    except NotLoopback as error:
        raise click.UsageError(str(error)) from None
    simulator = Simulator(port, line=line, log=log, username=username, api_key=api_key)
    click.echo(f"Africa's Talking at {simulator.url}: {LABEL}")
    simulator.serve()


if __name__ == "__main__":
    main(auto_envvar_prefix="SIMULATOR")
